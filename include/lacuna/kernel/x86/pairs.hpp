// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/version.hpp>

#if defined(__AVX512BF16__) && defined(__AVX512VL__) && defined(__GNUC__)
#define LACUNA_PAIRS 1
#include <cpuid.h>

#else
#define LACUNA_PAIRS 0
#endif

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

/// Whether products of pairs of bfloat16 (VDPBF16PS) are faster than multiply-adds of as many
/// floats. AMD's are: one of 64 bytes a cycle on Zen 4, as many as multiply-adds. Intel's are not:
/// 0.46 a cycle beside 1.85 on Emerald Rapids. Asked of the processor and not of a clock, so that a
/// program sums in the same order every time it runs.
[[nodiscard]] inline bool pairs_are_fast() noexcept {
#if LACUNA_PAIRS
  static const bool is_amd = [] {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid(0, &a, &b, &c, &d) != 0 && b == signature_AMD_ebx &&
           d == signature_AMD_edx && c == signature_AMD_ecx;
  }();
  return is_amd;
#else
  return false;
#endif
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
