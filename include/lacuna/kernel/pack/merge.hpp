// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/kernel/pack/panels.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// The panels of A + B: in each panel the entries of both, k rising where it rises in A and B, so
/// that a tile sums both terms on one way through X. Entries for one k that meet become one with
/// the sum of their values. A and B are of one shape. O(entries).
template <class T, index_t Rows>
[[nodiscard]] panels<T, Rows> merge(const panels<T, Rows>& a, const panels<T, Rows>& b) {
  panels<T, Rows> out;
  out.rows = a.rows;
  out.depth = a.depth;
  out.k.reserve(a.k.size() + b.k.size());
  out.values.reserve(a.values.size() + b.values.size());
  const auto values_of = [](const panels<T, Rows>& from, std::size_t entry) {
    return from.values.begin() + static_cast<index_t>(entry) * Rows;
  };
  for (std::size_t p = 0; p < static_cast<std::size_t>(a.count()); ++p) {
    auto i = static_cast<std::size_t>(a.offsets[p]);
    auto j = static_cast<std::size_t>(b.offsets[p]);
    const auto a_end = static_cast<std::size_t>(a.offsets[p + 1]);
    const auto b_end = static_cast<std::size_t>(b.offsets[p + 1]);
    while (i < a_end || j < b_end) {
      const bool from_a = j == b_end || (i < a_end && a.k[i] <= b.k[j]);
      const bool from_b = i == a_end || (j < b_end && b.k[j] <= a.k[i]);
      const auto first = from_a ? values_of(a, i) : values_of(b, j);
      out.k.push_back(from_a ? a.k[i] : b.k[j]);
      out.values.insert(out.values.end(), first, first + Rows);
      if (from_a && from_b) {
        T* sum = out.values.data() + out.values.size() - static_cast<std::size_t>(Rows);
        for (index_t r = 0; r < Rows; ++r) sum[r] += values_of(b, j)[r];
      }
      i += from_a ? 1 : 0;
      j += from_b ? 1 : 0;
    }
    out.offsets.push_back(static_cast<index_t>(out.k.size()));
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
