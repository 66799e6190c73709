// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <lacuna/format/pattern.hpp>
#include <lacuna/op/image_rows.hpp>

namespace lacuna::inline LACUNA_ABI {

/// One N:M term of activations X (k, n), compressed along the columns: slot row g * N + s holds of
/// each column the s-th value taken of rows g * M ... g * M + M - 1, and where in the group it
/// stood. Positions rise; columns with fewer non-zeros have zeros at their lowest free positions.
/// For a tensor (n, c, h, w) the rows are channels: `values` is (n, ceil(c / M) * N, h, w).
template <class Values, class Positions>
struct activation_term {
  n_m_pattern pattern;
  index_t depth{0};     ///< k, or c
  Values values;        ///< (ceil(k / M) * N, n)
  Positions positions;  ///< likewise, each below M

  friend bool operator==(const activation_term&, const activation_term&) = default;
};
template <class T>
using activation_matrix_term = activation_term<dense_matrix<T>, dense_matrix<std::uint8_t>>;
template <class T>
using activation_tensor_term = activation_term<tensor<T>, tensor<std::uint8_t>>;

namespace detail {
/// term -> the values where they stood, zero elsewhere; both in images.
template <class T>
void scatter_term(const n_m_pattern& p, const image_rows<const T>& values,
                  const image_rows<const std::uint8_t>& positions, const image_rows<T>& x) {
  for (index_t image = 0; image < x.images; ++image) {
    for (index_t s = 0; s < values.rows; ++s) {
      for (index_t j = 0; j < x.cols; ++j) {
        const index_t row = s / p.n * p.m + *positions.at(image, s, j);
        if (row < x.rows) *x.at(image, row, j) = *values.at(image, s, j);
      }
    }
  }
}
}  // namespace detail

/// The term as a matrix (k, n), zero where nothing was taken.
template <class T>
[[nodiscard]] dense_matrix<T> to_dense(const activation_matrix_term<T>& term) {
  dense_matrix<T> x = dense_matrix<T>::Zero(term.depth, term.values.cols());
  detail::scatter_term<T>(term.pattern, detail::as_image_rows(as_view(term.values)),
                          detail::as_image_rows(as_view(term.positions)),
                          detail::as_image_rows(as_view(x)));
  return x;
}

/// The term as images (n, c, h, w), zero where nothing was taken.
template <class T>
[[nodiscard]] tensor<T> to_dense(const activation_tensor_term<T>& term) {
  const extents4 e = term.values.extents();
  tensor<T> x(extents4{e.n, term.depth, e.h, e.w});
  detail::scatter_term<T>(term.pattern, detail::as_image_rows(term.values),
                          detail::as_image_rows(term.positions), detail::as_image_rows(x));
  return x;
}

}  // namespace lacuna::inline LACUNA_ABI
