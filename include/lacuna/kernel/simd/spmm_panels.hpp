// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <type_traits>

#include <lacuna/kernel/epilogue_result.hpp>
#include <lacuna/kernel/pack/dot_panels.hpp>
#include <lacuna/kernel/pack/mixed_panels.hpp>
#include <lacuna/kernel/pack/panels.hpp>
#include <lacuna/kernel/simd/few_columns.hpp>
#include <lacuna/kernel/simd/held_epilogue.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>
#include <lacuna/kernel/simd/row_access.hpp>
#include <lacuna/kernel/simd/start_sums.hpp>
#include <lacuna/kernel/simd/strip.hpp>
#include <lacuna/kernel/simd/tile.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Columns that one call of spmm_panels computes at most, T being the values of W.
template <class T, class Arch, index_t Rows>
inline constexpr index_t strip_width = tile_vectors<Arch>(Rows) * lanes<word_t<T>, Arch>;

namespace detail {

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
    return static_cast<index_t>(w.k.size()) >= last + run_length;
  }
  return true;
}

/// How many rows of Y are asked for with each group of entries that a Tile is ahead, for all to be
/// by the end of an average panel: a divisor of a panel's rows, half of them at most.
template <class Tile, class Panels, class RowOf>
[[nodiscard]] index_t rows_asked([[maybe_unused]] const Panels& w,
                                 const RowOf& /*row_of*/) noexcept {
  constexpr index_t rows = Panels::rows_per_panel;
  index_t asked = 1;
  if constexpr (Tile::looks_ahead) {
    const index_t groups = w.entries() / group_ahead<RowOf>;
    while (asked < rows / 2 && asked * groups < rows * w.count()) asked *= 2;
  }
  return asked;
}

/// The same, asking meanwhile for the lines of a tile of Y that is written next, from `y` on: a row
/// of it with each Rows-th part of the entries or, in tiles that look ahead, `at_once` rows with
/// each group of them. Where Y and a residual are beyond the second level,
/// 256x64x3136 at 50 % takes 585 us for 660, without residual 380 for 490 (Emerald Rapids); all
/// lines at once when a panel starts would keep the line fill buffers from the weights. The ends of
/// eight short loops are not foreseen, though: halves of few entries take 155 us at 1/8 for 165,
/// all at once 174 (Zen 4).
template <class Tile, class Panels, class RowOf, class Y>
LACUNA_ALWAYS_INLINE void accumulate_panel_ahead(Tile& sums, const Panels& w, index_t p,
                                                 const RowOf& row_of, const Y* y, index_t ldy,
                                                 [[maybe_unused]] index_t at_once) noexcept {
  constexpr index_t rows = Panels::rows_per_panel;
  const index_t entries =
      w.offsets[static_cast<std::size_t>(p) + 1] - w.offsets[static_cast<std::size_t>(p)];
  if constexpr (Tile::looks_ahead) {
    const index_t begin = w.offsets[static_cast<std::size_t>(p)];
    const Y* const last = y + rows * ldy;
    const auto ask = [&] {
      prefetch_for_writing<Tile::width* static_cast<index_t>(sizeof(Y))>(y);
      y += ldy;
    };
    sums.accumulate(
        w.values.data() + begin * Tile::entry_values, w.positions(p), entries, row_of,
        [](const auto*, const auto*) LACUNA_INLINE_LAMBDA {},
        [&]() LACUNA_INLINE_LAMBDA {
          if (y == last) return;
          for (index_t i = 0; i < at_once; ++i) ask();
        });
    while (y != last) ask();
  } else {
    // Powers of two: without two divisions a part short panels take 2 to 7 % less (1/8, Zen 3).
    constexpr int log2_rows = std::bit_width(static_cast<std::size_t>(rows - 1));
    const int log2_parts = entries < 4 * rows ? 1 : log2_rows;
    index_t e = 0;
    index_t asked = 0;
    for (index_t part = 1; part <= index_t{1} << log2_parts; ++part) {
      for (; asked < rows * part >> log2_parts; ++asked, y += ldy) {
        prefetch_for_writing<Tile::width* static_cast<index_t>(sizeof(Y))>(y);
      }
      index_t end = entries * part >> log2_parts;
      if constexpr (is_in_runs<RowOf>) end -= end % run_length;
      accumulate_entries(sums, w, p, e, end, row_of);
      e = end;
    }
  }
}

/// The panels times a strip of at most Vectors vectors.
template <class Arch, index_t Vectors, row_access Access = row_access::anywhere, class Panels,
          class T, class Y, class Epilogue>
void spmm_strip(const Panels& w, index_t first, index_t last, const strip<T, Y>& s,
                const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  held_epilogue<Epilogue> held(epilogue);
  constexpr index_t rows = Panels::rows_per_panel;
  using sums_of_panel = tile<typename Panels::value_type, Arch, rows, Vectors>;
  const auto rows_of_x = row_of<Panels, Access>(s);
  const index_t asked = rows_asked<sums_of_panel>(w, rows_of_x);
  for (index_t p = first; p < last; ++p) {
    auto sums = start_sums<sums_of_panel>(w, p, s.x_zero);
    const index_t row = p * rows;
    // Tiles of bytes are less than a line wide, and what they store is near.
    if constexpr (reads_by_offset<Panels> && sizeof(Y) >= sizeof(T)) {
      const Y* const next =
          p + 1 < last ? s.y + (row + rows) * s.ldy : s.y + first * rows * s.ldy + s.cols;
      accumulate_panel_ahead(sums, w, p, rows_of_x, next, s.ldy, asked);
    } else {
      accumulate_panel(sums, w, p, rows_of_x);
    }
    sums.store(s.y + row * s.ldy, s.ldy, std::min(rows, w.rows - row), s.cols,
               position{row, s.col, s.cols, s.image}, held());
  }
}

/// sums += panel p times a full strip, column += panel p times the column behind it: with each
/// entry or, where entries come in runs, which leave no register for it, by parts of the panel
/// whose weights and rows of X are still in the first level.
template <class Across, class Tile, class Panels, class RowOf, class T>
LACUNA_ALWAYS_INLINE void accumulate_with_column(Tile& sums, typename Across::sum_batch& column,
                                                 const Panels& w, index_t p, const RowOf& row_of,
                                                 const T* x) noexcept {
  using value = typename Panels::value_type;
  if constexpr (is_in_runs<RowOf> && registers<typename Tile::arch> == 16) {
    constexpr index_t part = 16 * run_length;
    const index_t begin = w.offsets[static_cast<std::size_t>(p)];
    const index_t entries = w.offsets[static_cast<std::size_t>(p) + 1] - begin;
    for (index_t e = 0; e < entries; e += part) {
      const index_t count = std::min(part, entries - e);
      const value* const values = w.values.data() + (begin + e) * Tile::entry_values;
      const std::int32_t* const k = w.positions(p) + e;
      sums.accumulate(values, k, count, row_of);
      add_few<1, Across>(values, k, count, x + Tile::width, row_of.offsets, &column);
    }
  } else {
    accumulate_panel(sums, w, p, row_of,
                     [&](const T* row, const value* values) LACUNA_INLINE_LAMBDA {
                       column = Across::add(column, values, row[Tile::width]);
                     });
  }
}

/// The panels times a full strip and one column more, whose sums are one more register: 25
/// multiply-adds an entry for the 32 of another tile. 7x7 pixels are one such strip, 14x14 are
/// four.
template <class Arch, index_t Vectors, row_access Access, class Panels, class T, class Y,
          class Epilogue>
void spmm_strip_and_column(const Panels& w, index_t first, index_t last, const strip<T, Y>& s,
                           const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  held_epilogue<Epilogue> held(epilogue);
  using value = typename Panels::value_type;
  constexpr index_t rows_of_panel = Panels::rows_per_panel;
  using across = across_rows<value, rows_of_panel>;
  using sums_of_panel = tile<value, Arch, rows_of_panel, Vectors>;
  constexpr index_t width = sums_of_panel::width;
  for (index_t p = first; p < last; ++p) {
    auto sums = start_sums<sums_of_panel>(w, p, s.x_zero);
    auto column = start_column<across>(w, p, s.x_zero);
    accumulate_with_column<across>(sums, column, w, p, row_of<Panels, Access>(s), s.x);
    const index_t row = p * rows_of_panel;
    const index_t rows = std::min(rows_of_panel, w.rows - row);
    sums.store(s.y + row * s.ldy, s.ldy, rows, width, position{row, s.col, width, s.image}, held());
    across::store(column, s.y + row * s.ldy + width, s.ldy, rows,
                  position{row, s.col + width, 1, s.image}, epilogue);
  }
}

/// Picks the narrowest tile that covers the columns.
template <class Arch, index_t Vectors, class Panels, class T, class Y, class Epilogue>
void spmm_narrowest(const Panels& w, index_t first, index_t last, const strip<T, Y>& s,
                    const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  if constexpr (Vectors > 1) {
    if (s.cols <= (Vectors - 1) * lanes<T, Arch>) {
      return spmm_narrowest<Arch, Vectors - 1>(w, first, last, s, epilogue);
    }
  }
  spmm_strip<Arch, Vectors>(w, first, last, s, epilogue);
}
}  // namespace detail

/// One strip of Y = epilogue(W X): panels first ... last - 1 times 1 ... strip_width<T, Arch, Rows>
/// columns, or one more where few_columns<Panels> is not 0. X is in words (`product`): rows of it
/// or, for dot panels, groups of rows interleaved. They must be readable for `cols` rounded up to
/// whole vectors, up to `few_columns` over as they are; of Y only `cols` are written.
///
/// Every output is summed in the same order, whatever the panel range, so any split of the panels
/// gives bit-identical results; those of int8 are exact modulo 2^32 besides, on every instruction
/// set.
template <class Arch, class Panels, class T, class Y, class Epilogue>
void spmm_panels(const Panels& w, index_t first, index_t last, const strip<T, Y>& s,
                 const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  using value = typename Panels::value_type;
  static_assert(std::is_same_v<T, word_t<value>>);
  static_assert(std::is_same_v<Y, epilogue_result_t<Epilogue, sum_t<value>>>);
  constexpr index_t vectors = tile_vectors<Arch>(Panels::rows_per_panel);
  constexpr index_t width = strip_width<value, Arch, Panels::rows_per_panel>;
  LACUNA_EXPECTS(0 <= first && first <= last && last <= w.count());
  LACUNA_EXPECTS(0 < s.cols && s.cols <= width + (few_columns<Panels> > 0 ? 1 : 0));
  LACUNA_EXPECTS(!detail::reads_by_offset<Panels> || s.offsets != nullptr);
  LACUNA_EXPECTS((detail::are_ended<tile<value, Arch, Panels::rows_per_panel, vectors>>(w)));
  using access = detail::row_access;
  // Strips of planes have offsets at no even distances, and no ldx.
  const bool in_runs = [&] {
    if constexpr (detail::takes_runs<Arch, Panels>) return w.in_runs && s.ldx > 0;
    return false;
  }();
  if constexpr (few_columns < Panels >> 0) {
    if (s.cols <= few_columns<Panels>) {
      return spmm_few_columns<few_columns<Panels>>(w, first, last, s, epilogue);
    }
    if (s.cols > width) {
      if constexpr (detail::takes_runs<Arch, Panels>) {
        if (in_runs) {
          return detail::spmm_strip_and_column<Arch, vectors, access::in_runs>(w, first, last, s,
                                                                               epilogue);
        }
      }
      return detail::spmm_strip_and_column<Arch, vectors, access::anywhere>(w, first, last, s,
                                                                            epilogue);
    }
  }
  if constexpr (detail::reads_by_offset<Panels>) {
    if (s.prefetch && s.cols == width) {
      if constexpr (tile<value, Arch, Panels::rows_per_panel, vectors>::looks_ahead) {
        if (in_runs) {
          return detail::spmm_strip<Arch, vectors, access::far_in_runs>(w, first, last, s,
                                                                        epilogue);
        }
      }
      return detail::spmm_strip<Arch, vectors, access::far>(w, first, last, s, epilogue);
    }
  }
  if constexpr (detail::takes_runs<Arch, Panels>) {
    if (in_runs && s.cols > width - lanes<T, Arch>) {
      return detail::spmm_strip<Arch, vectors, access::in_runs>(w, first, last, s, epilogue);
    }
  }
  detail::spmm_narrowest<Arch, vectors>(w, first, last, s, epilogue);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
