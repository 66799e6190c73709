// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <lacuna/kernel/pack/dot_panels.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Panels for instructions that multiply whole tiles: 16 rows by 16 groups of rows of X, `group`
/// values in each. A panel's rows are two runs of 8 rows of the matrix, chosen to share groups, so
/// that a group gathered for one serves the other; where only one has it, the other's values are
/// zero:
///
///   for each tile t of the panel, rows r, groups e: Y[row(p, r)] += sum over g of
///     values[t][r][e][g] * X[k[t][e] * group + g]
///
/// A panel's last tile may have fewer groups. Values beyond them and beyond the matrix are zero.
template <class T>
struct tile_panels {
  using value_type = T;
  static constexpr index_t rows_per_panel = 16;
  static constexpr index_t half_rows = 8;    ///< rows of the matrix that stay together
  static constexpr index_t tile_groups = 16;
  static constexpr index_t group = dot_panels<T, half_rows>::group;
  static constexpr index_t tile_values = rows_per_panel * tile_groups * group;

  index_t rows{0};                      ///< rows of the matrix
  index_t depth{0};                     ///< rows of X
  std::vector<index_t> offsets{0};      ///< first tile of each panel, and the count of tiles
  std::vector<index_t> first_rows;      ///< row of the matrix where each half panel starts
  std::vector<index_t> last_groups;     ///< groups of each panel's last tile
  aligned_vector<std::int32_t> k;       ///< tile_groups a tile
  aligned_vector<T> values;             ///< tile_values a tile
  aligned_vector<std::int32_t> row_sums;  ///< of each panel's rows, as `dot_panels` has them

  [[nodiscard]] index_t count() const noexcept { return static_cast<index_t>(offsets.size()) - 1; }
  /// Groups of rows of X.
  [[nodiscard]] index_t groups() const noexcept { return ceil_div(depth, group); }
  /// Values of the panels before `panel`: what it takes to get there.
  [[nodiscard]] index_t values_before(index_t panel) const noexcept {
    return offsets[static_cast<std::size_t>(panel)] * tile_values;
  }
};

namespace detail {

/// Pairs dot panels so that pairs have many groups of rows of X in common: each in turn with the one
/// of those left that shares most with it, -1 where none is left. O(panels^2 groups / 64).
template <class T, index_t Rows>
[[nodiscard]] std::vector<std::pair<index_t, index_t>> pair_by_groups(
    const dot_panels<T, Rows>& w) {
  const auto words = static_cast<std::size_t>(ceil_div(w.groups(), 64));
  std::vector<std::uint64_t> has(static_cast<std::size_t>(w.count()) * words);
  for (std::size_t p = 0; p < static_cast<std::size_t>(w.count()); ++p) {
    for (index_t e = w.offsets[p]; e < w.offsets[p + 1]; ++e) {
      const auto k = static_cast<std::size_t>(w.k[static_cast<std::size_t>(e)]);
      has[p * words + k / 64] |= std::uint64_t{1} << (k % 64);
    }
  }
  const auto in_common = [&](index_t a, index_t b) {
    const auto* const x = has.data() + static_cast<std::size_t>(a) * words;
    const auto* const y = has.data() + static_cast<std::size_t>(b) * words;
    int sum = 0;
    for (std::size_t i = 0; i < words; ++i) sum += std::popcount(x[i] & y[i]);
    return sum;
  };
  std::vector<index_t> left(static_cast<std::size_t>(w.count()));
  std::iota(left.begin(), left.end(), index_t{0});
  std::vector<std::pair<index_t, index_t>> out;
  while (!left.empty()) {
    const index_t first = left.front();
    left.erase(left.begin());
    const auto best = std::max_element(left.begin(), left.end(), [&](index_t a, index_t b) {
      return in_common(first, a) < in_common(first, b);
    });
    out.emplace_back(first, best == left.end() ? -1 : *best);
    if (best != left.end()) left.erase(best);
  }
  return out;
}

}  // namespace detail

/// Lays dot panels out for tiles. O(entries log entries + panels^2 groups).
template <class T>
[[nodiscard]] tile_panels<T> pack_tile_panels(const dot_panels<T, tile_panels<T>::half_rows>& w) {
  using panels = tile_panels<T>;
  constexpr index_t half = panels::half_rows;
  constexpr index_t group = panels::group;
  tile_panels<T> out;
  out.rows = w.rows;
  out.depth = w.depth;
  /// The entries of a half panel by group, which a series may have twice.
  const auto sorted = [&w](index_t panel) {
    std::vector<index_t> entries;
    if (panel < 0) return entries;
    const auto p = static_cast<std::size_t>(panel);
    entries.resize(static_cast<std::size_t>(w.offsets[p + 1] - w.offsets[p]));
    std::iota(entries.begin(), entries.end(), w.offsets[p]);
    std::stable_sort(entries.begin(), entries.end(), [&w](index_t a, index_t b) {
      return w.k[static_cast<std::size_t>(a)] < w.k[static_cast<std::size_t>(b)];
    });
    return entries;
  };
  for (const auto& [a, b] : detail::pair_by_groups(w)) {
    const std::vector<index_t> entries[] = {sorted(a), sorted(b)};
    std::size_t at[] = {0, 0};
    index_t slot = out.offsets.back() * panels::tile_groups;
    while (at[0] < entries[0].size() || at[1] < entries[1].size()) {
      if (slot % panels::tile_groups == 0) {
        out.values.resize(out.values.size() + static_cast<std::size_t>(panels::tile_values), T(0));
      }
      const auto next = [&](std::size_t h) {
        return at[h] < entries[h].size() ? w.k[static_cast<std::size_t>(entries[h][at[h]])]
                                         : std::numeric_limits<std::int32_t>::max();
      };
      const std::int32_t k = std::min(next(0), next(1));
      const index_t tile = slot / panels::tile_groups;
      for (std::size_t h = 0; h < 2; ++h) {
        if (next(h) != k) continue;
        const T* const from = w.values.data() + entries[h][at[h]++] * half * group;
        for (index_t r = 0; r < half; ++r) {
          const index_t row = tile * panels::rows_per_panel + static_cast<index_t>(h) * half + r;
          std::copy_n(from + r * group, group,
                      out.values.data() +
                          (row * panels::tile_groups + slot % panels::tile_groups) * group);
        }
      }
      out.k.push_back(k);
      ++slot;
    }
    out.last_groups.push_back(slot % panels::tile_groups == 0 ? panels::tile_groups
                                                              : slot % panels::tile_groups);
    out.k.resize(static_cast<std::size_t>(round_up(slot, panels::tile_groups)), 0);
    out.offsets.push_back(static_cast<index_t>(out.k.size()) / panels::tile_groups);
    for (const index_t p : {a, b}) {
      out.first_rows.push_back(p < 0 ? w.rows : p * half);
      for (index_t r = 0; r < half; ++r) {
        out.row_sums.push_back(p < 0 ? 0 : w.row_sums[static_cast<std::size_t>(p * half + r)]);
      }
    }
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
