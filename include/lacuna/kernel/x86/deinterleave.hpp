// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__AVX2__)
#include <immintrin.h>

#endif

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

// xsimd 8.1 has no shuffle of two batches by constant lanes.
#if defined(__AVX512F__)
inline __m512 even_lanes(__m512 a, __m512 b) noexcept {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  return _mm512_permutex2var_ps(a, even, b);
}
inline __m512 odd_lanes(__m512 a, __m512 b) noexcept {
  const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return _mm512_permutex2var_ps(a, odd, b);
}
#endif
#if defined(__AVX512BW__) && defined(__AVX512VL__)
/// to[j] = from[2 j] for j < count; reads and writes nothing else.
template <class Byte>
inline void copy_even_bytes(const Byte* from, long count, Byte* to) noexcept {
  static_assert(sizeof(Byte) == 1);
  for (; count > 0; count -= 32, from += 64, to += 32) {
    const auto kept = static_cast<__mmask32>(~0U >> (count < 32 ? 32 - count : 0));
    // A word for each, of which the last lacks its second byte.
    const auto read = count < 32 ? ~__mmask64{0} >> (65 - 2 * count) : ~__mmask64{0} >> 1;
    const __m512i words = _mm512_maskz_loadu_epi8(read, from);
    _mm256_mask_storeu_epi8(to, kept, _mm512_cvtepi16_epi8(words));
  }
}
#endif
#if defined(__AVX2__)
inline __m256 even_lanes(__m256 a, __m256 b) noexcept {
  const __m256 by_halves = _mm256_shuffle_ps(a, b, 0x88);
  return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(by_halves), 0xd8));
}
inline __m256 odd_lanes(__m256 a, __m256 b) noexcept {
  const __m256 by_halves = _mm256_shuffle_ps(a, b, 0xdd);
  return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(by_halves), 0xd8));
}
#endif

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
