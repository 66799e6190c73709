// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>

#include <lacuna/format/block_csr.hpp>
#include <lacuna/format/dense.hpp>
#include <lacuna/format/n_m_matrix.hpp>

namespace lacuna::inline LACUNA_ABI {

namespace detail {
template <class F>
struct format_traits : std::false_type {};
template <scalar T>
struct format_traits<dense_matrix<T>> : std::true_type {
  using value_type = T;
  static constexpr index_t row_unit = 8;
  static constexpr index_t col_unit = 1;
};
template <scalar T, index_t R, index_t C>
struct format_traits<block_csr<T, R, C>> : std::true_type {
  using value_type = T;
  static constexpr index_t row_unit = R;
  static constexpr index_t col_unit = C;
};
template <scalar T, index_t N, index_t M, index_t V>
struct format_traits<n_m_matrix<T, N, M, V>> : std::true_type {
  using value_type = T;
  static constexpr index_t row_unit = V;
  static constexpr index_t col_unit = M;
};
}  // namespace detail

/// A canonical weight format: dense_matrix, block_csr or n_m_matrix. All have rows(), cols() and
/// for_each_stored(format, f).
template <class F>
concept matrix_format = detail::format_traits<F>::value;

template <matrix_format F>
using value_type_t = typename detail::format_traits<F>::value_type;

/// Rows that share positions: R, V, or 8 for dense, whose rows all do.
template <matrix_format F>
inline constexpr index_t row_unit_v = detail::format_traits<F>::row_unit;

/// Columns that pruning looks at together: C, M, or 1.
template <matrix_format F>
inline constexpr index_t col_unit_v = detail::format_traits<F>::col_unit;

}  // namespace lacuna::inline LACUNA_ABI
