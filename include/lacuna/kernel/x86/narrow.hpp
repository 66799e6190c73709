// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__SSE2__)
#include <immintrin.h>

#endif

#include <cstdint>
#include <cstring>

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

// xsimd 8.1 narrows no integers; lane by lane through memory costs more than ranking does.

#if defined(__AVX512F__)
/// The low bytes of 16 lanes of 32 bits, or of 8 lanes of 64 bits, to memory.
inline void store_low_bytes(std::uint8_t* to, __m512i lanes, std::int32_t /*lane*/) noexcept {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_cvtepi32_epi8(lanes));
}
inline void store_low_bytes(std::uint8_t* to, __m512i lanes, std::int64_t /*lane*/) noexcept {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm512_cvtepi64_epi8(lanes));
}
#endif
#if defined(__AVX512BW__) && defined(__AVX512VL__)
/// The low bytes of the first `count` lanes, or these lanes whole. Masked, as a loop's branches in
/// a store that is unrolled 24 times made the compiler spill all sums.
inline void store_some(std::uint8_t* to, __m512i lanes, long count) noexcept {
  const auto mask = static_cast<__mmask16>((1U << count) - 1U);
  _mm_mask_storeu_epi8(to, mask, _mm512_cvtepi32_epi8(lanes));
}
inline void store_some(std::int32_t* to, __m512i lanes, long count) noexcept {
  _mm512_mask_storeu_epi32(to, static_cast<__mmask16>((1U << count) - 1U), lanes);
}

/// The integers q of the bits of floats 1.5 * 2^23 + q: words are subtracted apart, which leaves
/// floats beyond 16 bits on their side, where 32 bits would wrap for negative ones.
[[nodiscard]] inline __m512i integers_of_rounded(__m512i bits) noexcept {
  return _mm512_subs_epi16(bits, _mm512_set1_epi32(0x4B400000));
}
/// The first `count` of 1 ... 64 integers as 8-bit ones, to memory: saturated to 16 bits, where
/// zero_point is added, then to 8, and none below `least`. With `integers_of_rounded` two
/// operations a vector, where clamping and narrowing one by one takes four (Zen 4: 24 vectors with
/// their multiply-adds in 55 cycles for 84).
template <bool HasZeroPoint>
inline void store_saturated(void* to, __m512i a, __m512i b, __m512i c, __m512i d, bool is_signed,
                            int zero_point, int least, long count) noexcept {
  __m512i low = _mm512_packs_epi32(a, b);
  __m512i high = _mm512_packs_epi32(c, d);
  if constexpr (HasZeroPoint) {
    const __m512i zero = _mm512_set1_epi16(static_cast<short>(zero_point));
    low = _mm512_adds_epi16(low, zero);
    high = _mm512_adds_epi16(high, zero);
  }
  __m512i bytes;
  const __m512i floor = _mm512_set1_epi8(static_cast<char>(least));
  if (is_signed) {
    bytes = _mm512_max_epi8(_mm512_packs_epi16(low, high), floor);
  } else {
    bytes = _mm512_packus_epi16(low, high);
    if constexpr (HasZeroPoint) bytes = _mm512_max_epu8(bytes, floor);
  }
  // Packing goes by 128 bits: four lanes of a, b, c and d each.
  const __m512i by_vector = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  _mm512_mask_storeu_epi8(to, ~std::uint64_t{0} >> (64 - count),
                          _mm512_permutexvar_epi32(by_vector, bytes));
}
#endif
#if defined(__SSE2__)
/// The low bytes of 4 or 8 lanes of 32 bits. Packing saturates, so the other bytes go first.
inline void store_low_bytes(std::uint8_t* to, __m128i lanes, std::int32_t /*lane*/) noexcept {
  const __m128i low = _mm_and_si128(lanes, _mm_set1_epi32(255));
  const __m128i words = _mm_packs_epi32(low, low);
  const int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
  std::memcpy(to, &bytes, sizeof(bytes));
}
#endif
#if defined(__AVX2__)
inline void store_low_bytes(std::uint8_t* to, __m256i lanes, std::int32_t /*lane*/) noexcept {
  const __m256i low = _mm256_and_si256(lanes, _mm256_set1_epi32(255));
  const __m128i words =
      _mm_packs_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packus_epi16(words, words));
}
#endif

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
