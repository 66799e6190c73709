// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xsimd/xsimd.hpp>

#include "support/sanitized.hpp"

// Every instruction set that this build may use, as a type list for TEMPLATE_LIST_TEST_CASE: a
// build for AVX-512 tests AVX2 and SSE2 kernels too. With sanitizers only the widest: what they
// look for does not depend on it, and unrolled kernels take them minutes to compile. Operators are
// tested on the build's own, and for others by builds for these (presets avx2 and sse2).

namespace test {

template <class... Arch>
struct arch_types {};

using architectures = arch_types<
#if defined(LACUNA_TEST_SANITIZED)
    xsimd::default_arch
#else
#if XSIMD_WITH_AVX512BW
    xsimd::avx512bw,
#endif
#if XSIMD_WITH_FMA3_AVX2
    xsimd::fma3<xsimd::avx2>,
#endif
#if XSIMD_WITH_SSE2
    xsimd::sse2
#else
    xsimd::default_arch
#endif
#endif
    >;

}  // namespace test
