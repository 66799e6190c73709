// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <lacuna/kernel/epilogue_result.hpp>
#include <lacuna/kernel/pack/dot_panels.hpp>
#include <lacuna/kernel/pack/mixed_panels.hpp>
#include <lacuna/kernel/pack/panels.hpp>
#include <lacuna/kernel/simd/accumulate_panel.hpp>
#include <lacuna/kernel/simd/few_columns.hpp>
#include <lacuna/kernel/simd/held_epilogue.hpp>
#include <lacuna/kernel/simd/row_access.hpp>
#include <lacuna/kernel/simd/start_sums.hpp>
#include <lacuna/kernel/simd/strip.hpp>
#include <lacuna/kernel/simd/tile.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Columns that one call of spmm_panels computes at most, T being the values of W.
template <class T, class Arch, index_t Rows>
inline constexpr index_t strip_width = tile_vectors<Arch>(Rows) * lanes<word_t<T>, Arch>;

namespace detail {

/// The panels times a strip of at most Vectors vectors.
template <class Arch, index_t Vectors, row_access Access = row_access::anywhere, class Panels,
          class T, class Y, class Epilogue>
void spmm_strip(const Panels& w, index_t first, index_t last, const strip<T, Y>& s,
                const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  held_epilogue<Epilogue> held(epilogue);
  constexpr index_t rows = Panels::rows_per_panel;
  using sums_of_panel = tile<typename Panels::value_type, Arch, rows, Vectors>;
  const auto rows_of_x = row_of<Panels, Access>(s);
  const tiles_ahead<sums_of_panel, Panels, Y> ahead(w, s, first, last, rows_of_x);
  for (index_t p = first; p < last; ++p) {
    auto sums = start_sums<sums_of_panel>(w, p, s.x_zero);
    const index_t row = p * rows;
    accumulate_panel_ahead(sums, w, p, rows_of_x, ahead);
    sums.store(s.y + row * s.ldy, s.ldy, std::min(rows, w.rows - row), s.cols,
               position{row, s.col, s.cols, s.image}, held());
  }
}

/// sums += panel p times a full strip, column += panel p times the column behind it: with each
/// entry or, where entries come in runs, which leave no register for it, by parts of the panel
/// whose weights and rows of X are still in the first level.
template <class Across, class Tile, class Panels, class RowOf, class T, class Y>
LACUNA_ALWAYS_INLINE void accumulate_with_column(
    Tile& sums, typename Across::sum_batch& column, const Panels& w, index_t p, const RowOf& row_of,
    const T* x, [[maybe_unused]] const tiles_ahead<Tile, Panels, Y>& ahead) noexcept {
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
    const auto add_column = [&](const T* row, const value* values) LACUNA_INLINE_LAMBDA {
      column = Across::add(column, values, row[Tile::width]);
    };
    // Other tiles would ask for all lines when the panel starts: pairs of bfloat16 on 49 and 196
    // columns have 0.95 to 1.00 of the speed then (Zen 4).
    if constexpr (Tile::looks_ahead) {
      accumulate_panel_ahead(sums, w, p, row_of, ahead, add_column);
    } else {
      accumulate_panel(sums, w, p, row_of, add_column);
    }
  }
}

/// A tile of panel p and the column behind it to Y, by a copy of the epilogue and the original.
template <class Across, class Tile, class Panels, class T, class Y, class Epilogue>
LACUNA_ALWAYS_INLINE void store_with_column(const Tile& sums,
                                            const typename Across::sum_batch& column,
                                            const Panels& w, index_t p, const strip<T, Y>& s,
                                            const Epilogue& held, const Epilogue& epilogue) {
  constexpr index_t rows_of_panel = Panels::rows_per_panel;
  constexpr index_t width = Tile::width;
  const index_t row = p * rows_of_panel;
  const index_t rows = std::min(rows_of_panel, w.rows - row);
  Y* const y = s.y + row * s.ldy;
  if constexpr (narrows_rows<typename Tile::arch, Y, Epilogue>) {
    typename Tile::sum of_column[static_cast<std::size_t>(rows_of_panel)];
    column.store_unaligned(of_column);
    sums.store_with_column(of_column, y, s.ldy, rows, position{row, s.col, width + 1, s.image},
                           held);
  } else {
    sums.store(y, s.ldy, rows, width, position{row, s.col, width, s.image}, held);
    Across::store(column, y + width, s.ldy, rows, position{row, s.col + width, 1, s.image},
                  epilogue);
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
  const auto rows_of_x = row_of<Panels, Access>(s);
  const tiles_ahead<sums_of_panel, Panels, Y> ahead(w, s, first, last, rows_of_x);
  for (index_t p = first; p < last; ++p) {
    auto sums = start_sums<sums_of_panel>(w, p, s.x_zero);
    auto column = start_column<across>(w, p, s.x_zero);
    accumulate_with_column<across>(sums, column, w, p, rows_of_x, s.x, ahead);
    store_with_column<across>(sums, column, w, p, s, held(), epilogue);
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
  using access = detail::row_access;
  using full_tile = tile<value, Arch, Panels::rows_per_panel, vectors>;
  LACUNA_EXPECTS(detail::are_ended<full_tile>(w));
  if constexpr (few_columns < Panels >> 0) {
    if (s.cols <= few_columns<Panels>) {
      return spmm_few_columns<few_columns<Panels>>(w, first, last, s, epilogue);
    }
  }
  const auto multiply = [&]<access Access>(std::integral_constant<access, Access>) {
    if constexpr (few_columns < Panels >> 0) {
      if (s.cols > width) {
        return detail::spmm_strip_and_column<Arch, vectors, Access>(w, first, last, s, epilogue);
      }
    }
    detail::spmm_strip<Arch, vectors, Access>(w, first, last, s, epilogue);
  };
  if constexpr (detail::takes_runs<Arch, Panels>) {
    // Strips of planes have offsets at no even distances, and no ldx.
    if (w.in_runs && s.ldx > 0 && s.cols > width - lanes<T, Arch>) {
      if (!s.prefetch || s.cols < width || (s.cols > width && !full_tile::looks_ahead)) {
        return multiply(std::integral_constant<access, access::in_runs>{});
      }
      if constexpr (full_tile::looks_ahead) {
        return multiply(std::integral_constant<access, access::far_in_runs>{});
      }
    }
  }
  if constexpr (detail::reads_by_offset<Panels>) {
    if (s.prefetch && s.cols >= width) {
      return multiply(std::integral_constant<access, access::far>{});
    }
  }
  if (s.cols > width) return multiply(std::integral_constant<access, access::anywhere>{});
  detail::spmm_narrowest<Arch, vectors>(w, first, last, s, epilogue);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
