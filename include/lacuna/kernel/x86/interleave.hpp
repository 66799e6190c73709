// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__SSE2__)
#include <immintrin.h>

#endif

#include <cstdint>

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

// to[j] = (bytes a[j], b[j], c[j], d[j], the first one lowest) & keep[j] ^ flips, for j < 16: four
// rows of X become words for `dot_add`. xsimd 8.1 has no shuffle of bytes; byte by byte this takes
// longer than the product of a layer of 64 rows.

#if defined(__SSE2__)
/// to[j] = from[2 j] for j < 16; from[31] is read.
inline void every_second_16(const std::uint8_t* from, std::uint8_t* to) noexcept {
  const __m128i byte = _mm_set1_epi16(255);
  const auto* in = reinterpret_cast<const __m128i*>(from);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                   _mm_packus_epi16(_mm_and_si128(_mm_loadu_si128(in), byte),
                                    _mm_and_si128(_mm_loadu_si128(in + 1), byte)));
}
#endif

#if defined(__AVX512BW__)
/// Four rows in the quarters of one register, their bytes permuted: by one shuffle, or by one of
/// words and one of the bytes in them.
inline void interleave_16(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c,
                          const std::uint8_t* d, const std::int32_t* keep, std::int32_t flips,
                          void* to) noexcept {
  const auto load = [](const std::uint8_t* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  };
  __m512i rows = _mm512_castsi128_si512(load(a));
  rows = _mm512_inserti32x4(rows, load(b), 1);
  rows = _mm512_inserti32x4(rows, load(c), 2);
  rows = _mm512_inserti32x4(rows, load(d), 3);
#if defined(__AVX512VBMI__)
  const __m512i first = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i from =  // byte g of word j: 16 g + j
      _mm512_add_epi32(_mm512_set1_epi32(0x30201000),
                       _mm512_mullo_epi32(first, _mm512_set1_epi32(0x01010101)));
  rows = _mm512_permutexvar_epi8(from, rows);
#else
  const __m512i words = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i bytes =
      _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  rows = _mm512_shuffle_epi8(_mm512_permutexvar_epi32(words, rows), bytes);
#endif
  rows = _mm512_and_si512(rows, _mm512_loadu_si512(keep));
  _mm512_storeu_si512(to, _mm512_xor_si512(rows, _mm512_set1_epi32(flips)));
}
#elif defined(__SSE2__)
inline void interleave_16(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c,
                          const std::uint8_t* d, const std::int32_t* keep, std::int32_t flips,
                          void* to) noexcept {
  const auto load = [](const auto* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  };
  const auto store = [=](int quarter, __m128i words) {
    words = _mm_and_si128(words, load(keep + quarter * 4));
    _mm_storeu_si128(static_cast<__m128i*>(to) + quarter,
                     _mm_xor_si128(words, _mm_set1_epi32(flips)));
  };
  const __m128i ab_low = _mm_unpacklo_epi8(load(a), load(b));
  const __m128i ab_high = _mm_unpackhi_epi8(load(a), load(b));
  const __m128i cd_low = _mm_unpacklo_epi8(load(c), load(d));
  const __m128i cd_high = _mm_unpackhi_epi8(load(c), load(d));
  store(0, _mm_unpacklo_epi16(ab_low, cd_low));
  store(1, _mm_unpackhi_epi16(ab_low, cd_low));
  store(2, _mm_unpacklo_epi16(ab_high, cd_high));
  store(3, _mm_unpackhi_epi16(ab_high, cd_high));
}
#endif

#if defined(__AVX512BW__)
/// to[j] = (values a[j], b[j], the first one lower) & keep[j], for j < 16.
inline void interleave_pairs_16(const std::uint16_t* a, const std::uint16_t* b,
                                const std::int32_t* keep, void* to) noexcept {
  const auto wide = [](const std::uint16_t* p) {
    return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  };
  const __m512i pairs = _mm512_or_si512(wide(a), _mm512_slli_epi32(wide(b), 16));
  _mm512_storeu_si512(to, _mm512_and_si512(pairs, _mm512_loadu_si512(keep)));
}
#endif

#if defined(__AVX512BW__)
/// The same of every second value: a[2 j], b[2 j]; a[31] and b[31] are read.
inline void interleave_even_pairs_16(const std::uint16_t* a, const std::uint16_t* b,
                                     const std::int32_t* keep, std::int32_t* to) noexcept {
  const __m512i low = _mm512_and_si512(_mm512_loadu_si512(a), _mm512_set1_epi32(0xffff));
  const __m512i pairs = _mm512_or_si512(low, _mm512_slli_epi32(_mm512_loadu_si512(b), 16));
  _mm512_storeu_si512(to, _mm512_and_si512(pairs, _mm512_loadu_si512(keep)));
}
#endif
#if defined(__AVX512VBMI__)
/// `interleave_16` of every second byte: a[2 j], b[2 j], c[2 j], d[2 j]; 32 bytes of each are read.
inline void interleave_even_16(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c,
                               const std::uint8_t* d, const std::int32_t* keep, std::int32_t flips,
                               std::int32_t* to) noexcept {
  const auto two_rows = [](const std::uint8_t* low, const std::uint8_t* high) {
    const auto load = [](const std::uint8_t* p) {
      return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    };
    return _mm512_inserti64x4(_mm512_castsi256_si512(load(low)), load(high), 1);
  };
  // Byte g of word j: 32 g + 2 j.
  const __m512i first =
      _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i from = _mm512_add_epi32(_mm512_set1_epi32(0x60402000),
                                        _mm512_mullo_epi32(first, _mm512_set1_epi32(0x01010101)));
  __m512i rows = _mm512_permutex2var_epi8(two_rows(a, b), from, two_rows(c, d));
  rows = _mm512_and_si512(rows, _mm512_loadu_si512(keep));
  _mm512_storeu_si512(to, _mm512_xor_si512(rows, _mm512_set1_epi32(flips)));
}
#endif

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
