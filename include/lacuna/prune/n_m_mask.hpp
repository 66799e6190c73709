// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <lacuna/prune/mask.hpp>
#include <lacuna/prune/ranking.hpp>
#include <lacuna/prune/score.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Keeps the n best of every m consecutive columns, the same for `shared_rows` rows: along the
/// reduction axis of a matrix, along the input channels of filters (Mishra et al., arXiv
/// 2104.08378). The score is that of a position's values over the shared rows; for one row any of
/// them keeps the largest magnitudes, ties to the first.
/// @throws shape_error unless 0 < n <= m and shared_rows > 0, format_error for NaN, of weights or
/// of their score (the variance of an infinity).
template <class Weights, class Score = score>
[[nodiscard]] mask n_m_mask(const Weights& weights, index_t n, index_t m, index_t shared_rows = 1,
                            const Score& how = score::l2) {
  if (n < 1 || n > m || shared_rows < 1) {
    throw shape_error(
        message("N:M takes 0 < N <= M and V > 0, got ", n, ":", m, " with V = ", shared_rows));
  }
  const auto t = detail::as_tapped(weights);
  detail::expect_no_nan(t.w);
  mask out = mask::Constant(t.w.rows(), t.w.cols(), false);
  std::vector<double> scores(static_cast<std::size_t>(m));
  const auto chosen = std::make_unique<bool[]>(static_cast<std::size_t>(m));
  std::vector<double> values;
  for (index_t i = 0; i < out.rows(); i += shared_rows) {
    const index_t rows = std::min(shared_rows, out.rows() - i);
    for (index_t tap = 0; tap < t.taps; ++tap) {
      for (index_t c = 0; c < t.in(); c += m) {
        const index_t first = tap * t.in() + c;
        const index_t size = std::min(m, t.in() - c);
        for (index_t p = 0; p < size; ++p) {
          values.clear();
          for (index_t r = 0; r < rows; ++r) {
            values.push_back(static_cast<double>(t.w(i + r, first + p)));
          }
          // A single value has no variance; its magnitude is what the published rule ranks.
          const double s = rows == 1 ? std::abs(values[0]) : detail::evaluate(how, values);
          if (std::isnan(s)) {
            throw format_error(message("the score of column ", first + p, " of rows ", i, " to ",
                                       i + rows - 1, " is NaN and can't be ranked"));
          }
          scores[static_cast<std::size_t>(p)] = s;
        }
        detail::choose_columns(scores.data(), size, n, chosen.get());
        for (index_t p = 0; p < size; ++p) {
          if (chosen[static_cast<std::size_t>(p)]) {
            out.col(first + p).segment(i, rows).setConstant(true);
          }
        }
      }
    }
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI
