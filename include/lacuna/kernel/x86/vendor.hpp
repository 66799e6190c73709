// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/version.hpp>

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

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
