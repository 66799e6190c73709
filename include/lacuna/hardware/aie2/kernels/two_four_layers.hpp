// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include <lacuna/format/convert.hpp>
#include <lacuna/format/n_m_builder.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// What the sparse multiply takes: two of each four channels.
using two_four_layer = n_m_matrix<std::int8_t, 2, 4>;

namespace detail {
template <class Format>
struct is_n_m : std::false_type {};
template <class T, index_t N, index_t M, index_t V>
struct is_n_m<n_m_matrix<T, N, M, V>> : std::true_type {};
}  // namespace detail

/// How the columns of a matrix of weights count taps and channels: tap by tap, `padded` columns
/// each, of which `in` are channels.
struct weight_columns {
  index_t in{0};
  index_t padded{0};
  index_t taps{1};
};

/// All N:M terms of a series as a sum of 2:4 matrices, value by value, hence without loss whatever
/// N and M are: (rows, taps * channels), channels of a tap rounded up to 16 as the sparse multiply
/// takes them. Other terms take no part. A group of four channels that holds q non-zeros at
/// different places needs ceil(q / 2) of them, and their number is that of the fullest group: 2:4,
/// 1:4, 1:2, 2:8 and 1:8 are one layer, 1:4 + 1:4 too; 2:4 + 2:8, and 4:8 unless its values happen
/// to spread, are two, which cost what dense weights cost. A place that several terms hold goes to
/// several layers: the sum need not be an int8.
template <matrix_format... Terms>
[[nodiscard]] std::vector<two_four_layer> two_four_layers(const weight_columns& c, index_t rows,
                                                          const Terms&... terms) {
  struct stored {
    index_t place;  ///< in a group
    std::int8_t value;
  };
  const index_t channels = round_up(c.in, 16);
  const index_t cols = c.taps * channels;
  const index_t groups = cols / 4;
  std::vector<std::vector<std::vector<stored>>> split;  // layer, group of all rows: at most 2
  const auto keep = [&](index_t o, index_t k, std::int8_t value) {
    if (value == 0) return;
    const index_t channel = k % c.padded;
    if (channel >= c.in) return;
    const index_t at = k / c.padded * channels + channel;
    const auto group = static_cast<std::size_t>(o * groups + at / 4);
    for (std::size_t layer = 0;; ++layer) {
      if (layer == split.size()) split.emplace_back(static_cast<std::size_t>(rows * groups));
      std::vector<stored>& here = split[layer][group];
      const bool taken =
          std::any_of(here.begin(), here.end(), [&](const stored& s) { return s.place == at % 4; });
      if (taken || here.size() == 2) continue;
      here.push_back({at % 4, value});
      return;
    }
  };
  const auto split_term = [&](const auto& term) {
    if constexpr (detail::is_n_m<std::decay_t<decltype(term)>>::value) for_each_stored(term, keep);
  };
  (split_term(terms), ...);
  std::vector<two_four_layer> out;
  for (const auto& layer : split) {
    lacuna::detail::n_m_builder<std::int8_t, 2, 4, 1> builder(rows, cols);
    for (const std::vector<stored>& group : layer) {
      lacuna::detail::column_set<4> used;
      for (const stored& s : group) used.insert(s.place);
      builder.append(used, [&](index_t p, index_t) {
        for (const stored& s : group) {
          if (s.place == p) return s.value;
        }
        return std::int8_t{0};
      });
    }
    out.push_back(std::move(builder).finish());
  }
  return out;
}

/// The part of a layer that a piece of weights takes: `rows` from `first_row` on, of each tap
/// `channels` from `first_channel` on, a multiple of 4; zeros where the layer has none. `c` counts
/// the layer's channels, and the part's are rounded up to 16 too.
[[nodiscard]] inline two_four_layer slice(const two_four_layer& w, const weight_columns& c,
                                          index_t first_row, index_t rows, index_t first_channel,
                                          index_t channels) {
  const index_t whole = round_up(c.in, 16);
  const index_t part = round_up(channels, 16);
  lacuna::detail::n_m_builder<std::int8_t, 2, 4, 1> builder(rows, c.taps * part);
  for (index_t row = first_row; row < first_row + rows; ++row) {
    for (index_t k = 0; k < c.taps * part; k += 4) {
      const index_t channel = first_channel + k % part;
      const index_t from = k / part * whole + channel;
      const bool inside = row < w.rows() && k % part < channels && channel < whole;
      lacuna::detail::column_set<4> used;
      for (index_t s = from / 2; inside && s < from / 2 + 2; ++s)
        used.insert(w.column(row, s) - from);
      builder.append(used, [&](index_t p, index_t) {
        for (index_t s = from / 2; inside && s < from / 2 + 2; ++s) {
          if (w.column(row, s) - from == p) return *w.slot_values(row, s);
        }
        return std::int8_t{0};
      });
    }
  }
  return std::move(builder).finish();
}

/// Appends a sparse load of `w`: for four of its rows and 16 of its columns the mask of 64 bits and
/// the 32 kept bytes. Rows beyond the last are zeros.
inline void append_sparse_load(std::vector<std::uint8_t>& out, const two_four_layer& w,
                               index_t first_row, index_t first_col) {
  std::uint64_t mask = 0;
  std::vector<std::uint8_t> kept;
  for (index_t r = 0; r < 4; ++r) {
    for (index_t slot = first_col / 2; slot < first_col / 2 + 8; ++slot) {
      const bool inside = first_row + r < w.rows();
      const index_t column =
          inside ? w.column(first_row + r, slot) - first_col : slot % 8 / 2 * 4 + slot % 2;
      mask |= std::uint64_t{1} << (16 * r + column);
      kept.push_back(inside ? static_cast<std::uint8_t>(*w.slot_values(first_row + r, slot)) : 0);
    }
  }
  for (int b = 0; b < 8; ++b) out.push_back(static_cast<std::uint8_t>(mask >> (8 * b)));
  out.insert(out.end(), kept.begin(), kept.end());
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
