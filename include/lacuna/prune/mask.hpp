// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <lacuna/core/message.hpp>
#include <lacuna/format/filter.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Which weights of a matrix stay: true where they do.
using mask = Eigen::Matrix<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Zeroes (plus zero, whatever stood there) what the mask drops.
/// @throws shape_error when shapes differ.
template <class Derived>
void apply(const mask& m, Eigen::MatrixBase<Derived>& weights) {
  Derived& w = weights.derived();
  if (m.rows() != w.rows() || m.cols() != w.cols()) {
    throw shape_error(message("mask ", to_string_shape(m.rows(), m.cols()), " on weights ",
                              to_string_shape(w.rows(), w.cols())));
  }
  for (index_t i = 0; i < w.rows(); ++i) {
    for (index_t k = 0; k < w.cols(); ++k) {
      if (!m(i, k)) w(i, k) = typename Derived::Scalar(0);
    }
  }
}

namespace detail {
/// Weights as pruning sees them: a matrix whose columns are `taps` runs of `in` channels, one for a
/// plain matrix. Groups never straddle two taps.
template <class Matrix>
struct tapped {
  const Matrix& w;
  index_t taps;

  [[nodiscard]] index_t in() const noexcept { return w.cols() / taps; }
};
template <class Derived>
[[nodiscard]] tapped<Derived> as_tapped(const Eigen::MatrixBase<Derived>& w) {
  return {w.derived(), 1};
}
template <scalar T>
[[nodiscard]] tapped<dense_matrix<T>> as_tapped(const filter<dense_matrix<T>>& f) {
  expect_consistent(f);
  return {f.matrix, f.taps()};
}
}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI
