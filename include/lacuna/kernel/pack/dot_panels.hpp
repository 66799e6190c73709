// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <lacuna/format/series.hpp>
#include <lacuna/kernel/pack/panels.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Panels for instructions that multiply `group` narrow values at once and add the products to one
/// 32-bit sum, as VNNI does with four bytes. An entry is `group` consecutive rows of X and the
/// panel's values there, row by row, so that each row's are one 32-bit word to broadcast:
///
///   for each entry e of the panel, each row r: Y[r] += sum over g of
///     values[e][r][g] * X[k[e] * group + g]
///
/// Where a format stores some values of a group, the others are zero. Rows beyond the matrix are
/// zero too.
template <class T, index_t Rows>
struct dot_panels {
  using value_type = T;
  static constexpr index_t rows_per_panel = Rows;
  static constexpr index_t rows_per_tile = Rows;
  static constexpr index_t group = 4 / static_cast<index_t>(sizeof(T));
  static constexpr index_t entry_values = Rows * group;

  index_t rows{0};                  ///< rows of the matrix
  index_t depth{0};                 ///< rows of X
  std::vector<index_t> offsets{0};  ///< first entry of each panel, and the count of entries
  aligned_vector<std::int32_t> k;   ///< group of rows of X of each entry
  aligned_vector<T> values;         ///< Rows * group an entry
  /// Sum of each row's integers, Rows a panel: what X is offset by comes off the sums.
  aligned_vector<std::int32_t> row_sums;
  tap_sections sections{};  ///< of the entries, under a window of several taps
  /// Entries of each panel, its first, that `fits` (`sort_by_fit`); none where nobody asks.
  std::vector<index_t> fitting{};

  [[nodiscard]] index_t count() const noexcept { return static_cast<index_t>(offsets.size()) - 1; }
  [[nodiscard]] index_t entries() const noexcept { return offsets.back(); }
  /// Groups of rows of X, which tiles read as rows of words.
  [[nodiscard]] index_t groups() const noexcept { return ceil_div(depth, group); }
  [[nodiscard]] index_t word_rows() const noexcept { return groups(); }
  /// Groups of panel p's entries.
  [[nodiscard]] const std::int32_t* positions(index_t p) const noexcept {
    return k.data() + offsets[static_cast<std::size_t>(p)];
  }
  /// Values of the panels before `panel`: what it takes to get there.
  [[nodiscard]] index_t values_before(index_t panel) const noexcept {
    return offsets[static_cast<std::size_t>(panel)] * Rows * group;
  }
};

/// Whether sums of two products of these bytes with any unsigned ones fit 16 bits:
/// 255 (|w[0]| + |w[1]|) < 2^15 for every two. Few do not: weights of a normal distribution whose
/// largest of 576 is 127 are so far out in one pair of twenty.
[[nodiscard]] inline bool fits(const std::int8_t* values, index_t count) noexcept {
  for (index_t i = 0; i < count; i += 2) {
    if (std::abs(int{values[i]}) + std::abs(int{values[i + 1]}) > 128) return false;
  }
  return true;
}

/// Puts the entries of each panel first that fit. O(entries).
template <index_t Rows>
void sort_by_fit(dot_panels<std::int8_t, Rows>& w) {
  constexpr index_t values_of_entry = dot_panels<std::int8_t, Rows>::entry_values;
  const auto k = w.k;
  const auto values = w.values;
  index_t to = 0;
  for (std::size_t p = 0; p < static_cast<std::size_t>(w.count()); ++p) {
    for (const bool wanted : {true, false}) {
      for (index_t e = w.offsets[p]; e < w.offsets[p + 1]; ++e) {
        const std::int8_t* const from = values.data() + e * values_of_entry;
        if (fits(from, values_of_entry) != wanted) continue;
        w.k[static_cast<std::size_t>(to)] = k[static_cast<std::size_t>(e)];
        std::copy_n(from, values_of_entry, w.values.begin() + to++ * values_of_entry);
      }
      if (wanted) w.fitting.push_back(to - w.offsets[p]);
    }
  }
}

namespace detail {

/// What `fill_panels` fills, as `panel_builder`.
template <class T, index_t Rows, class Column>
class dot_panel_builder {
 public:
  dot_panel_builder(index_t rows, index_t depth, const Column& column) : column_(column) {
    out.rows = rows;
    out.depth = depth;
    out.row_sums.assign(static_cast<std::size_t>(round_up(rows, Rows)), 0);
    entry_of_.assign(static_cast<std::size_t>(out.groups()), -1);
  }

  template <class Value>
  void entry(index_t col, index_t valid_rows, const Value& value) {
    const index_t k = column_(col);
    if (k < 0) return;
    const index_t e = entry_of(k / group);
    for (index_t r = 0; r < valid_rows; ++r) {
      const T v = value(r);
      out.values[static_cast<std::size_t>((e * Rows + r) * group + k % group)] = v;
      if constexpr (std::is_integral_v<T>) {
        out.row_sums[static_cast<std::size_t>(out.count() * Rows + r)] += v;
      }
    }
  }
  void end_panel() { out.offsets.push_back(static_cast<index_t>(out.k.size())); }

  dot_panels<T, Rows> out;

 private:
  static constexpr index_t group = dot_panels<T, Rows>::group;

  /// This panel's entry for a group, appended where there is none.
  index_t entry_of(index_t g) {
    index_t& e = entry_of_[static_cast<std::size_t>(g)];
    if (e < out.offsets.back()) {
      e = static_cast<index_t>(out.k.size());
      out.k.push_back(static_cast<std::int32_t>(g));
      out.values.resize(out.values.size() + static_cast<std::size_t>(Rows * group), T(0));
    }
    return e;
  }

  const Column& column_;
  std::vector<index_t> entry_of_;  ///< last entry made for each group
};

}  // namespace detail

/// Packs any format into dot panels of Rows rows; `depth` and `column` as for `pack_panels`.
/// O(stored values).
template <index_t Rows, matrix_format Format, class Column>
[[nodiscard]] auto pack_dot_panels(const Format& a, index_t depth, const Column& column) {
  if (depth > std::numeric_limits<std::int32_t>::max()) {
    throw shape_error(message("a product over ", depth, " rows is more than 2^31 - 1"));
  }
  detail::dot_panel_builder<value_type_t<Format>, Rows, Column> builder(a.rows(), depth, column);
  detail::fill_panels<Rows>(a, builder);
  return std::move(builder.out);
}

/// The panels of A + B: in each panel the entries of A, then those of B. One sum takes both, so
/// entries for the same rows of X may stay apart.
template <class T, index_t Rows>
[[nodiscard]] dot_panels<T, Rows> join(const dot_panels<T, Rows>& a, const dot_panels<T, Rows>& b) {
  dot_panels<T, Rows> out;
  out.rows = a.rows;
  out.depth = a.depth;
  const auto append = [&out](const dot_panels<T, Rows>& from, std::size_t p) {
    const index_t begin = from.offsets[p];
    const index_t end = from.offsets[p + 1];
    constexpr index_t values = Rows * dot_panels<T, Rows>::group;
    out.k.insert(out.k.end(), from.k.begin() + begin, from.k.begin() + end);
    out.values.insert(out.values.end(), from.values.begin() + begin * values,
                      from.values.begin() + end * values);
  };
  for (std::size_t p = 0; p < static_cast<std::size_t>(a.count()); ++p) {
    append(a, p);
    append(b, p);
    out.offsets.push_back(static_cast<index_t>(out.k.size()));
  }
  out.row_sums = a.row_sums;
  for (std::size_t i = 0; i < out.row_sums.size(); ++i) out.row_sums[i] += b.row_sums[i];
  return out;
}

/// Packs a series: the terms' panels, joined, for one way through X.
template <index_t Rows, matrix_format First, matrix_format... Rest, class Column>
[[nodiscard]] auto pack_dot_panels(const series<First, Rest...>& a, index_t depth,
                                   const Column& column) {
  return std::apply(
      [&](const auto& first, const auto&... rest) {
        auto out = pack_dot_panels<Rows>(first, depth, column);
        ((out = join(out, pack_dot_panels<Rows>(rest, depth, column))), ...);
        return out;
      },
      a.terms());
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
