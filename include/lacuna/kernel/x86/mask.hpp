// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__AVX2__)
#include <immintrin.h>

#endif

#include <cstdint>

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

#if defined(__AVX512F__)
// xsimd 8.1 has no masked loads and stores; the twins go through memory, lane by lane.

inline __mmask16 first_lanes(unsigned count) noexcept {
  return static_cast<__mmask16>((1U << count) - 1U);
}
inline void store_partial(__m512 v, float* to, unsigned count) noexcept {
  _mm512_mask_storeu_ps(to, first_lanes(count), v);
}
inline void store_partial(__m512d v, double* to, unsigned count) noexcept {
  _mm512_mask_storeu_pd(to, static_cast<__mmask8>(first_lanes(count)), v);
}
inline void store_partial(__m512i v, std::int32_t* to, unsigned count) noexcept {
  _mm512_mask_storeu_epi32(to, first_lanes(count), v);
}

inline __m512 load_partial(const float* from, unsigned count) noexcept {
  return _mm512_maskz_loadu_ps(first_lanes(count), from);
}
inline __m512d load_partial(const double* from, unsigned count) noexcept {
  return _mm512_maskz_loadu_pd(static_cast<__mmask8>(first_lanes(count)), from);
}
inline __m512i load_partial(const std::int32_t* from, unsigned count) noexcept {
  return _mm512_maskz_loadu_epi32(first_lanes(count), from);
}

// The lanes of a mask from memory, the others from `otherwise`; reads nothing of those.
inline __m512 load_lanes(__m512 otherwise, const float* from, std::uint16_t mask) noexcept {
  return _mm512_mask_loadu_ps(otherwise, mask, from);
}
inline __m512d load_lanes(__m512d otherwise, const double* from, std::uint16_t mask) noexcept {
  return _mm512_mask_loadu_pd(otherwise, static_cast<__mmask8>(mask), from);
}

/// Where lane 0 would be if lane `to` were at `from`: nothing there is read, and it may lie outside
/// the array, so the pointer's own arithmetic would not do.
template <class T>
const T* lane_0(const T* from, unsigned to) noexcept {
  return reinterpret_cast<const T*>(reinterpret_cast<std::uintptr_t>(from) - to * sizeof(T));
}

/// v with `count` lanes from lane `to` on replaced by values from memory; reads nothing else.
inline __m512 replace_lanes(__m512 v, const float* from, unsigned to, unsigned count) noexcept {
  return _mm512_mask_loadu_ps(v, static_cast<__mmask16>(first_lanes(count) << to),
                              lane_0(from, to));
}
inline __m512d replace_lanes(__m512d v, const double* from, unsigned to, unsigned count) noexcept {
  return _mm512_mask_loadu_pd(v, static_cast<__mmask8>(first_lanes(count) << to), lane_0(from, to));
}
inline __m512i replace_lanes(__m512i v, const std::int32_t* from, unsigned to,
                             unsigned count) noexcept {
  return _mm512_mask_loadu_epi32(v, static_cast<__mmask16>(first_lanes(count) << to),
                                 lane_0(from, to));
}
#endif

#if defined(__AVX2__)
inline __m256 load_lanes(__m256 otherwise, const float* from, std::uint16_t mask) noexcept {
  const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  const __m256i kept = _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(mask), bit), bit);
  return _mm256_blendv_ps(otherwise, _mm256_maskload_ps(from, kept), _mm256_castsi256_ps(kept));
}
inline __m256d load_lanes(__m256d otherwise, const double* from, std::uint16_t mask) noexcept {
  const __m256i bit = _mm256_setr_epi64x(1, 2, 4, 8);
  const __m256i kept = _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x(mask), bit), bit);
  return _mm256_blendv_pd(otherwise, _mm256_maskload_pd(from, kept), _mm256_castsi256_pd(kept));
}
#endif

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
