// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <lacuna/core/extents.hpp>
#include <lacuna/core/scalar.hpp>

namespace lacuna::inline LACUNA_ABI {

/// The dense format: an Eigen matrix with contiguous rows. Operators take it beside the sparse
/// formats, and every sparse format converts to it.
template <class T>
using dense_matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Whether a value needs no storage. NaN is not zero; minus zero is.
template <class T>
[[nodiscard]] constexpr bool is_zero(const T& value) noexcept {
  return value == T(0);
}

/// Calls f(row, column, value) for every element, zero or not, row by row.
template <scalar T, class F>
void for_each_stored(const dense_matrix<T>& matrix, F&& f) {
  for (index_t i = 0; i < matrix.rows(); ++i) {
    for (index_t k = 0; k < matrix.cols(); ++k) f(i, k, matrix(i, k));
  }
}

}  // namespace lacuna::inline LACUNA_ABI
