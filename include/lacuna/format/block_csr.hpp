// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/core/scalar.hpp>
#include <lacuna/format/defect.hpp>
#include <lacuna/format/pattern.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Block compressed sparse rows: an (rows, cols) matrix cut in R x C blocks, of which the kept
/// ones are stored whole. `block_csr<T, 1, 1>` is plain CSR.
///
/// Canonical form, which `check` verifies:
///   row_offsets    ceil(rows / R) + 1 numbers, from 0, never falling; block row b holds the
///                  blocks row_offsets[b] ... row_offsets[b + 1] - 1
///   block_columns  block column of each block, rising inside a block row
///   values         R * C a block, row-major; zero where a block juts out of the matrix
///
/// Any extents are fine: edge blocks are padded with zeros that no kernel multiplies.
template <scalar T, index_t R, index_t C>
class block_csr {
 public:
  using value_type = T;
  using pattern_type = block<R, C>;
  using offset_type = std::int32_t;
  static constexpr index_t block_rows_v = R;
  static constexpr index_t block_cols_v = C;
  static constexpr index_t block_size_v = R * C;

  /// 0 x 0.
  block_csr() : row_offsets_(1, 0) {}

  /// From raw arrays, checked. @throws format_error naming the array and position at fault.
  block_csr(index_t rows, index_t cols, std::vector<offset_type> row_offsets,
            std::vector<offset_type> block_columns, aligned_vector<T> values)
      : block_csr(unchecked, rows, cols, std::move(row_offsets), std::move(block_columns),
                  std::move(values)) {
    detail::throw_if_defect(message("block_csr ", to_string(pattern{block_pattern{R, C}}), " of ",
                                    to_string_shape(rows_, cols_)),
                            check(*this));
  }

  /// From raw arrays that are known to be canonical.
  block_csr(unchecked_t /*tag*/, index_t rows, index_t cols, std::vector<offset_type> row_offsets,
            std::vector<offset_type> block_columns, aligned_vector<T> values)
      : rows_(rows),
        cols_(cols),
        row_offsets_(std::move(row_offsets)),
        block_columns_(std::move(block_columns)),
        values_(std::move(values)) {}

  [[nodiscard]] index_t rows() const noexcept { return rows_; }
  [[nodiscard]] index_t cols() const noexcept { return cols_; }
  [[nodiscard]] index_t block_rows() const noexcept { return ceil_div(rows_, R); }
  [[nodiscard]] index_t block_cols() const noexcept { return ceil_div(cols_, C); }
  /// How many blocks are stored.
  [[nodiscard]] index_t blocks() const noexcept {
    return static_cast<index_t>(block_columns_.size());
  }

  [[nodiscard]] const std::vector<offset_type>& row_offsets() const noexcept {
    return row_offsets_;
  }
  [[nodiscard]] const std::vector<offset_type>& block_columns() const noexcept {
    return block_columns_;
  }
  [[nodiscard]] const aligned_vector<T>& values() const noexcept { return values_; }

  /// First and one past the last block of a block row.
  [[nodiscard]] std::pair<index_t, index_t> block_range(index_t block_row) const noexcept {
    const auto b = static_cast<std::size_t>(block_row);
    return {row_offsets_[b], row_offsets_[b + 1]};
  }
  [[nodiscard]] index_t block_column(index_t b) const noexcept {
    return block_columns_[static_cast<std::size_t>(b)];
  }
  /// The R * C values of a block, row-major.
  [[nodiscard]] const T* block_values(index_t b) const noexcept {
    return values_.data() + b * block_size_v;
  }

  friend bool operator==(const block_csr&, const block_csr&) = default;

 private:
  index_t rows_{0};
  index_t cols_{0};
  std::vector<offset_type> row_offsets_;
  std::vector<offset_type> block_columns_;
  aligned_vector<T> values_;
};

/// The first broken invariant, or nothing. O(stored values).
template <scalar T, index_t R, index_t C>
[[nodiscard]] std::optional<defect> check(const block_csr<T, R, C>& a) {
  const auto size = [](const auto& v) { return static_cast<index_t>(v.size()); };
  if (a.rows() < 0 || a.cols() < 0) return defect{"extents must not be negative", "extents", 0};

  const auto& offsets = a.row_offsets();
  if (size(offsets) != a.block_rows() + 1) {
    return defect{message("expected ", a.block_rows() + 1, " offsets"), "row_offsets",
                  size(offsets)};
  }
  if (offsets.front() != 0) return defect{"expected 0", "row_offsets", 0};
  for (std::size_t b = 1; b < offsets.size(); ++b) {
    if (offsets[b] < offsets[b - 1]) {
      return defect{message("falls from ", offsets[b - 1], " to ", offsets[b]), "row_offsets",
                    static_cast<index_t>(b)};
    }
  }
  if (offsets.back() != a.blocks()) {
    return defect{message("expected the count of blocks, ", a.blocks(), ", found ", offsets.back()),
                  "row_offsets", a.block_rows()};
  }
  if (size(a.values()) != a.blocks() * R * C) {
    return defect{message("expected ", a.blocks() * R * C, " values"), "values", size(a.values())};
  }
  for (index_t row = 0; row < a.block_rows(); ++row) {
    const auto [first, last] = a.block_range(row);
    for (index_t b = first; b < last; ++b) {
      const index_t col = a.block_column(b);
      if (col < 0 || col >= a.block_cols()) {
        return defect{message("column ", col, " is not below ", a.block_cols()), "block_columns",
                      b};
      }
      if (b > first && col <= a.block_column(b - 1)) {
        return defect{message("columns of a block row must rise, found ", a.block_column(b - 1),
                              " then ", col),
                      "block_columns", b};
      }
      for (index_t v = 0; v < R * C; ++v) {
        const bool inside = row * R + v / C < a.rows() && col * C + v % C < a.cols();
        if (!inside && !(a.block_values(b)[v] == T(0))) {
          return defect{"padding outside the matrix must be zero", "values", b * R * C + v};
        }
      }
    }
  }
  return std::nullopt;
}

/// Calls f(row, column, value) for every stored element inside the matrix, block by block.
template <scalar T, index_t R, index_t C, class F>
void for_each_stored(const block_csr<T, R, C>& a, F&& f) {
  for (index_t row = 0; row < a.block_rows(); ++row) {
    const auto [first, last] = a.block_range(row);
    for (index_t b = first; b < last; ++b) {
      const index_t i0 = row * R;
      const index_t k0 = a.block_column(b) * C;
      for (index_t r = 0; r < std::min(R, a.rows() - i0); ++r) {
        for (index_t c = 0; c < std::min(C, a.cols() - k0); ++c) {
          f(i0 + r, k0 + c, a.block_values(b)[r * C + c]);
        }
      }
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI
