// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/version.hpp>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#endif

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

/// Whether the processor is AMD's: what pays differs where instruction sets don't. Asked of the
/// processor and not of a clock, so that a program does the same every time it runs.
[[nodiscard]] inline bool is_amd() noexcept {
#if defined(__x86_64__) && defined(__GNUC__)
  static const bool answer = [] {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid(0, &a, &b, &c, &d) != 0 && b == signature_AMD_ebx &&
           d == signature_AMD_edx && c == signature_AMD_ecx;
  }();
  return answer;
#else
  return false;
#endif
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
