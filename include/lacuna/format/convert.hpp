// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/SparseCore>

#include <lacuna/core/message.hpp>
#include <lacuna/format/concepts.hpp>
#include <lacuna/format/n_m_builder.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Row-major compressed Eigen matrix.
template <class T>
using eigen_sparse = Eigen::SparseMatrix<T, Eigen::RowMajor>;

/// Dense copy; what is not stored is zero. O(rows * cols).
template <matrix_format F>
[[nodiscard]] auto to_dense(const F& a) {
  using T = value_type_t<F>;
  dense_matrix<T> out = dense_matrix<T>::Constant(a.rows(), a.cols(), T(0));
  for_each_stored(a, [&](index_t i, index_t k, const T& v) { out(i, k) = v; });
  return out;
}

/// The kept values as an Eigen sparse matrix, explicit zeros dropped. O(rows * cols) memory is
/// not needed.
template <matrix_format F>
[[nodiscard]] auto to_eigen_sparse(const F& a) {
  using T = value_type_t<F>;
  std::vector<Eigen::Triplet<T>> entries;
  for_each_stored(a, [&](index_t i, index_t k, const T& v) {
    if (!is_zero(v)) entries.emplace_back(static_cast<int>(i), static_cast<int>(k), v);
  });
  eigen_sparse<T> out(a.rows(), a.cols());
  out.setFromTriplets(entries.begin(), entries.end());
  return out;
}

/// Keeps each R x C block that `keep_block(block_row, block_col)` asks for, whatever it holds.
/// `a` is any Eigen matrix with element access.
/// @throws format_error when there are more than 2^31 - 1 blocks.
template <index_t R, index_t C, class Matrix, class Keep>
[[nodiscard]] auto to_block_csr_where(const Matrix& a, Keep&& keep_block) {
  using T = typename Matrix::Scalar;
  using format = block_csr<T, R, C>;
  using offset = typename format::offset_type;
  const index_t rows = a.rows();
  const index_t cols = a.cols();

  std::vector<offset> offsets{0};
  std::vector<offset> columns;
  for (index_t i = 0; i < ceil_div(rows, R); ++i) {
    for (index_t k = 0; k < ceil_div(cols, C); ++k) {
      if (keep_block(i, k)) columns.push_back(static_cast<offset>(k));
    }
    if (columns.size() > static_cast<std::size_t>(std::numeric_limits<offset>::max())) {
      throw format_error("block_csr holds at most 2^31 - 1 blocks");
    }
    offsets.push_back(static_cast<offset>(columns.size()));
  }

  aligned_vector<T> values(columns.size() * static_cast<std::size_t>(R * C), T(0));
  std::size_t at = 0;
  for (index_t block_row = 0; block_row + 1 < static_cast<index_t>(offsets.size()); ++block_row) {
    const auto b = static_cast<std::size_t>(block_row);
    for (offset n = offsets[b]; n < offsets[b + 1]; ++n, at += static_cast<std::size_t>(R * C)) {
      const index_t i0 = block_row * R;
      const index_t k0 = columns[static_cast<std::size_t>(n)] * C;
      for (index_t r = 0; r < std::min(R, rows - i0); ++r) {
        for (index_t c = 0; c < std::min(C, cols - k0); ++c) {
          values[at + static_cast<std::size_t>(r * C + c)] = a(i0 + r, k0 + c);
        }
      }
    }
  }
  return format(unchecked, rows, cols, std::move(offsets), std::move(columns), std::move(values));
}

/// Blocks with a non-zero, exactly: to_dense gives the matrix back. `a` is an Eigen dense matrix,
/// Map or Ref in either storage order. O(rows * cols).
template <index_t R, index_t C, class Derived>
[[nodiscard]] auto to_block_csr(const Eigen::MatrixBase<Derived>& a) {
  const Derived& m = a.derived();
  return to_block_csr_where<R, C>(m, [&](index_t block_row, index_t block_col) {
    for (index_t i = block_row * R; i < std::min(m.rows(), (block_row + 1) * R); ++i) {
      for (index_t k = block_col * C; k < std::min(m.cols(), (block_col + 1) * C); ++k) {
        if (!is_zero(m(i, k))) return true;
      }
    }
    return false;
  });
}

/// N:M form of a matrix that already obeys the pattern, exactly: to_dense gives it back.
/// @throws format_error at the first group with more than N non-zero columns.
template <index_t N, index_t M, index_t V = 1, class Derived>
[[nodiscard]] auto to_n_m(const Eigen::MatrixBase<Derived>& a) {
  using T = typename Derived::Scalar;
  const Derived& m = a.derived();
  detail::n_m_builder<T, N, M, V> out(m.rows(), m.cols());
  for (index_t i = 0; i < m.rows(); i += V) {
    for (index_t k = 0; k < m.cols(); k += M) {
      const auto value = [&](index_t p, index_t r) {
        const bool inside = i + r < m.rows() && k + p < m.cols();
        return inside ? T(m(i + r, k + p)) : T(0);
      };
      detail::column_set<M> used;
      for (index_t p = 0; p < M; ++p) {
        for (index_t r = 0; r < V; ++r) used.insert(p, !is_zero(value(p, r)));
      }
      if (const index_t count = used.count(); count > N) {
        throw format_error(message("rows from ", i, ", columns from ", k, ": ", count,
                                   " non-zero columns do not obey ",
                                   to_string(pattern{n_m_pattern{N, M, V}}), "; prune first"));
      }
      out.append(used, value);
    }
  }
  return std::move(out).finish();
}

/// From an Eigen sparse matrix of either order; explicit zeros are dropped, duplicates are summed
/// as Eigen does. Needs a dense copy of the matrix while it runs.
template <index_t R, index_t C, class T, int Order, class Index>
[[nodiscard]] auto to_block_csr(const Eigen::SparseMatrix<T, Order, Index>& a) {
  return to_block_csr<R, C>(dense_matrix<T>(a));
}
template <index_t N, index_t M, index_t V = 1, class T, int Order, class Index>
[[nodiscard]] auto to_n_m(const Eigen::SparseMatrix<T, Order, Index>& a) {
  return to_n_m<N, M, V>(dense_matrix<T>(a));
}

}  // namespace lacuna::inline LACUNA_ABI
