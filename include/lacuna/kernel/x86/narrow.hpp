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
