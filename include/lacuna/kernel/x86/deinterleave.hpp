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
