// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include <lacuna/core/random.hpp>
#include <lacuna/decompose/assign.hpp>

namespace lacuna::inline LACUNA_ABI {

/// How hard `improve_order` tries.
struct order_search {
  /// Swaps of two columns to try at most; each costs two groups of columns over all rows.
  index_t trials{100000};
  std::uint64_t seed{1};
};

/// An order of columns in which a series drops less.
struct column_order {
  std::vector<index_t> columns;  ///< stored column k is column columns[k] of the matrix
  double dropped_greedy{0};      ///< importance that the series drops of the matrix as it is
  double dropped{0};             ///< and in this order
  index_t trials{0};             ///< swaps tried

  /// The share of what greedy drops that is saved.
  [[nodiscard]] double gain() const noexcept {
    return dropped_greedy > 0 ? 1 - dropped / dropped_greedy : 0.0;
  }
};

namespace detail {

/// Importance by columns, and what a series drops of a window of them: windows are as wide as the
/// least common multiple of the terms' M, so they don't interfere.
template <class Real>
class column_windows {
 public:
  template <class T, class Score>
  column_windows(matrix_view<const T> w, const series_pattern& p, const Score& score)
      : pattern_(p), rows_(w.rows) {
    for (const term_pattern& t : p.terms) {
      const auto* g = std::get_if<n_m_pattern>(&t.what);
      if (g == nullptr) {
        throw shape_error(message("improve_order takes N:M terms, not ", to_string(t.what)));
      }
      width_ = std::lcm(width_, g->m);
      is_row_by_row_ = is_row_by_row_ && g->shared_rows == 1;
    }
    // The last window is filled up with columns worth nothing, which stay where they are.
    cols_ = round_up(w.cols, width_);
    importance_.resize(static_cast<std::size_t>(cols_ * rows_));
    std::vector<Real> row(static_cast<std::size_t>(w.cols));
    for (index_t i = 0; i < rows_; ++i) {
      rate_row(w, i, score, row.data());
      for (index_t k = 0; k < w.cols; ++k) {
        importance_[static_cast<std::size_t>(k * rows_ + i)] = row[static_cast<std::size_t>(k)];
      }
    }
    scratch_.resize(static_cast<std::size_t>(width_ * rows_ + 2 * remainder<Real>::margin));
    term_of_.resize(static_cast<std::size_t>(width_ * rows_));
  }

  [[nodiscard]] index_t width() const noexcept { return width_; }
  [[nodiscard]] index_t cols() const noexcept { return cols_; }

  /// What the series drops of the columns columns[0] ... columns[width - 1].
  [[nodiscard]] double dropped(const index_t* columns) {
    Real* window = scratch_.data() + remainder<Real>::margin;
    for (index_t c = 0; c < width_; ++c) {
      const Real* from = importance_.data() + columns[c] * rows_;
      for (index_t i = 0; i < rows_; ++i) window[i * width_ + c] = from[i];
    }
    // Groups lie side by side in a window, so all rows are one long row for terms of single rows.
    const bool one = is_row_by_row_;
    std::fill(term_of_.begin(), term_of_.end(), std::uint8_t{0});
    take_terms(
        pattern_,
        remainder<Real>{window, term_of_.data(), one ? 1 : rows_, one ? rows_ * width_ : width_},
        1);
    double sum = 0;
    for (index_t at = 0; at < rows_ * width_; ++at) sum += static_cast<double>(window[at]);
    return sum;
  }

