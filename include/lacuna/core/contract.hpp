// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/exceptions.hpp>

/// States what a kernel may assume. Builds with LACUNA_CHECKED=1 (the tests) throw
/// `contract_violation`; others compile it away. Never used to check user input.
#if defined(LACUNA_CHECKED) && LACUNA_CHECKED
#define LACUNA_EXPECTS(condition)                                                                 \
  do {                                                                                            \
    if (!(condition)) {                                                                           \
      throw ::lacuna::contract_violation(std::string(__FILE__) + ":" + std::to_string(__LINE__) + \
                                         ": " + #condition);                                      \
    }                                                                                             \
  } while (false)
/// `noexcept` where contracts are not checked.
#define LACUNA_KERNEL_NOEXCEPT
#else
#define LACUNA_EXPECTS(condition) static_cast<void>(0)
#define LACUNA_KERNEL_NOEXCEPT noexcept
#endif

/// For the inner tiles, which are only fast when their loops disappear at -O2 too. Without
/// optimisation they stay calls: each kernel would hold its own copy, and operators' tests under
/// sanitizers compile twice as long.
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define LACUNA_ALWAYS_INLINE inline __attribute__((always_inline))
#define LACUNA_INLINE_LAMBDA __attribute__((always_inline))
#else
#define LACUNA_ALWAYS_INLINE inline
#define LACUNA_INLINE_LAMBDA
#endif
