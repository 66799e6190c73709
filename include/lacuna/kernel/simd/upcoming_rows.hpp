// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/contract.hpp>
#include <lacuna/core/extents.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Rows of X that what is multiplied next is the first to read or to copy, from beyond the second
/// level: they are asked for meanwhile, some at a time. All at once would keep the line fill
/// buffers from what is multiplied now.
template <class T>
struct upcoming_rows {
  const T* x{nullptr};
  index_t apart{0};  ///< values from one row to the next
  index_t count{0};

  /// Part i of n about equal ones.
  [[nodiscard]] upcoming_rows part(index_t i, index_t n) const noexcept {
    const index_t first = count * i / n;
    return {x + first * apart, apart, count * (i + 1) / n - first};
  }
  /// Asks for Width columns of the next `rows` rows of those that are left, in the first level
  /// where Near is 3, in the second where it is 2: from anywhere within a line on, so that what is
  /// read of the last line does not come unasked.
  template <index_t Width, int Near>
  LACUNA_ALWAYS_INLINE void ask(index_t rows) noexcept {
    constexpr auto line = static_cast<index_t>(cache_line / sizeof(T));
    for (; rows > 0 && count > 0; --rows, --count, x += apart) {
      prefetch_vectors<ceil_div(Width, line), line, Near>(x);
      prefetch_vectors<1, 1, Near>(x + (Width - 1));
    }
  }
};

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
