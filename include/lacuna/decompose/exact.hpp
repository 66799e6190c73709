// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/decompose/assign.hpp>

namespace lacuna::inline LACUNA_ABI {

/// What one stored value of a term costs when it is multiplied, in units of one value of a dense or
/// block matrix: what the search for the cheapest exact series minimises. Anything of this form
/// does, a hardware model too.
///
/// The defaults are for this library's CPU kernels: what each value more adds to the time of a
/// product, the geometric mean of eight layers of ResNet-50, AVX-512, one thread
/// (`bench_value_costs_O2`). Against a value of 8x8 blocks, one of N:M or of CSR cost 2.08 to 2.11
/// with g++ and clang++, one of 8x1, 4x4 or N:M with 8 shared rows 0.98 to 1.14 (Intel,
/// 2026-11-21). Since rows go in pairs, N:M or CSR alone cost 1.04 to 1.10, beside blocks in one
/// pass 1.5 to 5 (Zen 5, 2026-11-30; docs/other-results.md has the run, docs/tasd.md what follows):
/// pass the costs of your machine where the choice matters.
struct value_costs {
  double shared{1.0};  ///< of blocks of 4 rows and more, of N:M with 4 shared rows and more
  double strict{2.1};  ///< where every row has positions of its own: N:M, unstructured
  double dense{1.0};   ///< of the matrix, nothing skipped

  [[nodiscard]] double operator()(const pattern& p) const noexcept {
    if (const auto* b = std::get_if<block_pattern>(&p)) return b->rows >= 4 ? shared : strict;
    if (const auto* g = std::get_if<n_m_pattern>(&p)) return g->shared_rows >= 4 ? shared : strict;
    return std::holds_alternative<dense_pattern>(p) ? dense : strict;
  }
};

/// A series that was considered for a matrix.
struct exact_candidate {
  series_pattern series;
  std::vector<index_t> stored;  ///< values a term stores, padding included
  double cost{0};               ///< sum of stored times cost a value
};

/// The cheapest series that holds a matrix exactly, and the others.
struct exact_decomposition {
  std::vector<exact_candidate> candidates;  ///< the cheapest first
  assignment term_of;                       ///< by the first of them

  [[nodiscard]] const exact_candidate& best() const { return candidates.front(); }
  friend std::ostream& operator<<(std::ostream& out, const exact_decomposition& c) {
    for (const exact_candidate& candidate : c.candidates) {
      out << to_string(candidate.series) << ": cost " << candidate.cost << ", stored";
      for (const index_t stored : candidate.stored) out << " " << stored;
      out << "\n";
    }
    return out;
  }
};

namespace detail {

/// Values that a format of pattern `p` stores for what it was assigned: N:M fills its groups, a
/// block is stored whole.
[[nodiscard]] inline index_t stored_values(const pattern& p, const assignment& a,
                                           std::uint8_t mark) {
  if (const auto* g = std::get_if<n_m_pattern>(&p)) {
    return ceil_div(a.rows(), g->shared_rows) * g->shared_rows * ceil_div(a.cols(), g->m) * g->n;
  }
  if (const auto* b = std::get_if<block_pattern>(&p)) {
    index_t blocks = 0;
    for (index_t i = 0; i < a.rows(); i += b->rows) {
      for (index_t k = 0; k < a.cols(); k += b->cols) {
        const auto here =
            a.block(i, k, std::min(b->rows, a.rows() - i), std::min(b->cols, a.cols() - k));
        blocks += (here.array() == mark).any() ? 1 : 0;
      }
    }
    return blocks * b->rows * b->cols;
  }
  return (a.array() == mark).count();
}

/// The share of all blocks that are at least `full` full.
template <class T>
[[nodiscard]] double share_of_blocks(matrix_view<const T> w, const block_pattern& b, double full) {
  index_t chosen = 0;
  for (index_t i = 0; i < w.rows; i += b.rows) {
    for (index_t k = 0; k < w.cols; k += b.cols) {
      index_t held = 0;
      for (index_t r = i; r < std::min(i + b.rows, w.rows); ++r) {
        for (index_t c = k; c < std::min(k + b.cols, w.cols); ++c) held += is_zero(w(r, c)) ? 0 : 1;
      }
      const auto size = static_cast<double>(b.rows * b.cols);
      chosen += held > 0 && static_cast<double>(held) >= full * size ? 1 : 0;
    }
  }
  return static_cast<double>(chosen) /
         static_cast<double>(ceil_div(w.rows, b.rows) * ceil_div(w.cols, b.cols));
}

[[nodiscard]] inline bool fits(const series_pattern& p, index_t rows, index_t cols) {
  try {
    expect_decomposable(p, rows, cols, cols);
    return true;
  } catch (const shape_error&) {
    return false;
  }
}

}  // namespace detail

/// The terms that `decompose_exact` tries when none are named.
[[nodiscard]] inline std::vector<pattern> exact_menu() {
  return {n_m_pattern{2, 4, 1}, n_m_pattern{1, 4, 1}, n_m_pattern{2, 8, 1}, n_m_pattern{1, 8, 1},
          n_m_pattern{2, 4, 8}, n_m_pattern{1, 4, 8}, n_m_pattern{2, 8, 8}, n_m_pattern{1, 8, 8},
          block_pattern{8, 8},  block_pattern{8, 1},  block_pattern{4, 4}};
}

/// Decomposes a matrix without loss into the series of the lowest predicted cost: of every series
/// of at most two terms of `menu`, with an unstructured remainder where something is left,
/// unstructured alone, and dense. Values are chosen `by_presence`: how many a term holds is all
/// that counts, not which. A block term takes the blocks that it is cheaper for than an
/// unstructured term; where these are all, nothing stands behind it.
///
/// `cost(pattern)` is what one stored value costs. Terms larger than the matrix are left out.
/// Cost: the menu's size squared times `assign`.
/// @throws as `assign`.
template <class Matrix, class Cost = value_costs>
[[nodiscard]] exact_decomposition decompose_exact(const Matrix& w,
                                                  const std::vector<pattern>& menu = exact_menu(),
                                                  const Cost& cost = {}) {
  const auto view = as_view(w);
  std::vector<term_pattern> terms;
  for (const pattern& p : menu) {
    term_pattern t{p, 1};
    if (!detail::fits({{t}}, view.rows, view.cols)) continue;
    if (const auto* b = std::get_if<block_pattern>(&p)) {
      const double worth = cost(p) / cost(unstructured_pattern{});
      t.keep = detail::share_of_blocks(view, *b, worth);
      if (t.keep == 0) continue;
    }
    terms.push_back(t);
  }

  const series_pattern dense{{{dense_pattern{}, 1}}};
  const index_t size = view.rows * view.cols;
  exact_decomposition out{{{dense, {size}, static_cast<double>(size) * cost(dense_pattern{})}},
                          assign(w, dense)};
  const auto cheaper = [](const exact_candidate& a, const exact_candidate& b) {
    return a.cost < b.cost;
  };
  const auto consider = [&](series_pattern s) {
    if (s.terms.empty() || !detail::takes_all(s.terms.back())) {
      s.terms.push_back({unstructured_pattern{}, 1});
    }
    assignment a = assign(w, s, by_presence{});
    exact_candidate c;
    for (std::size_t t = 0; t < s.terms.size(); ++t) {
      const pattern& p = s.terms[t].what;
      c.stored.push_back(detail::stored_values(p, a, static_cast<std::uint8_t>(t + 1)));
      c.cost += static_cast<double>(c.stored.back()) * cost(p);
    }
    if (c.stored.back() == 0 && s.terms.size() > 1) {
      s.terms.pop_back();
      c.stored.pop_back();
    }
    c.series = std::move(s);
    const bool is_best = cheaper(c, out.candidates.front());
    const auto at = is_best ? out.candidates.begin() : out.candidates.end();
    out.candidates.insert(at, std::move(c));
    if (is_best) out.term_of = std::move(a);
  };
  consider({});
  for (const term_pattern& first : terms) {
    consider({{first}});
    if (detail::takes_all(first)) continue;
    for (const term_pattern& second : terms) consider({{first, second}});
  }
  std::stable_sort(out.candidates.begin(), out.candidates.end(), cheaper);
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI
