// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <lacuna/kernel/pack/dot_panels.hpp>
#include <lacuna/kernel/pack/mixed_panels.hpp>
#include <lacuna/kernel/pack/panels.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>
#include <lacuna/kernel/simd/row_access.hpp>
#include <lacuna/kernel/simd/strip.hpp>
#include <lacuna/kernel/simd/tile.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd::detail {

/// sums += entries first ... last - 1 of panel p of w times X; `also` as in tile::accumulate.
template <class Tile, class Panels, class RowOf, class... Also>
LACUNA_ALWAYS_INLINE void accumulate_entries(Tile& sums, const Panels& w, index_t p, index_t first,
                                             index_t last, const RowOf& row_of,
                                             const Also&... also) noexcept {
  const auto* const values =
      w.values.data() + w.offsets[static_cast<std::size_t>(p)] * Tile::entry_values;
  const std::int32_t* const k = w.positions(p);
  if constexpr (fitting_dots_are_fast<typename Tile::arch> &&
                std::is_same_v<typename Panels::value_type, std::int8_t>) {
    if (!w.fitting.empty()) {
      const index_t fit = std::clamp(w.fitting[static_cast<std::size_t>(p)], first, last);
      sums.template accumulate<fitting_product>(values + first * Tile::entry_values, k + first,
                                                fit - first, row_of, also...);
      first = fit;
    }
  }
  sums.accumulate(values + first * Tile::entry_values, k + first, last - first, row_of, also...);
}

/// sums += panel p of w times X; `also` as in tile::accumulate.
template <class Tile, class Panels, class RowOf, class... Also>
LACUNA_ALWAYS_INLINE void accumulate_panel(Tile& sums, const Panels& w, index_t p,
                                           const RowOf& row_of, const Also&... also) noexcept {
  const auto at = static_cast<std::size_t>(p);
  accumulate_entries(sums, w, p, 0, w.offsets[at + 1] - w.offsets[at], row_of, also...);
}
template <class Tile, class T, index_t Rows, class RowOf>
LACUNA_ALWAYS_INLINE void accumulate_panel(Tile& sums, const mixed_panels<T, Rows>& w, index_t p,
                                           const RowOf& row_of) noexcept {
  accumulate_panel(sums, w.shared, p, row_of);
  unroll<Rows>([&](auto r) LACUNA_INLINE_LAMBDA {
    if (p * Rows + r >= w.rows) return;
    const auto row = static_cast<std::size_t>(p * Rows + r);
    const index_t begin = w.single.offsets[row];
    sums.template accumulate_row<r>(w.single.values.data() + begin, w.single.k.data() + begin,
                                    w.single.offsets[row + 1] - begin, row_of);
  });
}

/// Whether panels have the positions behind their last that a Tile looks up.
template <class Tile, class Panels>
[[nodiscard]] bool are_ended(const Panels& w) noexcept {
  if constexpr (Tile::looks_ahead) {
    index_t last = w.entries();
    if constexpr (requires { w.shares_positions; }) {
      if (w.shares_positions) last = w.offsets[1];
    }
    return static_cast<index_t>(w.k.size()) >= last + entries_ahead;
  }
  return true;
}

/// Where tiles of Y are asked for while tiles before them are multiplied, of panels first ... last
/// - 1 and a strip: from the third level a line takes longer than a panel of few entries.
template <class Tile, class Panels, class Y>
struct tiles_ahead {
  Y* y;          ///< of the strip, row 0
  index_t ldy;   ///< of Y
  index_t cols;  ///< of the strip
  index_t first;
  index_t last;
  /// How many panels before its turn, in tiles that look ahead: those of 64 entries.
  index_t panels{1};
  index_t rows_at_once{1};  ///< of a tile, with each group of entries in tiles that look ahead

  template <class T, class RowOf>
  tiles_ahead([[maybe_unused]] const Panels& w, const strip<T, Y>& s, index_t from, index_t to,
              const RowOf& /*row_of*/) noexcept
      : y(s.y), ldy(s.ldy), cols(s.cols), first(from), last(to) {
    if constexpr (Tile::looks_ahead && reads_by_offset<Panels>) {
      constexpr index_t rows = Panels::rows_per_panel;
      constexpr index_t entries = 2 * entries_ahead;
      constexpr index_t most = 16;
      panels = std::clamp<index_t>(entries * w.count() / std::max<index_t>(1, w.entries()), 1,
                                   std::clamp<index_t>(last - first, 1, most));
      // For all rows to be asked for by the end of an average panel: a divisor of them.
      const index_t groups = w.entries() / group_ahead<RowOf>;
      while (rows_at_once < rows / 2 && rows_at_once * groups < rows * w.count()) rows_at_once *= 2;
    }
  }

  /// The tile that is asked for with panel p: of the next strip behind the last panel.
  [[nodiscard]] LACUNA_ALWAYS_INLINE const Y* with(index_t p) const noexcept {
    const index_t later = p + panels;
    constexpr index_t rows = Panels::rows_per_panel;
    return later < last ? y + later * rows * ldy : y + (first + later - last) * rows * ldy + cols;
  }
};

/// sums += panel p of w times X, asking for the lines of a tile of Y that is written later. Tiles
/// that look ahead ask for some rows of it with each group of entries: where Y and a residual are
/// beyond the second level, 256x64x3136 at 50 % takes 585 us for 660, without residual 380 for 490
/// (Emerald Rapids); all lines at once would keep the line fill buffers from the weights.
///
/// Other tiles are smaller and ask for all when the panel starts. In between would cut its loop,
/// and ends of short ones are not foreseen: with two to four parts a panel AVX2 on Zen 3 ran at
/// 0.95, 0.97 and 0.92 of the speed (8x8 at 1/2, 1/4 and 1/8, 14 layers), pairs of bfloat16 on Zen
/// 4 at 0.99 (45 layers; 0.93 to 1.05). Y of bytes, of which a tile's rows are less than a line, is
/// near and not asked for.
template <class Tile, class Panels, class RowOf, class Y, class... Also>
LACUNA_ALWAYS_INLINE void accumulate_panel_ahead(
    Tile& sums, const Panels& w, index_t p, const RowOf& row_of,
    [[maybe_unused]] const tiles_ahead<Tile, Panels, Y>& ahead, const Also&... also) noexcept {
  if constexpr (!reads_by_offset<Panels> || sizeof(Y) < sizeof(typename Tile::word)) {
    return accumulate_panel(sums, w, p, row_of, also...);
  } else {
    constexpr index_t rows = Panels::rows_per_panel;
    const index_t begin = w.offsets[static_cast<std::size_t>(p)];
    const index_t entries = w.offsets[static_cast<std::size_t>(p) + 1] - begin;
    const Y* y = ahead.with(p);
    const Y* const last = y + rows * ahead.ldy;
    const auto ask = [&] {
      prefetch_for_writing<Tile::width* static_cast<index_t>(sizeof(Y))>(y);
      y += ahead.ldy;
    };
    if constexpr (Tile::looks_ahead) {
      sums.accumulate(
          w.values.data() + begin * Tile::entry_values, w.positions(p), entries, row_of,
          [&]([[maybe_unused]] const auto* x, [[maybe_unused]] const auto* values)
              LACUNA_INLINE_LAMBDA { (also(x, values), ...); },
          [&]() LACUNA_INLINE_LAMBDA {
            if (y == last) return;
            for (index_t i = 0; i < ahead.rows_at_once; ++i) ask();
          });
      while (y != last) ask();
    } else {
      while (y != last) ask();
      accumulate_entries(sums, w, p, 0, entries, row_of, also...);
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd::detail
