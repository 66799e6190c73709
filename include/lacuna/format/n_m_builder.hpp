// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include <lacuna/format/column_set.hpp>
#include <lacuna/format/n_m_matrix.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Fills an n_m_matrix group by group in its own order: row groups outside, column groups inside.
template <scalar T, index_t N, index_t M, index_t V>
class n_m_builder {
 public:
  using format = n_m_matrix<T, N, M, V>;

  n_m_builder(index_t rows, index_t cols) : rows_(rows), cols_(cols) {
    const index_t slots = ceil_div(rows, V) * ceil_div(cols, M) * N;
    positions_.resize(static_cast<std::size_t>(slots));
    values_.resize(static_cast<std::size_t>(slots * V));
  }

  /// Appends the columns in `used`, at most N, filled up with the lowest others; value(p, r) is the
  /// value of row r at position p, zero where there is none.
  template <class Value>
  void append(column_set<M> used, const Value& value) {
    used.fill_up(N);
    used.for_each([&](index_t p) {
      positions_[static_cast<std::size_t>(at_)] = static_cast<typename format::position_type>(p);
      for (index_t r = 0; r < V; ++r) values_[static_cast<std::size_t>(at_ * V + r)] = value(p, r);
      ++at_;
    });
  }

  [[nodiscard]] format finish() && {
    return format(unchecked, rows_, cols_, std::move(positions_), std::move(values_));
  }

 private:
  index_t rows_;
  index_t cols_;
  index_t at_{0};  ///< slots filled
  std::vector<typename format::position_type> positions_;
  aligned_vector<T> values_;
};

}  // namespace lacuna::inline LACUNA_ABI::detail
