// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#include <Eigen/Core>

#include <lacuna/core/aligned.hpp>
#include <lacuna/decompose/importance.hpp>
#include <lacuna/decompose/take.hpp>
#include <lacuna/format/filter.hpp>
#include <lacuna/format/series_pattern.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Which term of a series holds each value: t + 1 for the t-th term, 0 for none (the value is zero,
/// or left in the residual).
using assignment = Eigen::Matrix<std::uint8_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

namespace detail {

/// Whether a term's share is no limit: it takes all that those before it left.
[[nodiscard]] inline bool takes_all(const term_pattern& t) noexcept {
  return t.keep == 1 && !std::holds_alternative<n_m_pattern>(t.what);
}

/// @throws shape_error for a series that is none, of whatever matrix: no terms or too many, a
/// pattern out of range, a term behind one that takes everything.
inline void expect_series(const series_pattern& p) {
  if (p.terms.empty() || p.terms.size() >= std::numeric_limits<std::uint8_t>::max()) {
    throw shape_error(message("decompose: a series has 1 to 254 terms, got ", p.terms.size()));
  }
  for (const term_pattern& t : p.terms) {
    const auto* g = std::get_if<n_m_pattern>(&t.what);
    if (g != nullptr && (g->n < 1 || g->n > g->m || g->m > 256)) {
      throw shape_error(message("decompose: ", to_string(t.what), " is not 0 < N <= M <= 256"));
    }
    if (g == nullptr && !(t.keep >= 0 && t.keep <= 1)) {
      throw shape_error(message("decompose: term ", to_string(t.what), " has share ", t.keep,
                                ", expected 0 to 1"));
    }
    if (takes_all(t) && &t != &p.terms.back()) {
      throw shape_error(message("decompose: term ", to_string(t.what), " of ", to_string(p),
                                " takes everything and leaves the terms behind it nothing: limit "
                                "it, as ",
                                to_string(t.what), "@0.25 or at_most<pattern, 25>"));
    }
  }
}

/// @throws shape_error as `expect_series`, where there is nothing to decompose, and where a term is
/// larger than the matrix (rows, taps * in).
inline void expect_decomposable(const series_pattern& p, index_t rows, index_t cols, index_t in) {
  expect_series(p);
  const std::string what = message("decompose: matrix ", to_string_shape(rows, cols));
  if (rows < 1 || cols < 1) throw shape_error(message(what, " has no values"));
  for (const term_pattern& t : p.terms) {
    index_t height = 1;
    index_t width = 1;
    if (const auto* b = std::get_if<block_pattern>(&t.what)) {
      height = b->rows;
      width = b->cols;
    } else if (const auto* g = std::get_if<n_m_pattern>(&t.what)) {
      height = g->shared_rows;
      width = g->m;
    }
    if (height < 1 || width < 1 || height > rows || width > in) {
      throw shape_error(message(what, in == cols ? "" : message(" with ", in, " input channels"),
                                " is smaller than term ", to_string(t.what), " of ",
                                to_string_shape(height, width)));
    }
  }
}

/// @throws format_error at the first group in which term `mark` holds more than its N:M pattern
/// lets it.
inline void expect_obeyed(const pattern& p, const assignment& held, std::uint8_t mark) {
  const auto* g = std::get_if<n_m_pattern>(&p);
  if (g == nullptr) return;
  for (index_t i = 0; i < held.rows(); i += g->shared_rows) {
    for (index_t k = 0; k < held.cols(); k += g->m) {
      const auto group = held.block(i, k, std::min(g->shared_rows, held.rows() - i),
                                    std::min(g->m, held.cols() - k));
      const index_t columns = (group.array() == mark).colwise().any().count();
      if (columns > g->n) {
        throw format_error(message("term ", int{mark} - 1, " holds ", columns,
                                   " columns of the group at (", i, ", ", k, "), which is not ",
                                   to_string(p)));
      }
    }
  }
}

/// Takes the terms one after the other, each from what those before it left. `importance` is
/// used up.
template <class Real>
void take_terms(const series_pattern& p, const remainder<Real>& r, index_t taps) {
  std::uint8_t mark = 0;
  for (const term_pattern& t : p.terms) {
    ++mark;
    if (const auto* g = std::get_if<n_m_pattern>(&t.what)) {
      const index_t in = r.cols / taps;
      for (index_t tap = 0; tap < taps; ++tap) take_n_m(r, *g, tap * in, (tap + 1) * in, mark);
    } else if (const auto* b = std::get_if<block_pattern>(&t.what)) {
      take_blocks(r, *b, keep{t.keep}, taps, mark);
    } else {
      take_largest(r, keep{t.keep}, mark);
    }
  }
}

/// Assigns rows [first, first + count) of w, whose columns are `taps` runs of channels.
/// `scratch` holds their importance.
template <class T, class Score>
void assign_rows(matrix_view<const T> w, const series_pattern& p, const Score& score, index_t taps,
                 index_t first, index_t count, aligned_vector<importance_t<T>>& scratch,
                 std::uint8_t* term_of) {
  using rest = remainder<importance_t<T>>;
  scratch.resize(static_cast<std::size_t>(count * w.cols + 2 * rest::margin));
  const rest r{scratch.data() + rest::margin, term_of, count, w.cols};
  for (index_t i = 0; i < count; ++i) rate_row(w, first + i, score, r.importance + i * w.cols);
  std::fill(term_of, term_of + count * w.cols, std::uint8_t{0});
  take_terms(p, r, taps);
}

}  // namespace detail

/// Decomposes a matrix greedily, as published (TASD, arXiv 2403.07953): each term keeps the values
/// worth most of what the terms before it left, in its pattern; ties go to the first. Any patterns,
/// in any order, known at run time; what the values are worth is up to `score`.
/// `w` is an Eigen matrix, Map or Ref in either order, or a matrix_view.
///
/// Cost: O(M) comparisons a value and N:M term, O(1) for other terms.
/// @throws shape_error for a matrix without values, a term larger than it, no terms, or a term
/// behind one that takes everything (8x8 without a share); format_error at the first NaN or
/// infinity.
template <class Matrix, class Score = by_magnitude>
[[nodiscard]] assignment assign(const Matrix& w, const series_pattern& p, const Score& score = {}) {
  const auto view = as_view(w);
  using T = std::remove_const_t<std::remove_pointer_t<decltype(view.data)>>;
  detail::expect_decomposable(p, view.rows, view.cols, view.cols);
  assignment out(view.rows, view.cols);
  aligned_vector<detail::importance_t<T>> scratch;
  detail::assign_rows<T>(view, p, score, 1, 0, view.rows, scratch, out.data());
  return out;
}

/// The same for dense filters: N:M groups run along the input channels of each tap, a block spans
/// (R out, C in) over all taps.
template <scalar T, class Score = by_magnitude>
[[nodiscard]] assignment assign(const filter<dense_matrix<T>>& w, const series_pattern& p,
                                const Score& score = {}) {
  expect_consistent(w);
  detail::expect_decomposable(p, w.matrix.rows(), w.matrix.cols(), w.in);
  assignment out(w.matrix.rows(), w.matrix.cols());
  aligned_vector<detail::importance_t<T>> scratch;
  detail::assign_rows<T>(as_view(w.matrix), p, score, w.taps(), 0, w.matrix.rows(), scratch,
                         out.data());
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI
