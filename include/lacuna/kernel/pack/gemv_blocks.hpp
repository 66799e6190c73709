// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/scalar.hpp>
#include <lacuna/format/concepts.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Blocks for matrix-vector products, which are bound by the bytes they read: whole R x C blocks,
/// row-major, and one index a block, 260 bytes for 8x8 floats where `panels` takes 288. Lanes run
/// along the columns, so that a block meets one load of X and each row sums in lanes of its own.
///
///   for each block b of panel p: sums[p * R + r] += values[b][r][c] * x[first_column[b] + c]
///
/// X must be readable, and zero, up to C - 1 values past the depth.
template <class T, index_t R, index_t C>
struct gemv_blocks {
  using value_type = T;
  static constexpr index_t rows_per_panel = R;
  static constexpr index_t overread = C - 1;

  index_t rows{0};
  index_t depth{0};
  std::vector<index_t> offsets{0};         ///< first block of each panel, and the count of blocks
  std::vector<std::int32_t> first_column;  ///< of each block
  aligned_vector<T> values;                ///< R * C a block

  [[nodiscard]] index_t count() const noexcept { return static_cast<index_t>(offsets.size()) - 1; }
  [[nodiscard]] index_t values_before(index_t panel) const noexcept {
    return offsets[static_cast<std::size_t>(panel)] * R * C;
  }
};

/// Packs blocks into panels of Rows rows, a divisor of R. O(stored values).
template <index_t Rows, scalar T, index_t R, index_t C>
[[nodiscard]] auto pack_gemv_blocks(const block_csr<T, R, C>& a) {
  static_assert(R % Rows == 0);
  using sum = accumulator_t<T>;
  gemv_blocks<sum, Rows, C> out;
  out.rows = a.rows();
  out.depth = a.cols();
  out.values.reserve(a.values().size());
  for (index_t i = 0; i < a.rows(); i += Rows) {
    const auto [first, last] = a.block_range(i / R);
    for (index_t b = first; b < last; ++b) {
      out.first_column.push_back(static_cast<std::int32_t>(a.block_column(b) * C));
      const T* values = a.block_values(b) + i % R * C;
      for (index_t v = 0; v < Rows * C; ++v) out.values.push_back(static_cast<sum>(values[v]));
    }
    out.offsets.push_back(static_cast<index_t>(out.first_column.size()));
  }
  return out;
}

/// Packs a dense matrix as blocks that are all there.
template <index_t Rows, index_t Cols, scalar T>
[[nodiscard]] auto pack_gemv_blocks(const dense_matrix<T>& a) {
  using sum = accumulator_t<T>;
  gemv_blocks<sum, Rows, Cols> out;
  out.rows = a.rows();
  out.depth = a.cols();
  out.values.reserve(static_cast<std::size_t>(round_up(a.rows(), Rows) * round_up(a.cols(), Cols)));
  for (index_t i = 0; i < a.rows(); i += Rows) {
    for (index_t k = 0; k < a.cols(); k += Cols) {
      out.first_column.push_back(static_cast<std::int32_t>(k));
      for (index_t v = 0; v < Rows * Cols; ++v) {
        const bool inside = i + v / Cols < a.rows() && k + v % Cols < a.cols();
        out.values.push_back(inside ? static_cast<sum>(a(i + v / Cols, k + v % Cols)) : sum(0));
      }
    }
    out.offsets.push_back(static_cast<index_t>(out.first_column.size()));
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
