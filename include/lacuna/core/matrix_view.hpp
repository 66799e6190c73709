// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <type_traits>

#include <Eigen/Core>

#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI {

/// A matrix that belongs to someone else: element (i, j) is data[i * row_stride + j * col_stride].
/// T is const-qualified for input operands.
template <class T>
struct matrix_view {
  T* data{nullptr};
  index_t rows{0};
  index_t cols{0};
  index_t row_stride{0};  ///< elements between (i, j) and (i + 1, j)
  index_t col_stride{1};  ///< elements between (i, j) and (i, j + 1)

  [[nodiscard]] constexpr T& operator()(index_t i, index_t j) const noexcept {
    return data[i * row_stride + j * col_stride];
  }
  [[nodiscard]] constexpr operator matrix_view<const T>() const noexcept
      requires(!std::is_const_v<T>) {
    return {data, rows, cols, row_stride, col_stride};
  }
};

/// A row-major view on contiguous rows.
template <class T>
[[nodiscard]] constexpr matrix_view<T> as_view(T* data, index_t rows, index_t cols) noexcept {
  return {data, rows, cols, cols, 1};
}

/// A view is a view.
template <class T>
[[nodiscard]] constexpr matrix_view<T> as_view(matrix_view<T> view) noexcept {
  return view;
}

/// An Eigen matrix, vector, Map or Ref, in either storage order, read without a copy.
/// Expressions without storage (a + b) do not compile: evaluate them first.
template <class Derived>
requires requires(const Derived& m) { m.data(); }
[[nodiscard]] auto as_view(const Eigen::DenseBase<Derived>& m) {
  const Derived& d = m.derived();
  return matrix_view<const typename Derived::Scalar>{d.data(), d.rows(), d.cols(), d.rowStride(),
                                                     d.colStride()};
}

/// The same for an operand that is written to.
template <class Derived>
requires requires(Derived& m) { m.data(); }
[[nodiscard]] auto as_view(Eigen::DenseBase<Derived>& m) {
  Derived& d = m.derived();
  return matrix_view<std::remove_pointer_t<decltype(d.data())>>{d.data(), d.rows(), d.cols(),
                                                                d.rowStride(), d.colStride()};
}

}  // namespace lacuna::inline LACUNA_ABI
