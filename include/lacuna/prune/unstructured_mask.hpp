// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <lacuna/prune/keep.hpp>
#include <lacuna/prune/mask.hpp>
#include <lacuna/prune/score.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Keeps the largest magnitudes of a layer, ties to the first. O(weights).
/// @throws shape_error for a fraction out of range, format_error for NaN.
template <class Weights>
[[nodiscard]] mask unstructured_mask(const Weights& weights, keep fraction) {
  const auto& w = detail::as_tapped(weights).w;
  detail::expect_no_nan(w);
  const index_t cols = w.cols();
  const index_t kept = fraction.of(w.rows() * cols);
  std::vector<index_t> order(static_cast<std::size_t>(w.rows() * cols));
  std::iota(order.begin(), order.end(), index_t{0});
  const auto magnitude = [&](index_t n) {
    return std::abs(static_cast<double>(w(n / cols, n % cols)));
  };
  std::nth_element(order.begin(), order.begin() + kept, order.end(), [&](index_t a, index_t b) {
    const double of_a = magnitude(a);
    const double of_b = magnitude(b);
    return of_a > of_b || (of_a == of_b && a < b);
  });
  mask out = mask::Constant(w.rows(), cols, false);
  for (index_t n = 0; n < kept; ++n) {
    const index_t at = order[static_cast<std::size_t>(n)];
    out(at / cols, at % cols) = true;
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI
