// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <lacuna/kernel/pack/panels.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>
#include <lacuna/kernel/simd/product.hpp>
#include <lacuna/kernel/simd/strip.hpp>
#include <lacuna/kernel/simd/unroll.hpp>
#include <lacuna/kernel/x86/add_rows.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Entries of which `add_ahead` asks for rows of X at once.
template <class RowOf>
inline constexpr index_t group_ahead = is_in_runs<RowOf> ? run_length : 4;

/// How many entries before its use a row of X is asked for by `add_ahead`. Words of bytes are a
/// quarter as many, and near: with 32 ahead int8 at 1/8 is 1 % slower (Zen 5, 34 products). Rows
/// under a window are read by several taps in turn, and 32 of them may share a set of the first
/// level: with 32 ahead 128x1152x12544 at 3/4 has 0.85 of the speed.
template <class T, class RowOf>
inline constexpr index_t rows_ahead = sizeof(T) == 1 || RowOf::is_near ? group_ahead<RowOf>
                                                                       : entries_ahead;

/// Whether there is `add_ahead` for values of T.
template <class T>
inline constexpr bool adds_ahead = std::is_same_v<T, float>;
#if defined(__AVX512VNNI__)
template <>
inline constexpr bool adds_ahead<std::int8_t> = true;
#endif

#if defined(__AVX512F__)

namespace detail {
/// sums += entry E of `values` times a row of X
template <class Arch, index_t E, class T, class RowOf, class Also>
LACUNA_ALWAYS_INLINE void add_entry(x86::sums_8x3<sum_t<T>>& sums, const T* values,
                                    const float* row, const RowOf& row_of,
                                    const Also& also) noexcept {
  using vector = batch<float, Arch>;
  constexpr index_t first = 8 * E;
  if constexpr (RowOf::prefetches) prefetch_vectors<3, 16, 2>(row + 48);
  also(row, values + first * product<T>::group);
  const auto x0 = row_of.template load<0, vector>(row).data;
  const auto x1 = row_of.template load<1, vector>(row).data;
  const auto x2 = row_of.template load<2, vector>(row).data;
  x86::add_rows<first, 0>(sums, x0, x1, x2, values);
  x86::add_rows<first, 4>(sums, x0, x1, x2, values);
}
}  // namespace detail

/// sums += values[8 e + r] * X[k[e]] for every entry e of 8 rows, of floats or of four bytes a
/// word, as `tile::accumulate`, whose twin this is; each row of X is asked for in the first level
/// `rows_ahead` entries before it is used, so positions behind the last are looked up.
///
/// From the second level an entry takes 13.2 cycles of Emerald Rapids, asked for ahead 12.0, which
/// is what its multiply-adds take; beside a neighbour on the same core, which leaves half of what
/// is in flight and of the instructions, 19 to 21 and 15 to 18, by runs. 96 products in blocks and
/// dense are 1.13 to 1.18 times as fast, 48 of bytes 1.01 to 1.06 times
/// (docs/decisions/0012-tiles-look-ahead.md).
template <class Arch, class T, class K, class RowOf, class Also, class EachGroup>
LACUNA_ALWAYS_INLINE void add_ahead(x86::sums_8x3<sum_t<T>>& sums, const T* values, const K* k,
                                    index_t entries, const RowOf& row_of, const Also& also,
                                    const EachGroup& each_group) noexcept {
  constexpr index_t group = group_ahead<RowOf>;
  constexpr index_t ahead = rows_ahead<T, RowOf>;
  constexpr index_t entry_values = 8 * product<T>::group;
  const K* const last = k + entries;
  const auto prefetch_group = [&]() LACUNA_INLINE_LAMBDA {
    each_group();
    prefetch_ahead<1>(k);
    prefetch_ahead<group * entry_values * index_t{sizeof(T)}>(values);
  };
  if constexpr (is_in_runs<RowOf>) {
    for (; k != last; k += group, values += group * entry_values) {
      prefetch_group();
      const float* row = row_of(*k);
      const float* next = row_of(k[ahead]);
      unroll<group>([&](auto e) LACUNA_INLINE_LAMBDA {
        prefetch_vectors<3, 16, 3>(next);
        next += row_of.apart;
        detail::add_entry<Arch, e>(sums, values, row, row_of, also);
        row += row_of.apart;
      });
    }
  } else {
    if (entries >= group) {
      const float* row[static_cast<std::size_t>(group)];
      unroll<group>([&](auto e) LACUNA_INLINE_LAMBDA { row[e] = row_of(k[e]); });
      for (; last - k >= group; k += group, values += group * entry_values) {
        prefetch_group();
        unroll<group>([&](auto e) LACUNA_INLINE_LAMBDA {
          const float* const next = row_of(k[group + e]);
          prefetch_vectors<3, 16, 3>(row_of(k[ahead + e]));
          detail::add_entry<Arch, e>(sums, values, row[e], row_of, also);
          row[e] = next;
        });
      }
    }
    for (; k != last; ++k, values += entry_values) {
      detail::add_entry<Arch, 0>(sums, values, row_of(*k), row_of, also);
    }
  }
}

#endif

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
