// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Which `count` of `size` are worth most, ties to the first, in no order. `worth` holds no NaN.
/// O(size).
template <class Real>
[[nodiscard]] std::vector<index_t> best(const Real* worth, index_t size, index_t count) {
  std::vector<index_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), index_t{0});
  std::nth_element(order.begin(), order.begin() + count, order.end(), [&](index_t a, index_t b) {
    return worth[a] > worth[b] || (worth[a] == worth[b] && a < b);
  });
  order.resize(static_cast<std::size_t>(count));
  return order;
}

/// The n columns of a group that are worth most, ties to the first: true in `chosen`.
/// Each column's rank is the count of those worth more, or as much and before it: size^2
/// comparisons without a branch. In groups of 4 that takes half the time of a sort, whose branches
/// depend on the data; in groups of 64 it takes longer.
template <class Real>
void choose_columns(const Real* worth, index_t size, index_t n, bool* chosen) {
  if (size > 32) {
    std::fill(chosen, chosen + size, false);
    for (const index_t p : best(worth, size, std::min(n, size))) chosen[p] = true;
    return;
  }
  for (index_t p = 0; p < size; ++p) {
    index_t before = 0;
    for (index_t q = 0; q < p; ++q) before += worth[q] >= worth[p] ? 1 : 0;
    for (index_t q = p + 1; q < size; ++q) before += worth[q] > worth[p] ? 1 : 0;
    chosen[p] = before < n;
  }
}

}  // namespace lacuna::inline LACUNA_ABI::detail
