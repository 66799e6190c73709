// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include <lacuna/kernel/pack/tile_panels.hpp>
#include <lacuna/kernel/x86/amx.hpp>
#include <lacuna/kernel/x86/pairs.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Panels of narrow values, and the same values in layouts for instructions that a program only
/// knows when it runs whether it may and should use. `plain` stays: for few columns, for X of
/// another type, and for what the others cannot hold.
template <class Plain, class T>
struct narrow_panels {
  using value_type = typename Plain::value_type;
  static constexpr index_t rows_per_panel = Plain::rows_per_panel;
  static constexpr index_t rows_per_tile = rows_per_panel;
  using pair_panels = dot_panels<T, rows_per_panel>;

  Plain plain;
  tile_panels<T> tiles{};  ///< for tile instructions; no panels where they may not be used
  pair_panels pairs{};     ///< for products of pairs; no panels where they do not pay
  index_t rows{plain.rows};
  index_t depth{plain.depth};

  [[nodiscard]] index_t count() const noexcept { return plain.count(); }
  [[nodiscard]] index_t values_before(index_t panel) const noexcept {
    return plain.values_before(panel);
  }
};

/// Whether panels have other layouts that multiply X of this type.
template <class Panels, class X>
inline constexpr bool has_layouts_for = false;
template <class Plain, class T, class X>
inline constexpr bool has_layouts_for<narrow_panels<Plain, T>, X> =
    sizeof(X) == sizeof(T) && std::is_integral_v<X> == std::is_integral_v<T>;

/// The panels for vector instructions.
template <class Panels>
[[nodiscard]] const auto& plain_panels(const Panels& w) noexcept {
  if constexpr (requires { w.plain; }) {
    return w.plain;
  } else {
    return w;
  }
}

namespace detail {
/// Whether a format stores both or none of columns 2 i and 2 i + 1, which pairs multiply at once.
template <matrix_format Format>
inline constexpr bool stores_pairs = false;
template <>
inline constexpr bool stores_pairs<dense_matrix<bfloat16>> = true;
template <index_t R, index_t C>
inline constexpr bool stores_pairs<block_csr<bfloat16, R, C>> = C % 2 == 0;

/// Whether those columns meet rows 2 j and 2 j + 1 of X.
template <class Column>
[[nodiscard]] bool keeps_pairs(index_t cols, const Column& column) {
  for (index_t k = 0; k < cols; ++k) {
    if (column(k) >= 0 && (column(k) - k) % 2 != 0) return false;
  }
  return true;
}
}  // namespace detail

/// Whether tile instructions multiply these panels of bytes faster than dot products of vectors do.
/// A tile takes 64 rows of X that must be gathered whatever share of them is kept, and two panels
/// share few rows of sparse weights. Measured on Emerald Rapids, 8x8 on 16 layers of ResNet-50,
/// VGG-16 and BERT's depth (2026-11-30), time by tiles over time by vectors: at 1/2 1.16 and 1.53
/// below 128 kept columns, 0.60 to 0.98 from there on but for 49 columns of X (1.05 and 1.23); at
/// 1/4 1.05 to 1.94 on thirteen, 0.62 to 0.77 on three; at 1/8 0.91 to 2.51. This rule is wrong on
/// seven of the 48, by 5 to 30 %.
template <index_t Rows>
[[nodiscard]] bool tiles_pay(const dot_panels<std::int8_t, Rows>& w) noexcept {
  constexpr double least = 30;
  const auto all = static_cast<double>(w.count() * w.word_rows());
  if (all == 0) return false;
  const double kept = static_cast<double>(w.entries()) / all;
  const auto columns = static_cast<double>(w.word_rows() * dot_panels<std::int8_t, Rows>::group);
  return columns * kept * kept * kept >= least;
}

/// The same of bfloat16, whose vectors multiply floats at a sixteenth of the rate: by tiles 1.04 to
/// 3.1 times as fast on 45 such products, those of 32 kept columns and more, 0.64 to 0.86 on the
/// three of 8 and 16 (Emerald Rapids, 2026-11-30).
template <index_t Rows>
[[nodiscard]] bool tiles_pay(const panels<float, Rows>& w) noexcept {
  constexpr index_t least = 24;
  return w.entries() >= least * w.count();
}

/// Packs int8 in any format, for tiles too where they pay; `depth` and `column` as for
/// `pack_panels`.
template <matrix_format Format, class Column>
[[nodiscard]] auto pack_narrow_bytes(const Format& a, index_t depth, const Column& column,
                                     extents2 taps) {
  constexpr index_t rows = tile_panels<std::int8_t>::half_rows;
  narrow_panels<dot_panels<std::int8_t, rows>, std::int8_t> out{
      pack_dot_panels<rows>(a, depth, column)};
#if LACUNA_AMX
  if (x86::may_use_tiles() && tiles_pay(out.plain)) out.tiles = pack_tile_panels(out.plain);
#endif
  sort_by_taps(out.plain, taps);
  end_positions(out.plain);
  return out;
}

/// Packs blocks or dense rows of bfloat16 as panels of float and for tiles, where they pay and all
/// values are finite, as those may multiply what is not stored as zero; or for products of pairs,
/// which multiply nothing else.
template <matrix_format Format, class Column>
[[nodiscard]] auto pack_narrow_floats(const Format& a, index_t depth, const Column& column,
                                      extents2 taps) {
  constexpr index_t rows = tile_panels<bfloat16>::half_rows;
  narrow_panels<panels<float, rows>, bfloat16> out{pack_panels<rows>(a, depth, column)};
  ready_for_tiles(out.plain, taps);
  if (!detail::keeps_pairs(a.cols(), column)) return out;
#if LACUNA_AMX
  const bool finite = std::all_of(out.plain.values.begin(), out.plain.values.end(),
                                  [](float v) { return std::isfinite(v); });
  if (finite && x86::may_use_tiles() && tiles_pay(out.plain)) {
    out.tiles = pack_tile_panels(pack_dot_panels<rows>(a, depth, column));
  }
#endif
  if (x86::pairs_are_fast() && out.tiles.count() == 0) {
    out.pairs = pack_dot_panels<rows>(a, depth, column);
    sort_by_taps(out.pairs, taps);
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
