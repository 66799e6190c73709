// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include <lacuna/format/concepts.hpp>

namespace lacuna::inline LACUNA_ABI {

template <scalar T>
[[nodiscard]] dense_matrix<T> transpose(const dense_matrix<T>& a) {
  return a.transpose();
}

namespace detail {
/// Counting sort of stored blocks by column: block_csr<T, C, R> of the transpose.
/// `visit(f)` calls f(block_row, block_col, at(r, c)) for every block, rows rising.
template <scalar T, index_t R, index_t C, class Visit>
[[nodiscard]] block_csr<T, C, R> transpose_blocks(index_t rows, index_t cols, Visit&& visit) {
  using offset = typename block_csr<T, C, R>::offset_type;
  std::vector<offset> offsets(static_cast<std::size_t>(ceil_div(cols, C)) + 1, 0);
  visit([&](index_t, index_t k, auto&&) { ++offsets[static_cast<std::size_t>(k) + 1]; });
  for (std::size_t k = 1; k < offsets.size(); ++k) offsets[k] += offsets[k - 1];

  const auto count = static_cast<std::size_t>(offsets.back());
  std::vector<offset> columns(count);
  aligned_vector<T> values(count * static_cast<std::size_t>(R * C));
  std::vector<offset> next(offsets.begin(), offsets.end() - 1);
  visit([&](index_t i, index_t k, auto&& at) {
    const auto n = static_cast<std::size_t>(next[static_cast<std::size_t>(k)]++);
    columns[n] = static_cast<offset>(i);
    for (index_t c = 0; c < C; ++c) {
      for (index_t r = 0; r < R; ++r) {
        values[n * static_cast<std::size_t>(R * C) + static_cast<std::size_t>(c * R + r)] =
            at(r, c);
      }
    }
  });
  return block_csr<T, C, R>(unchecked, cols, rows, std::move(offsets), std::move(columns),
                            std::move(values));
}
}  // namespace detail

/// Blocks of R x C become blocks of C x R. O(stored values).
template <scalar T, index_t R, index_t C>
[[nodiscard]] block_csr<T, C, R> transpose(const block_csr<T, R, C>& a) {
  return detail::transpose_blocks<T, R, C>(a.rows(), a.cols(), [&](auto&& f) {
    for (index_t i = 0; i < a.block_rows(); ++i) {
      const auto [first, last] = a.block_range(i);
      for (index_t b = first; b < last; ++b) {
        f(i, a.block_column(b), [&](index_t r, index_t c) { return a.block_values(b)[r * C + c]; });
      }
    }
  });
}

/// The transpose of N:M is not N:M in general: V shared rows become 1 x V blocks.
/// O(stored values).
template <scalar T, index_t N, index_t M, index_t V>
[[nodiscard]] block_csr<T, 1, V> transpose(const n_m_matrix<T, N, M, V>& a) {
  return detail::transpose_blocks<T, V, 1>(a.rows(), a.cols(), [&](auto&& f) {
    for (index_t g = 0; g < a.row_groups(); ++g) {
      for (index_t s = 0; s < a.slots(); ++s) {
        if (a.column(g, s) >= a.cols()) continue;
        f(g, a.column(g, s), [&](index_t r, index_t) { return a.slot_values(g, s)[r]; });
      }
    }
  });
}

}  // namespace lacuna::inline LACUNA_ABI
