// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <vector>

#include <lacuna/prune/keep.hpp>
#include <lacuna/prune/mask.hpp>
#include <lacuna/prune/ranking.hpp>
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
  std::vector<double> magnitudes;
  magnitudes.reserve(static_cast<std::size_t>(w.rows() * cols));
  for (index_t i = 0; i < w.rows(); ++i) {
    for (index_t k = 0; k < cols; ++k) {
      magnitudes.push_back(std::abs(static_cast<double>(w(i, k))));
    }
  }
  mask out = mask::Constant(w.rows(), cols, false);
  for (const index_t at : detail::best(magnitudes.data(), w.rows() * cols, kept)) {
    out(at / cols, at % cols) = true;
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI
