// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <type_traits>

#include <lacuna/core/message.hpp>
#include <lacuna/kernel/simd/decompose_columns.hpp>
#include <lacuna/op/activation_term.hpp>

namespace lacuna::inline LACUNA_ABI {

namespace detail {
template <class... Terms, class T, class Executor>
void approximate_images(const image_rows<const T>& x, const image_rows<T>& y,
                        const Executor& executor) {
  using arch = xsimd::default_arch;
  for_each_strip<kernel::series_rows<Terms...>()>(
      x, executor, [&](index_t image, index_t row, index_t rows, index_t col, index_t cols) {
        kernel::simd::approximate_columns<arch, Terms...>(x.at(image, row, col), x.ld, rows, cols,
                                                          y.at(image, row, col), y.ld);
      });
}

template <class... Terms, class T, class Term, class Executor>
void compress_images(const image_rows<const T>& x, std::array<Term, sizeof...(Terms)>& terms,
                     const Executor& executor) {
  using arch = xsimd::default_arch;
  for_each_strip<kernel::series_rows<Terms...>()>(
      x, executor, [&](index_t image, index_t row, index_t rows, index_t col, index_t cols) {
        std::array<kernel::term_rows<T>, sizeof...(Terms)> to;
        for (std::size_t t = 0; t < terms.size(); ++t) {
          const n_m_pattern& p = terms[t].pattern;
          const index_t slots = ceil_div(x.rows, p.m) * p.n;
          const index_t at = (image * slots + row / p.m * p.n) * x.cols + col;
          to[t] = {terms[t].values.data() + at, terms[t].positions.data() + at, x.cols};
        }
        kernel::simd::compress_columns<arch, Terms...>(x.at(image, row, col), x.ld, rows, cols, to);
      });
}

}  // namespace detail

/// Y = A_1 + A_2 + ..., the series of N:M terms that TASD takes greedily of X (arXiv 2403.07953,
/// TASD-A): of every M consecutive rows (channels) of each column (pixel), term N:M keeps the N
/// largest magnitudes that the terms before it left, ties to the first; all else is zero. Values
/// are kept bit for bit. X and Y (k, n), Y may be X. A last group of fewer than M rows keeps N too.
///
///   lacuna::approximate_activations<lacuna::n_m<2, 4>, lacuna::n_m<2, 8>>(x, x, pool);
///
/// NaN counts as the largest magnitude and infinity as the next, so that they are carried on and
/// not dropped; more than N of them in a group are not all kept. float and double. One pass over X
/// at the speed of memory; in place is twice as fast as into another matrix beyond the caches,
/// whose lines are read before they are written. Matrices whose rows aren't contiguous are copied
/// first. Bit-identical for any executor. @throws shape_error when Y has not X's shape.
template <class... Terms, class X, class Y, executor Executor = serial>
void approximate_activations(const X& x, Y&& y, const Executor& executor = {}) {
  const auto in = as_view(x);
  const auto out = as_view(y);
  using T = std::remove_const_t<std::remove_pointer_t<decltype(in.data)>>;
  static_assert(sizeof...(Terms) > 0, "a series has at least one term");
  static_assert(std::is_floating_point_v<T>, "activations are float or double");
  if (in.rows != out.rows || in.cols != out.cols) {
    throw shape_error(message("approximate_activations: X ", to_string_shape(in.rows, in.cols),
                              " into Y ", to_string_shape(out.rows, out.cols),
                              ": expected both of the same shape"));
  }
  dense_matrix<T> rows_of_x;
  dense_matrix<T> rows_of_y;
  const matrix_view<const T> from = detail::contiguous_rows<T>(in, rows_of_x);
  const bool direct = out.col_stride == 1 || out.cols <= 1;
  if (!direct) rows_of_y.resize(out.rows, out.cols);
  const matrix_view<T> to = direct ? out : as_view(rows_of_y);
  detail::approximate_images<Terms...>(detail::as_image_rows(from), detail::as_image_rows(to),
                                       executor);
  if (direct) return;
  for (index_t j = 0; j < out.cols; ++j) {
    for (index_t i = 0; i < out.rows; ++i) out(i, j) = rows_of_y(i, j);
  }
}

/// The same for images X (n, c, h, w), groups along the channels c.
template <class... Terms, class T, executor Executor = serial>
void approximate_activations(const tensor<T>& x, tensor<T>& y, const Executor& executor = {}) {
  static_assert(sizeof...(Terms) > 0, "a series has at least one term");
  static_assert(std::is_floating_point_v<T>, "activations are float or double");
  if (x.extents() != y.extents()) {
    throw shape_error(message("approximate_activations: X ", x.extents(), " into Y ", y.extents(),
                              ": expected both of the same shape"));
  }
  detail::approximate_images<Terms...>(detail::as_image_rows(x), detail::as_image_rows(y),
                                       executor);
}

/// The terms themselves, compressed: what hardware with N:M operands is fed. Their sum is what
/// approximate_activations gives. Reads X once; `terms` that had the right shapes before keep their
/// memory, as fresh pages cost more than the work does.
template <class... Terms, class T, class X, executor Executor = serial>
void decompose_activations(const X& x,
                           std::array<activation_matrix_term<T>, sizeof...(Terms)>& terms,
                           const Executor& executor = {}) {
  static_assert(sizeof...(Terms) > 0, "a series has at least one term");
  static_assert(std::is_floating_point_v<T>, "activations are float or double");
  const auto in = as_view(x);
  std::size_t t = 0;
  const auto shape = [&](index_t n, index_t m) {
    activation_matrix_term<T>& term = terms[t++];
    term.pattern = {n, m, 1};
    term.depth = in.rows;
    term.values.resize(ceil_div(in.rows, m) * n, in.cols);
    term.positions.resize(ceil_div(in.rows, m) * n, in.cols);
  };
  (shape(kernel::term_traits<Terms>::n, kernel::term_traits<Terms>::m), ...);
  dense_matrix<T> rows_of_x;
  const matrix_view<const T> from = detail::contiguous_rows<T>(in, rows_of_x);
  detail::compress_images<Terms...>(detail::as_image_rows(from), terms, executor);
}
template <class... Terms, class X, executor Executor = serial>
[[nodiscard]] auto decompose_activations(const X& x, const Executor& executor = {}) {
  using T = std::remove_cvref_t<decltype(as_view(x)(0, 0))>;
  std::array<activation_matrix_term<T>, sizeof...(Terms)> terms;
  decompose_activations<Terms...>(x, terms, executor);
  return terms;
}

/// The same for images X (n, c, h, w), groups along the channels c.
template <class... Terms, class T, executor Executor = serial>
void decompose_activations(const tensor<T>& x,
                           std::array<activation_tensor_term<T>, sizeof...(Terms)>& terms,
                           const Executor& executor = {}) {
  static_assert(sizeof...(Terms) > 0, "a series has at least one term");
  static_assert(std::is_floating_point_v<T>, "activations are float or double");
  const extents4 e = x.extents();
  std::size_t t = 0;
  const auto shape = [&](index_t n, index_t m) {
    activation_tensor_term<T>& term = terms[t++];
    term.pattern = {n, m, 1};
    term.depth = e.c;
    const extents4 slots{e.n, ceil_div(e.c, m) * n, e.h, e.w};
    if (term.values.extents() != slots) term.values = tensor<T>(slots);
    if (term.positions.extents() != slots) term.positions = tensor<std::uint8_t>(slots);
  };
  (shape(kernel::term_traits<Terms>::n, kernel::term_traits<Terms>::m), ...);
  detail::compress_images<Terms...>(detail::as_image_rows(x), terms, executor);
}
template <class... Terms, class T, executor Executor = serial>
[[nodiscard]] auto decompose_activations(const tensor<T>& x, const Executor& executor = {}) {
  std::array<activation_tensor_term<T>, sizeof...(Terms)> terms;
  decompose_activations<Terms...>(x, terms, executor);
  return terms;
}

}  // namespace lacuna::inline LACUNA_ABI