 private:
  series_pattern pattern_;
  index_t rows_;
  index_t cols_{0};
  index_t width_{1};
  bool is_row_by_row_{true};
  std::vector<Real> importance_;  ///< (cols, rows)
  aligned_vector<Real> scratch_;
  std::vector<std::uint8_t> term_of_;
};

}  // namespace detail

/// Looks for an order of columns in which a series of N:M terms drops less than greedily from the
/// matrix as it is, for the same budget: large values that share a group push each other out, and
/// columns that are large in different rows share one well. Y = W X does not change when columns of
/// W and rows of X are put in the same order, and operators fold the order into positions
/// (`permuted`), so the gain is free when they run.
///
/// Iterated local search: pairs of columns of two groups are swapped wherever that drops less,
/// until no pair is left; then a few random swaps, and again; the best is kept. (Channel
/// permutation for 2:4: Pool and Yu, NeurIPS 2021.) Deterministic for a seed. Cost: `trials` times
/// two groups of columns over all rows.
/// @throws as `assign`; shape_error for terms other than N:M.
template <class Matrix, class Score = by_magnitude>
[[nodiscard]] column_order improve_order(const Matrix& w, const series_pattern& p,
                                         const order_search& search = {}, const Score& score = {}) {
  const auto view = as_view(w);
  using T = std::remove_const_t<std::remove_pointer_t<decltype(view.data)>>;
  detail::expect_decomposable(p, view.rows, view.cols, view.cols);
  detail::column_windows<detail::importance_t<T>> windows(view, p, score);
  const index_t width = windows.width();
  const index_t count = windows.cols() / width;
  random_source random(search.seed);

  std::vector<index_t> order(static_cast<std::size_t>(windows.cols()));
  std::iota(order.begin(), order.end(), index_t{0});
  std::vector<double> dropped(static_cast<std::size_t>(count));
  const auto measure = [&](index_t g) { return windows.dropped(order.data() + g * width); };
  for (index_t g = 0; g < count; ++g) dropped[static_cast<std::size_t>(g)] = measure(g);
  const auto total = [&] { return std::accumulate(dropped.begin(), dropped.end(), 0.0); };

  column_order out;
  out.dropped_greedy = total();
  out.dropped = out.dropped_greedy;
  std::vector<index_t> best = order;

  const auto swap = [&](index_t a, index_t b) {
    std::swap(order[static_cast<std::size_t>(a)], order[static_cast<std::size_t>(b)]);
  };
  /// Swaps two columns if that drops less.
  const auto try_swap = [&](index_t a, index_t b) {
    auto& of_a = dropped[static_cast<std::size_t>(a / width)];
    auto& of_b = dropped[static_cast<std::size_t>(b / width)];
    if (of_a == 0 && of_b == 0) return false;
    ++out.trials;
    swap(a, b);
    const double new_a = measure(a / width);
    const double new_b = measure(b / width);
    // Sums of doubles in another order: less must mean more than rounding.
    if (new_a + new_b < (of_a + of_b) * (1 - 1e-12)) {
      of_a = new_a;
      of_b = new_b;
      return true;
    }
    swap(a, b);
    return false;
  };
  const auto descend = [&] {
    std::vector<index_t> columns(static_cast<std::size_t>(view.cols));
    std::iota(columns.begin(), columns.end(), index_t{0});
    for (bool improved = true; improved && out.trials < search.trials;) {
      improved = false;
      random.shuffle(columns.begin(), columns.end());
      for (std::size_t i = 0; i < columns.size(); ++i) {
        for (std::size_t j = 0; j < i && out.trials < search.trials; ++j) {
          if (columns[i] / width == columns[j] / width) continue;
          improved = try_swap(columns[i], columns[j]) || improved;
        }
      }
    }
  };
  while (count > 1 && out.dropped > 0 && out.trials < search.trials) {
    descend();
    const double now = total();
    if (now < out.dropped) {
      out.dropped = now;
      best = order;
    } else {
      order = best;
    }
    constexpr int kicks = 4;
    for (int kick = 0; kick < kicks; ++kick) {
      swap(random.below(view.cols), random.below(view.cols));
    }
    for (index_t g = 0; g < count; ++g) dropped[static_cast<std::size_t>(g)] = measure(g);
  }

  best.resize(static_cast<std::size_t>(view.cols));
  out.columns = std::move(best);
  return out;
}

/// The matrix with its columns in that order.
template <class Derived>
[[nodiscard]] auto in_order(const Eigen::MatrixBase<Derived>& w, const column_order& order) {
  dense_matrix<typename Derived::Scalar> out(w.rows(), w.cols());
  for (index_t k = 0; k < w.cols(); ++k) {
    out.col(k) = w.col(order.columns[static_cast<std::size_t>(k)]);
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI
