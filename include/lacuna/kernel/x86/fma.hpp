// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__AVX512F__)
#include <immintrin.h>

#endif

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

#if defined(__AVX512F__)
// xsimd 8.1 has no fma for AVX-512: it multiplies, then adds. g++ contracts the pair to one
// instruction, clang 14 does not and runs at half speed, rounding twice.
inline __m512 fma(__m512 a, __m512 b, __m512 c) noexcept { return _mm512_fmadd_ps(a, b, c); }
inline __m512d fma(__m512d a, __m512d b, __m512d c) noexcept { return _mm512_fmadd_pd(a, b, c); }
#endif

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
