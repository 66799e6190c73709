// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/format/series.hpp>

namespace lacuna::inline LACUNA_ABI {

/// A matrix stored with its columns in another order, in which it obeys a pattern better: column k
/// of `matrix` is column columns()[k] of the whole. A format itself; operators fold the order into
/// the positions when they pack, so it costs nothing when they run.
template <matrix_format Matrix>
class permuted {
 public:
  using value_type = value_type_t<Matrix>;

  permuted() = default;

  /// @throws format_error unless `columns` has every column of the matrix once.
  permuted(Matrix matrix, std::vector<index_t> columns)
      : matrix_(std::move(matrix)), columns_(std::move(columns)) {
    std::vector<bool> seen(static_cast<std::size_t>(matrix_.cols()));
    for (const index_t k : columns_) {
      if (k < 0 || k >= matrix_.cols() || seen[static_cast<std::size_t>(k)]) {
        throw format_error(message("permuted: column ", k, " of a matrix ",
                                   to_string_shape(matrix_.rows(), matrix_.cols()),
                                   " is out of range or there twice"));
      }
      seen[static_cast<std::size_t>(k)] = true;
    }
    if (columns_.size() != seen.size()) {
      throw format_error(message("permuted: ", columns_.size(), " columns for a matrix ",
                                 to_string_shape(matrix_.rows(), matrix_.cols())));
    }
  }

  [[nodiscard]] index_t rows() const noexcept { return matrix_.rows(); }
  [[nodiscard]] index_t cols() const noexcept { return matrix_.cols(); }
  [[nodiscard]] const Matrix& matrix() const noexcept { return matrix_; }
  [[nodiscard]] const std::vector<index_t>& columns() const noexcept { return columns_; }

  friend bool operator==(const permuted&, const permuted&) = default;

 private:
  Matrix matrix_;
  std::vector<index_t> columns_;
};

namespace detail {
template <matrix_format Matrix>
struct format_traits<permuted<Matrix>> : std::true_type {
  using value_type = value_type_t<Matrix>;
  static constexpr index_t row_unit = row_unit_v<Matrix>;
  static constexpr index_t col_unit = 1;
};
}  // namespace detail

/// Calls f(row, column, value) for every stored element, columns those of the whole.
template <matrix_format Matrix, class F>
void for_each_stored(const permuted<Matrix>& a, F&& f) {
  for_each_stored(a.matrix(), [&](index_t i, index_t k, const auto& v) {
    f(i, a.columns()[static_cast<std::size_t>(k)], v);
  });
}

/// In the order of the whole.
template <matrix_format Matrix>
[[nodiscard]] auto to_dense(const permuted<Matrix>& a) {
  const auto stored = to_dense(a.matrix());
  auto out = stored;
  for (index_t k = 0; k < a.cols(); ++k) {
    out.col(a.columns()[static_cast<std::size_t>(k)]) = stored.col(k);
  }
  return out;
}

/// The matrix's bits. The order is not counted: it disappears in the positions.
template <matrix_format Matrix>
[[nodiscard]] storage storage_of(const permuted<Matrix>& a) {
  return storage_of(a.matrix());
}

}  // namespace lacuna::inline LACUNA_ABI
