// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <utility>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Longest loop that is spelled out where nothing else is said: past it arrays don't fit the
/// registers anyway, and code size and compile time grow for nothing.
inline constexpr index_t unroll_limit = 16;

/// f(0) ... f(Count - 1), spelled out, each index a std::integral_constant, so that arrays which f
/// indexes live in registers at -O2 too; an ordinary loop past `Limit`.
template <index_t Count, index_t Limit = unroll_limit, class F>
LACUNA_ALWAYS_INLINE void unroll(const F& f) noexcept {
  if constexpr (Count <= Limit) {
    [&]<index_t... I>(std::integer_sequence<index_t, I...>) LACUNA_INLINE_LAMBDA {
      (f(std::integral_constant<index_t, I>{}), ...);
    }
    (std::make_integer_sequence<index_t, Count>{});
  } else {
    for (index_t i = 0; i < Count; ++i) f(i);
  }
}

/// f(i, j) for every pair j < i < Count, the same way.
template <index_t Count, class F>
LACUNA_ALWAYS_INLINE void unroll_pairs(const F& f) noexcept {
  if constexpr (Count <= unroll_limit) {
    unroll<Count>([&](auto i) LACUNA_INLINE_LAMBDA {
      unroll<decltype(i)::value>([&](auto j) LACUNA_INLINE_LAMBDA { f(i, j); });
    });
  } else {
    for (index_t i = 0; i < Count; ++i) {
      for (index_t j = 0; j < i; ++j) f(i, j);
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
