// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__SSE2__)
#include <immintrin.h>

#endif

#include <lacuna/core/contract.hpp>
#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

// sum + x[0] w[0] + x[1] w[1] + x[2] w[2] + x[3] w[3] in each 32-bit lane, x unsigned bytes, w
// signed ones, sums modulo 2^32. xsimd has no such operation. `dot_add_pairs` is for processors
// without VNNI: pmaddubsw would saturate pairs of products at 2^15, so bytes are widened to 16
// bits, even and odd ones apart, and pmaddwd adds pairs exactly.

#if defined(__SSE2__)
inline __m128i dot_add_pairs(__m128i sum, __m128i x, __m128i w) noexcept {
  const __m128i even = _mm_madd_epi16(_mm_and_si128(x, _mm_set1_epi16(255)),
                                      _mm_srai_epi16(_mm_slli_epi16(w, 8), 8));
  const __m128i odd = _mm_madd_epi16(_mm_srli_epi16(x, 8), _mm_srai_epi16(w, 8));
  return _mm_add_epi32(sum, _mm_add_epi32(even, odd));
}
#endif
#if defined(__AVX2__)
inline __m256i dot_add_pairs(__m256i sum, __m256i x, __m256i w) noexcept {
  const __m256i even = _mm256_madd_epi16(_mm256_and_si256(x, _mm256_set1_epi16(255)),
                                         _mm256_srai_epi16(_mm256_slli_epi16(w, 8), 8));
  const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(x, 8), _mm256_srai_epi16(w, 8));
  return _mm256_add_epi32(sum, _mm256_add_epi32(even, odd));
}
#endif
#if defined(__AVX512BW__)
inline __m512i dot_add_pairs(__m512i sum, __m512i x, __m512i w) noexcept {
  const __m512i even = _mm512_madd_epi16(_mm512_and_si512(x, _mm512_set1_epi16(255)),
                                         _mm512_srai_epi16(_mm512_slli_epi16(w, 8), 8));
  const __m512i odd = _mm512_madd_epi16(_mm512_srli_epi16(x, 8), _mm512_srai_epi16(w, 8));
  return _mm512_add_epi32(sum, _mm512_add_epi32(even, odd));
}
#endif

// The same where x[0] w[0] + x[1] w[1] and x[2] w[2] + x[3] w[3] fit 16 bits, for processors
// without VNNI: three operations where nine stand above, five of them on x or w alone.
#if defined(__SSSE3__)
inline __m128i dot_add_fitting(__m128i sum, __m128i x, __m128i w) noexcept {
  const __m128i pairs = _mm_maddubs_epi16(x, w);
  return _mm_add_epi32(sum, _mm_madd_epi16(pairs, _mm_set1_epi16(1)));
}
#endif
#if defined(__AVX2__)
inline __m256i dot_add_fitting(__m256i sum, __m256i x, __m256i w) noexcept {
  const __m256i pairs = _mm256_maddubs_epi16(x, w);
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
#endif

#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
/// As assembly: around the intrinsic g++ 12 copies a sum from integers of 64 bits to 32 and back,
/// and a tile's 24 then leave the registers, at half the speed.
template <class Vector>
LACUNA_ALWAYS_INLINE Vector dot_add_vnni(Vector sum, Vector x, Vector w) noexcept {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
  return sum;
}
#endif

#if defined(__SSE2__)
inline __m128i dot_add(__m128i sum, __m128i x, __m128i w) noexcept {
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
  return dot_add_vnni(sum, x, w);
#elif defined(__AVXVNNI__)
  return _mm_dpbusd_avx_epi32(sum, x, w);
#else
  return dot_add_pairs(sum, x, w);
#endif
}
#endif
#if defined(__AVX2__)
inline __m256i dot_add(__m256i sum, __m256i x, __m256i w) noexcept {
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
  return dot_add_vnni(sum, x, w);
#elif defined(__AVXVNNI__)
  return _mm256_dpbusd_avx_epi32(sum, x, w);
#else
  return dot_add_pairs(sum, x, w);
#endif
}
#endif
#if defined(__AVX512BW__)
inline __m512i dot_add(__m512i sum, __m512i x, __m512i w) noexcept {
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
  return dot_add_vnni(sum, x, w);
#else
  return dot_add_pairs(sum, x, w);
#endif
}
#endif

#if defined(__AVX512BF16__) && defined(__AVX512VL__)
// sum + w[0] x[0] + w[1] x[1] in each 32-bit lane, w and x pairs of bfloat16, rounded to nearest
// even, denormals as zero. xsimd has no such operation.
inline __m128 dot_add_bf16(__m128 sum, __m128i w, __m128i x) noexcept {
  return _mm_dpbf16_ps(sum, (__m128bh)w, (__m128bh)x);  // NOLINT: what compilers call a cast
}
inline __m256 dot_add_bf16(__m256 sum, __m256i w, __m256i x) noexcept {
  return _mm256_dpbf16_ps(sum, (__m256bh)w, (__m256bh)x);  // NOLINT
}
inline __m512 dot_add_bf16(__m512 sum, __m512i w, __m512i x) noexcept {
  return _mm512_dpbf16_ps(sum, (__m512bh)w, (__m512bh)x);  // NOLINT
}
#endif

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
