// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Some of the M columns of a group, a bit each.
template <index_t M>
class column_set {
 public:
  void insert(index_t column, bool really = true) noexcept {
    word(column) |= std::uint64_t{really} << (column % 64);
  }
  /// Inserts where `bits` has ones: columns 0 ... 63 at most.
  void insert_bits(std::uint64_t bits) noexcept { words_[0] |= bits; }

  [[nodiscard]] index_t count() const noexcept {
    index_t total = 0;
    for (const std::uint64_t w : words_) total += std::popcount(w);
    return total;
  }
  /// Inserts the lowest columns that are not in it, until there are n.
  void fill_up(index_t n) noexcept {
    for (index_t missing = n - count(), c = 0; missing > 0; ++c) {
      missing -= (word(c) >> (c % 64) & 1) == 0 ? 1 : 0;
      insert(c);
    }
  }
  /// f(column), rising.
  template <class F>
  void for_each(const F& f) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t w = words_[i]; w != 0; w &= w - 1) {
        f(static_cast<index_t>(64 * i) + std::countr_zero(w));
      }
    }
  }

 private:
  [[nodiscard]] std::uint64_t& word(index_t column) noexcept {
    return words_[static_cast<std::size_t>(column / 64)];
  }
  std::array<std::uint64_t, static_cast<std::size_t>(ceil_div(M, 64))> words_{};
};

}  // namespace lacuna::inline LACUNA_ABI::detail
