// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include <lacuna/decompose/assign.hpp>
#include <lacuna/decompose/collect.hpp>
#include <lacuna/format/series.hpp>

namespace lacuna::inline LACUNA_ABI {

/// A term that may take `Percent` of all blocks, or of all values: at_most<block<8, 8>, 25>.
template <class Pattern, int Percent>
struct at_most {
  static_assert(0 <= Percent && Percent <= 100);
};

/// A term as a value.
template <class Pattern>
[[nodiscard]] constexpr term_pattern as_term(Pattern p) {
  return {as_pattern(p), 1};
}
template <class Pattern, int Percent>
[[nodiscard]] constexpr term_pattern as_term(at_most<Pattern, Percent> /*t*/) {
  return {as_pattern(Pattern{}), Percent / 100.0};
}

/// A matrix as a series of terms and what they leave: A = A_1 + A_2 + ... + residual.
/// `Matrix` is a format, or a filter of formats.
template <class Terms, class Residual>
struct decomposition {
  Terms terms;        ///< a lacuna::series, or a filter of one: what operators multiply
  Residual residual;  ///< dense, of the matrix's shape
};

namespace detail {

/// Rows of a series that are looked at together: its terms' row units.
template <class... Terms>
[[nodiscard]] constexpr index_t rows_at_once() {
  index_t rows = 1;
  ((rows = std::lcm(rows, collector<float, Terms>::row_unit)), ...);
  return rows;
}

/// Row i of the residual: the values that no term holds.
template <class T>
void leave(const assigned_rows<T>& rows, index_t i,
           const aligned_vector<importance_t<T>>& importance, T* left) {
  const index_t cols = rows.w.cols;
  if constexpr (std::is_same_v<T, importance_t<T>>) {
    if (rows.w.col_stride == 1) {
      const T* rest = importance.data() + remainder<T>::margin + i * cols;
      return kernel::simd::keep_where_left<xsimd::default_arch>(&rows.w(i, 0), rest, cols, left);
    }
  }
  for (index_t k = 0; k < cols; ++k) left[k] = rows.value(i, k, 0);
}

/// The formats that collectors have gathered, as a series, and the residual.
template <class... Terms, scalar T>
[[nodiscard]] auto finish(std::tuple<collector<T, Terms>...>& collectors,
                          dense_matrix<T> residual) {
  return std::apply(
      [&](auto&... c) {
        return decomposition<series<typename collector<T, Terms>::format...>, dense_matrix<T>>{
            series(std::move(c).finish()...), std::move(residual)};
      },
      collectors);
}

/// Gives each collector what its term holds of these rows.
template <class... Terms, scalar T>
void append(std::tuple<collector<T, Terms>...>& collectors, const assigned_rows<T>& rows) {
  std::uint8_t mark = 0;
  std::apply([&](auto&... c) { (c.append(rows, ++mark), ...); }, collectors);
}

template <class... Terms, scalar T, class Score>
[[nodiscard]] auto decompose(matrix_view<const T> w, index_t taps, const Score& score) {
  const series_pattern p{{as_term(Terms{})...}};
  expect_decomposable(p, w.rows, w.cols, w.cols / taps);

  dense_matrix<T> residual(w.rows, w.cols);
  prefer_huge_pages(residual.data(), static_cast<std::size_t>(residual.size()) * sizeof(T));
  std::tuple<collector<T, Terms>...> collectors{collector<T, Terms>(w.rows, w.cols)...};
  aligned_vector<importance_t<T>> importance;
  std::vector<std::uint8_t> term_of;
  // Terms of N:M look at a few rows only: what is worked on stays in the first-level cache.
  constexpr bool is_local = (collector<T, Terms>::is_local && ...);
  const index_t unit = rows_at_once<Terms...>();
  const index_t step =
      is_local ? round_up(std::max<index_t>(1, 4096 / w.cols), unit) : std::max<index_t>(1, w.rows);
  for (index_t first = 0; first < w.rows; first += step) {
    const index_t count = std::min(step, w.rows - first);
    term_of.resize(static_cast<std::size_t>(count * w.cols));
    assign_rows(w, p, score, taps, first, count, importance, term_of.data());

    const assigned_rows<T> rows{{&w(first, 0), count, w.cols, w.row_stride, w.col_stride},
                                term_of.data()};
    append<Terms...>(collectors, rows);
    for (index_t i = 0; i < count; ++i) leave(rows, i, importance, &residual(first + i, 0));
  }
  return finish<Terms...>(collectors, std::move(residual));
}

}  // namespace detail

/// Decomposes a matrix into a series of structured terms and a residual, greedily as published
/// (TASD, arXiv 2403.07953): each term keeps the values worth most of what the terms before it
/// left, in its pattern. Terms are `n_m<N, M>`, `n_m<N, M, V>`, `block<R, C>` and `unstructured`,
/// in any order, the latter two within `at_most`: without it they take all that is left, so only
/// the last term may do without. An unstructured last term makes the series exact.
///
///   const auto [terms, residual] = lacuna::decompose<n_m<2, 4>, n_m<2, 8>>(weights);
///   lacuna::matmul layer(terms);  // one pass over the output
///
/// Every value is held once, unchanged: the terms and the residual add up to the matrix bit for bit
/// (`verify` proves it). `score` says what a value is worth (`by_magnitude`, `by_activation`,
/// `by_second_order`, or any functor). Cost: O(M) comparisons a value and N:M term.
/// @throws shape_error for a matrix without values or smaller than a term, and for a term behind
/// one that takes everything; format_error at the first NaN or infinity.
template <class... Terms, class Derived, class Score = by_magnitude>
[[nodiscard]] auto decompose(const Eigen::MatrixBase<Derived>& w, const Score& score = {}) {
  static_assert(sizeof...(Terms) > 0, "decompose<n_m<2, 4>, n_m<2, 8>>(w): name the terms");
  return detail::decompose<Terms...>(as_view(w.derived()), 1, score);
}

/// The terms and residual of an assignment that was made elsewhere, at run time or by
/// `decompose_exact`: term t in the format of the t-th of `Terms`.
/// @throws shape_error where w and the assignment differ in shape or a term has no format here,
/// format_error where what a term holds disobeys its N:M pattern.
template <class... Terms, class Derived>
[[nodiscard]] auto collect(const Eigen::MatrixBase<Derived>& w, const assignment& held) {
  using T = typename Derived::Scalar;
  const matrix_view<const T> view = as_view(w.derived());
  if (held.rows() != view.rows || held.cols() != view.cols) {
    throw shape_error(message("collect: matrix ", to_string_shape(view.rows, view.cols),
                              ", assignment ", to_string_shape(held.rows(), held.cols())));
  }
  if (const int last = held.size() == 0 ? 0 : held.maxCoeff(); last > int{sizeof...(Terms)}) {
    throw shape_error(message("collect: the assignment has term ", last, ", there are formats for ",
                              sizeof...(Terms)));
  }
  std::uint8_t mark = 0;
  (detail::expect_obeyed(as_term(Terms{}).what, held, ++mark), ...);
  const detail::assigned_rows<T> rows{view, held.data()};
  std::tuple<detail::collector<T, Terms>...> collectors{
      detail::collector<T, Terms>(view.rows, view.cols)...};
  detail::append<Terms...>(collectors, rows);
  dense_matrix<T> residual(view.rows, view.cols);
  for (index_t i = 0; i < view.rows; ++i) {
    for (index_t k = 0; k < view.cols; ++k) residual(i, k) = rows.value(i, k, 0);
  }
  return detail::finish<Terms...>(collectors, std::move(residual));
}

/// The same for dense filters: N:M groups run along input channels, a block spans all taps. The
/// terms are a filter of a series, for `conv2d`.
template <class... Terms, scalar T, class Score = by_magnitude>
[[nodiscard]] auto decompose(const filter<dense_matrix<T>>& w, const Score& score = {}) {
  expect_consistent(w);
  detail::expect_decomposable({{as_term(Terms{})...}}, w.out(), w.matrix.cols(), w.in);
  constexpr index_t unit = col_unit_v<series<typename detail::collector<T, Terms>::format...>>;
  const dense_matrix<T> padded = detail::pad_channels(w, unit);
  const index_t in = padded.cols() / w.taps();
  const auto rate = [&](index_t i, index_t k, auto value) {
    // Padding is zero and worth nothing, whatever a score makes of channels that do not exist.
    return k % in < w.in ? static_cast<double>(score(i, k / in * w.in + k % in, value)) : 0.0;
  };
  auto whole = [&] {
    if constexpr (std::is_same_v<Score, by_magnitude>) {
      return detail::decompose<Terms...>(as_view(padded), w.taps(), score);
    } else {
      return detail::decompose<Terms...>(as_view(padded), w.taps(), rate);
    }
  }();
  filter<dense_matrix<T>> residual{dense_matrix<T>(w.out(), w.matrix.cols()), w.in, w.kernel_h,
                                   w.kernel_w};
  for (index_t tap = 0; tap < w.taps(); ++tap) {
    residual.matrix.middleCols(tap * w.in, w.in) = whole.residual.middleCols(tap * in, w.in);
  }
  using terms = filter<decltype(whole.terms)>;
  return decomposition<terms, filter<dense_matrix<T>>>{
      terms{std::move(whole.terms), w.in, w.kernel_h, w.kernel_w}, std::move(residual)};
}

}  // namespace lacuna::inline LACUNA_ABI
