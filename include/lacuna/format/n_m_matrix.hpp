// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
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

/// N:M compressed matrix: of every M consecutive columns, N are stored; V consecutive rows share
/// the positions. V = 1 is strict per-row N:M (2:4 of sparse tensor cores; Mishra et al.,
/// arXiv 2104.08378), V = 8 is the vector-wise kind that costs a CPU no more than blocks.
///
/// Canonical form, which `check` verifies, with G = ceil(rows / V) row groups and
/// K = ceil(cols / M) column groups:
///   positions  N a group at [(g * K + k) * N + slot], rising, each below M
///   values     V a slot at [((g * K + k) * N + slot) * V + row]; zero where the slot juts out of
///              the matrix
///
/// Every group has N slots, so any value has a computable place; a group with fewer non-zeros
/// stores zeros at its lowest free positions.
template <scalar T, index_t N, index_t M, index_t V = 1>
class n_m_matrix {
 public:
  using value_type = T;
  using pattern_type = n_m<N, M, V>;
  using position_type = std::uint8_t;
  static constexpr index_t n_v = N;
  static constexpr index_t m_v = M;
  static constexpr index_t shared_rows_v = V;
  static_assert(0 < N && N <= M && M <= 256 && V > 0);

  /// 0 x 0.
  n_m_matrix() = default;

  /// From raw arrays, checked. @throws format_error naming the array and position at fault.
  n_m_matrix(index_t rows, index_t cols, std::vector<position_type> positions,
             aligned_vector<T> values)
      : n_m_matrix(unchecked, rows, cols, std::move(positions), std::move(values)) {
    detail::throw_if_defect(message("n_m_matrix ", to_string(pattern{n_m_pattern{N, M, V}}), " of ",
                                    to_string_shape(rows_, cols_)),
                            check(*this));
  }

  /// From raw arrays that are known to be canonical.
  n_m_matrix(unchecked_t /*tag*/, index_t rows, index_t cols, std::vector<position_type> positions,
             aligned_vector<T> values)
      : rows_(rows), cols_(cols), positions_(std::move(positions)), values_(std::move(values)) {}

  [[nodiscard]] index_t rows() const noexcept { return rows_; }
  [[nodiscard]] index_t cols() const noexcept { return cols_; }
  [[nodiscard]] index_t row_groups() const noexcept { return ceil_div(rows_, V); }
  [[nodiscard]] index_t col_groups() const noexcept { return ceil_div(cols_, M); }
  /// Slots of one row group.
  [[nodiscard]] index_t slots() const noexcept { return col_groups() * N; }

  [[nodiscard]] const std::vector<position_type>& positions() const noexcept { return positions_; }
  [[nodiscard]] const aligned_vector<T>& values() const noexcept { return values_; }

  /// Column of a slot; it may lie at or beyond cols() in the last group, where values are padding.
  [[nodiscard]] index_t column(index_t row_group, index_t slot) const noexcept {
    return slot / N * M + positions_[static_cast<std::size_t>(row_group * slots() + slot)];
  }
  /// The V values of a slot.
  [[nodiscard]] const T* slot_values(index_t row_group, index_t slot) const noexcept {
    return values_.data() + (row_group * slots() + slot) * V;
  }

  friend bool operator==(const n_m_matrix&, const n_m_matrix&) = default;

 private:
  index_t rows_{0};
  index_t cols_{0};
  std::vector<position_type> positions_;
  aligned_vector<T> values_;
};

/// The first broken invariant, or nothing. O(stored values).
template <scalar T, index_t N, index_t M, index_t V>
[[nodiscard]] std::optional<defect> check(const n_m_matrix<T, N, M, V>& a) {
  if (a.rows() < 0 || a.cols() < 0) return defect{"extents must not be negative", "extents", 0};
  const index_t count = a.row_groups() * a.slots();
  if (const auto found = static_cast<index_t>(a.positions().size()); found != count) {
    return defect{message("expected ", count, " positions"), "positions", found};
  }
  if (const auto found = static_cast<index_t>(a.values().size()); found != count * V) {
    return defect{message("expected ", count * V, " values"), "values", found};
  }
  for (index_t g = 0; g < a.row_groups(); ++g) {
    for (index_t s = 0; s < a.slots(); ++s) {
      const index_t at = g * a.slots() + s;
      const auto position = [&](index_t slot) -> index_t {
        return a.positions()[static_cast<std::size_t>(slot)];
      };
      if (position(at) >= M) {
        return defect{message("position ", position(at), " is not below M = ", M), "positions", at};
      }
      if (s % N != 0 && position(at) <= position(at - 1)) {
        return defect{message("positions of a group must rise, found ", position(at - 1), " then ",
                              position(at)),
                      "positions", at};
      }
      for (index_t r = 0; r < V; ++r) {
        const bool inside = g * V + r < a.rows() && a.column(g, s) < a.cols();
        if (!inside && !(a.slot_values(g, s)[r] == T(0))) {
          return defect{"padding outside the matrix must be zero", "values", at * V + r};
        }
      }
    }
  }
  return std::nullopt;
}

/// Calls f(row, column, value) for every stored element inside the matrix, slot by slot.
template <scalar T, index_t N, index_t M, index_t V, class F>
void for_each_stored(const n_m_matrix<T, N, M, V>& a, F&& f) {
  for (index_t g = 0; g < a.row_groups(); ++g) {
    for (index_t s = 0; s < a.slots(); ++s) {
      const index_t k = a.column(g, s);
      if (k >= a.cols()) continue;
      for (index_t r = 0; r < std::min(V, a.rows() - g * V); ++r) {
        f(g * V + r, k, a.slot_values(g, s)[r]);
      }
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI
