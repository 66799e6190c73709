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

// xsimd 8.1 widens no 16-bit and no 8-bit values.

#if defined(__AVX512F__)
/// Eight bfloat16, as their bits, to float: their bits are the upper half of float's.
inline void widen_8(const std::uint16_t* from, float* to) noexcept {
  const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  _mm256_storeu_ps(to, _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16)));
}
#elif defined(__SSE2__)
inline void widen_8(const std::uint16_t* from, float* to) noexcept {
  const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  const __m128i zero = _mm_setzero_si128();
  _mm_storeu_ps(to, _mm_castsi128_ps(_mm_unpacklo_epi16(zero, bits)));
  _mm_storeu_ps(to + 4, _mm_castsi128_ps(_mm_unpackhi_epi16(zero, bits)));
}
#endif

#if defined(__SSE2__)
/// Four bytes as 32-bit integers. Byte by byte through memory a vector waits for all its stores:
/// residuals of bytes in a layer 256x64x3136 took 307 us for 180 (AVX2, Zen 3).
inline __m128i widen_4_bytes(const std::uint8_t* from) noexcept {
  std::int32_t bytes;
  std::memcpy(&bytes, from, sizeof(bytes));
  const __m128i zero = _mm_setzero_si128();
  return _mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(bytes), zero), zero);
}
inline __m128i widen_4_bytes(const std::int8_t* from) noexcept {
  std::int32_t bytes;
  std::memcpy(&bytes, from, sizeof(bytes));
  const __m128i twice = _mm_unpacklo_epi8(_mm_cvtsi32_si128(bytes), _mm_cvtsi32_si128(bytes));
  return _mm_srai_epi32(_mm_unpacklo_epi16(twice, twice), 24);
}
#endif
#if defined(__AVX2__)
/// Eight bytes as 32-bit integers.
inline __m256i widen_8_bytes(const std::uint8_t* from) noexcept {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
}
inline __m256i widen_8_bytes(const std::int8_t* from) noexcept {
  return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
}
#endif

#if defined(__AVX512BW__) && defined(__AVX512VL__)
/// The first `count` of 16 bytes as 32-bit integers, zero in the other lanes.
inline __m512i widen_bytes(const std::uint8_t* from, unsigned count) noexcept {
  return _mm512_cvtepu8_epi32(
      _mm_maskz_loadu_epi8(static_cast<__mmask16>((1U << count) - 1U), from));
}
inline __m512i widen_bytes(const std::int8_t* from, unsigned count) noexcept {
  return _mm512_cvtepi8_epi32(
      _mm_maskz_loadu_epi8(static_cast<__mmask16>((1U << count) - 1U), from));
}
#endif

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
