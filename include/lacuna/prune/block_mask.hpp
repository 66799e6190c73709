// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include <lacuna/prune/keep.hpp>
#include <lacuna/prune/mask.hpp>
#include <lacuna/prune/score.hpp>

namespace lacuna::inline LACUNA_ABI {

namespace detail {

/// Which blocks stay, (block rows, block columns), given their scores: the k best, ties to the
/// first, and then the guard: no block row or block column goes empty, or whole channels would be
/// pruned (arXiv 2407.09453, section III). The best block of an empty row or column comes back and
/// the weakest one that leaves no other empty goes in its stead, so the count stays `kept` unless
/// the guard alone needs more. O(blocks log blocks).
[[nodiscard]] inline mask best_blocks(const Eigen::MatrixXd& scores, index_t kept) {
  const index_t rows = scores.rows();
  const index_t cols = scores.cols();
  mask stays = mask::Constant(rows, cols, false);
  if (kept == 0) return stays;

  std::vector<index_t> order(static_cast<std::size_t>(rows * cols));
  std::iota(order.begin(), order.end(), index_t{0});
  const auto score_of = [&](index_t b) { return scores(b / cols, b % cols); };
  std::stable_sort(order.begin(), order.end(),
                   [&](index_t a, index_t b) { return score_of(a) > score_of(b); });

  std::vector<index_t> in_row(static_cast<std::size_t>(rows));
  std::vector<index_t> in_col(static_cast<std::size_t>(cols));
  index_t count = 0;
  const auto set = [&](index_t i, index_t k, bool stay) {
    stays(i, k) = stay;
    const index_t step = stay ? 1 : -1;
    in_row[static_cast<std::size_t>(i)] += step;
    in_col[static_cast<std::size_t>(k)] += step;
    count += step;
  };
  for (index_t n = 0; n < kept; ++n) {
    const index_t b = order[static_cast<std::size_t>(n)];
    set(b / cols, b % cols, true);
  }

  // Blocks where an empty row crosses an empty column first: one block mends both.
  for (const bool both : {true, false}) {
    for (const index_t b : order) {
      const bool row_empty = in_row[static_cast<std::size_t>(b / cols)] == 0;
      const bool col_empty = in_col[static_cast<std::size_t>(b % cols)] == 0;
      if (both ? row_empty && col_empty : row_empty || col_empty) set(b / cols, b % cols, true);
    }
  }
  for (auto b = order.rbegin(); b != order.rend() && count > kept; ++b) {
    const index_t i = *b / cols;
    const index_t k = *b % cols;
    if (stays(i, k) && in_row[static_cast<std::size_t>(i)] > 1 &&
        in_col[static_cast<std::size_t>(k)] > 1) {
      set(i, k, false);
    }
  }
  return stays;
}

template <class Matrix, class Score>
[[nodiscard]] mask kept_blocks(const tapped<Matrix>& t, index_t block_rows, index_t block_cols,
                               keep fraction, const Score& how) {
  if (block_rows < 1 || block_cols < 1) {
    throw shape_error(message("blocks take positive extents, got ", block_rows, "x", block_cols));
  }
  expect_no_nan(t.w);
  const index_t rows = t.w.rows();
  const index_t in = t.in();
  Eigen::MatrixXd scores(ceil_div(rows, block_rows), ceil_div(in, block_cols));
  std::vector<double> values;
  for (index_t i = 0; i < scores.rows(); ++i) {
    for (index_t k = 0; k < scores.cols(); ++k) {
      values.clear();
      for (index_t r = i * block_rows; r < std::min(rows, (i + 1) * block_rows); ++r) {
        for (index_t tap = 0; tap < t.taps; ++tap) {
          for (index_t c = k * block_cols; c < std::min(in, (k + 1) * block_cols); ++c) {
            values.push_back(static_cast<double>(t.w(r, tap * in + c)));
          }
        }
      }
      scores(i, k) = evaluate(how, values);
    }
  }
  return best_blocks(scores, fraction.of(scores.size()));
}

}  // namespace detail

/// Keeps the best-scored blocks of block_rows x block_cols: in a matrix, plain blocks; in filters,
/// blocks of (out, in) channels, each over all taps at once. At `keep{0.5}` exactly half of an even
/// count of blocks is zeroed; no block row or column is ever emptied (see detail::best_blocks),
/// except by keep{0}, which zeroes all. Edge blocks compete with the values they have.
/// @throws shape_error for a fraction or extents out of range, format_error for NaN.
template <class Weights, class Score = score>
[[nodiscard]] mask block_mask(const Weights& weights, index_t block_rows, index_t block_cols,
                              keep fraction, const Score& how = score::l2) {
  const auto t = detail::as_tapped(weights);
  const mask blocks = detail::kept_blocks(t, block_rows, block_cols, fraction, how);
  mask out(t.w.rows(), t.w.cols());
  for (index_t i = 0; i < out.rows(); ++i) {
    for (index_t k = 0; k < out.cols(); ++k) {
      out(i, k) = blocks(i / block_rows, k % t.in() / block_cols);
    }
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI
