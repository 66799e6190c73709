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
  __builtin_cpu_init();
  return __builtin_cpu_is("amd") != 0;
#else
  return false;
#endif
}

/// Whether it is AMD's from Zen 5 on (family 26), which start two multiply-adds of 64 bytes a cycle
/// where those before start one, from loads as wide.
[[nodiscard]] inline bool is_zen_5() noexcept {
#if defined(__x86_64__) && defined(__GNUC__)
  static const bool is_it = [] {
    unsigned version = 0;
    unsigned other[3];
    if (!is_amd() || __get_cpuid(1, &version, &other[0], &other[1], &other[2]) == 0) return false;
    const unsigned family = (version >> 8 & 0xf) + (version >> 20 & 0xff);
    return family >= 26;
  }();
  return is_it;
#else
  return false;
#endif
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
