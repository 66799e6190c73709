// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__AVX2__)
#include <immintrin.h>

#endif

#include <cstddef>
#include <type_traits>

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

// xsimd 8.1 permutes lanes by compile-time indices only, and repeats nothing longer than one lane.
// Indices use their low bits: 3 of 8 lanes, 4 of 16, one more where two registers are looked up.

/// How many bytes are repeated.
template <std::size_t Count>
using bytes = std::integral_constant<std::size_t, Count>;

#if defined(__AVX2__)
/// Lane j is x[index[j]].
inline __m256 permute(__m256 x, __m256i index) noexcept {
  return _mm256_permutevar8x32_ps(x, index);
}
/// Lane j is that of a and b laid end to end. Two look-ups, and bit 3 of the index moved to where
/// the blend reads it.
inline __m256 permute(__m256 a, __m256 b, __m256i index) noexcept {
  return _mm256_blendv_ps(permute(a, index), permute(b, index),
                          _mm256_castsi256_ps(_mm256_slli_epi32(index, 28)));
}
/// Lane I of every four, in all of the four.
template <int I>
inline __m256 lane_of_four(__m256 x) noexcept {
  return _mm256_permute_ps(x, I * 0x55);
}
/// 16 bytes, twice.
inline void repeat_bytes(const void* from, __m256i& to, bytes<16> /*tag*/) noexcept {
  to = _mm256_broadcastsi128_si256(_mm_loadu_si128(static_cast<const __m128i*>(from)));
}
#endif

#if defined(__AVX512F__)
inline __m512 permute(__m512 x, __m512i index) noexcept { return _mm512_permutexvar_ps(index, x); }
inline __m512d permute(__m512d x, __m512i index) noexcept {
  return _mm512_permutexvar_pd(index, x);
}
inline __m512 permute(__m512 a, __m512 b, __m512i index) noexcept {
  return _mm512_permutex2var_ps(a, index, b);
}
inline __m512d permute(__m512d a, __m512d b, __m512i index) noexcept {
  return _mm512_permutex2var_pd(a, index, b);
}
template <int I>
inline __m512 lane_of_four(__m512 x) noexcept {
  return _mm512_permute_ps(x, I * 0x55);
}
/// 16 bytes, four times.
inline void repeat_bytes(const void* from, __m512i& to, bytes<16> /*tag*/) noexcept {
  to = _mm512_broadcast_i32x4(_mm_loadu_si128(static_cast<const __m128i*>(from)));
}
/// 32 bytes, twice.
inline void repeat_bytes(const void* from, __m512i& to, bytes<32> /*tag*/) noexcept {
  to = _mm512_broadcast_i64x4(_mm256_loadu_si256(static_cast<const __m256i*>(from)));
}
#endif

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
