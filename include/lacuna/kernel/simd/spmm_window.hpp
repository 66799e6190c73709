// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>

#include <lacuna/kernel/simd/spmm_panels.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

namespace detail {

/// f(values, k, entries, rows) for each part of panel p, asking meanwhile for the lines of a tile
/// of Y that is written next, as `accumulate_panel_ahead`.
template <class Tile, class Panels, class T, class Y, class F>
LACUNA_ALWAYS_INLINE void for_each_part(const Panels& w, index_t p, const strip<T, Y>& s,
                                        const Y* next, const F& f) noexcept {
  constexpr index_t rows = Panels::rows_per_panel;
  const index_t begin = w.offsets[static_cast<std::size_t>(p)];
  const index_t entries = w.offsets[static_cast<std::size_t>(p) + 1] - begin;
  const auto* const values = w.values.data() + begin * Tile::entry_values;
  const std::int32_t* const k = w.positions(p);
  const std::int32_t* const starts = w.sections.of_panel(p);
  index_t asked = 0;
  for (index_t i = 0; i < s.part_count; ++i) {
    const window_part& part = s.parts[i];
    for (; asked < rows * (i + 1) / s.part_count; ++asked, next += s.ldy) {
      prefetch_for_writing<Tile::width* static_cast<index_t>(sizeof(Y))>(next);
    }
    const index_t first = starts[part.first];
    const index_t last = part.last == w.sections.count() ? entries : starts[part.last];
    f(values + first * Tile::entry_values, k + first, last - first, part);
  }
}

/// These rows, of entries in runs or not.
template <bool InRuns, class Rows>
[[nodiscard]] LACUNA_ALWAYS_INLINE auto in_runs(const Rows& rows, index_t apart) noexcept {
  if constexpr (InRuns) {
    return rows_in_runs<Rows>{rows, apart};
  } else {
    return rows;
  }
}

/// What lies beside an image. Of floats it is a constant, for which a mask needs no register.
template <class Panels, class T, class Y>
[[nodiscard]] LACUNA_ALWAYS_INLINE T padding_of([[maybe_unused]] const strip<T, Y>& s) noexcept {
  if constexpr (std::is_same_v<typename Panels::value_type, T>) {
    return T(0);
  } else {
    return s.padding;
  }
}

template <class Arch, index_t Vectors, bool InRuns = false, class Panels, class T, class Y,
          class Epilogue>
void spmm_window_strip(const Panels& w, index_t first, index_t last, const strip<T, Y>& s,
                       const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  held_epilogue<Epilogue> held(epilogue);
  constexpr index_t rows = Panels::rows_per_panel;
  using sums_of_panel = tile<typename Panels::value_type, Arch, rows, Vectors>;
  using rows_of_x = rows_in_window<T, batch<T, Arch>, Vectors>;
  const tiles_ahead<sums_of_panel, Panels, Y> ahead(w, s, first, last,
                                                    rows_in_sight<T>{{s.x, s.offsets}});
  for (index_t p = first; p < last; ++p) {
    auto sums = start_sums<sums_of_panel>(w, p, s.x_zero);
    const index_t row = p * rows;
    // From memory where an image is beyond the second level: 64x576x50176 at 1/8 takes 5.1 ms for
    // 5.8 (Zen 4). With the line that the right tap of the last column needs, 64 and 128 channels
    // of 232x232 pixels at 1/2 are 1.07 and 1.06 times as fast; into the first level VGG-16's
    // second layer takes 8.3 ms, into the second 8.7 (Zen 5).
    upcoming_rows<T> upcoming = s.upcoming.part(p - first, last - first);
    const auto no_more = [](const auto*, const auto*) LACUNA_INLINE_LAMBDA {};
    const auto ask = [&]() LACUNA_INLINE_LAMBDA {
      upcoming.template ask<sums_of_panel::width, 3>(1);
    };
    for_each_part<sums_of_panel>(
        w, p, s, ahead.with(p),
        [&](const auto* values, const std::int32_t* k, index_t entries,
            const window_part& part) LACUNA_INLINE_LAMBDA {
          if constexpr (InRuns) {
            if (part.sees_all) {
              const rows_in_sight<T> whole_rows{{s.x, s.offsets}};
              return sums.accumulate(values, k, entries, in_runs<InRuns>(whole_rows, s.ldx),
                                     no_more, ask);
            }
          }
          const rows_of_x rows_of_part(s.x, s.offsets, padding_of<Panels>(s), part);
          sums.accumulate(values, k, entries, in_runs<InRuns>(rows_of_part, s.ldx), no_more, ask);
        });
    upcoming.template ask<sums_of_panel::width, 3>(upcoming.count);
    sums.store(s.y + row * s.ldy, s.ldy, std::min(rows, w.rows - row), s.cols,
               position{row, s.col, s.cols, s.image}, held());
  }
}

template <class Arch, index_t Vectors, bool InRuns = false, class Panels, class T, class Y,
          class Epilogue>
void spmm_window_and_column(const Panels& w, index_t first, index_t last, const strip<T, Y>& s,
                            const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  held_epilogue<Epilogue> held(epilogue);
  using value = typename Panels::value_type;
  constexpr index_t rows_of_panel = Panels::rows_per_panel;
  using across = across_rows<value, rows_of_panel>;
  using sums_of_panel = tile<value, Arch, rows_of_panel, Vectors>;
  using rows_of_x = rows_in_window<T, batch<T, Arch>, Vectors>;
  constexpr index_t width = sums_of_panel::width;
  const T padding = padding_of<Panels>(s);
  for (index_t p = first; p < last; ++p) {
    auto sums = start_sums<sums_of_panel>(w, p, s.x_zero);
    auto column = start_column<across>(w, p, s.x_zero);
    const Y* const next = s.y + (p + 1 < last ? p + 1 : first) * rows_of_panel * s.ldy;
    for_each_part<sums_of_panel>(
        w, p, s, next,
        [&](const value* values, const std::int32_t* k, index_t entries, const window_part& part)
            LACUNA_INLINE_LAMBDA {
              const bool is_seen = part.lanes[static_cast<std::size_t>(Vectors)] != 0;
              const rows_of_x rows_of_part(s.x, s.offsets, padding_of<Panels>(s), part);
              sums.accumulate(values, k, entries, in_runs<InRuns>(rows_of_part, s.ldx),
                              [&](const T* x, const value* of_entry) LACUNA_INLINE_LAMBDA {
                                const T* const pixel = is_seen ? x + width : &padding;
                                column = across::add(column, of_entry, *pixel);
                              });
            });
    store_with_column<across>(sums, column, w, p, s, held(), epilogue);
  }
}

template <class Arch, index_t Vectors, class Panels, class T, class Y, class Epilogue>
void spmm_window_narrowest(const Panels& w, index_t first, index_t last, const strip<T, Y>& s,
                           const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  if constexpr (Vectors > 1) {
    if (s.cols <= (Vectors - 1) * lanes<T, Arch>) {
      return spmm_window_narrowest<Arch, Vectors - 1>(w, first, last, s, epilogue);
    }
  }
  spmm_window_strip<Arch, Vectors>(w, first, last, s, epilogue);
}

}  // namespace detail

/// `spmm_panels` for panels sorted by taps and a strip in parts: X is read where it lies in an
/// image, each tap's rows under a mask of what it sees, which stays in registers as long as a part
/// lasts. On AMD's processors a load under a mask costs what any other costs; on Intel's it takes a
/// turn of a multiply-add's besides (12.0 cycles an entry without, 13.8 with three of them on
/// Emerald Rapids), so taps that see all of a strip are not masked.
template <class Arch, class Panels, class T, class Y, class Epilogue>
void spmm_window(const Panels& w, index_t first, index_t last, const strip<T, Y>& s,
                 const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  using value = typename Panels::value_type;
  static_assert(std::is_same_v<Y, epilogue_result_t<Epilogue, sum_t<value>>>);
  constexpr index_t vectors = tile_vectors<Arch>(Panels::rows_per_panel);
  constexpr index_t width = strip_width<value, Arch, Panels::rows_per_panel>;
  LACUNA_EXPECTS(0 <= first && first <= last && last <= w.count());
  LACUNA_EXPECTS(0 < s.cols && s.cols <= width + (few_columns<Panels> > 0 ? 1 : 0));
  using full_tile = tile<value, Arch, Panels::rows_per_panel, vectors>;
  constexpr bool takes_runs = full_tile::looks_ahead && detail::takes_runs<Arch, Panels>;
  LACUNA_EXPECTS(detail::are_ended<full_tile>(w));
  LACUNA_EXPECTS(s.offsets != nullptr && s.parts != nullptr && !w.sections.starts.empty());
  if constexpr (few_columns < Panels >> 0) {
    if (s.cols > width) {
      if constexpr (takes_runs) {
        if (w.in_runs) {
          return detail::spmm_window_and_column<Arch, vectors, true>(w, first, last, s, epilogue);
        }
      }
      return detail::spmm_window_and_column<Arch, vectors>(w, first, last, s, epilogue);
    }
  }
  if constexpr (takes_runs) {
    if (w.in_runs && s.cols > width - lanes<T, Arch>) {
      return detail::spmm_window_strip<Arch, vectors, true>(w, first, last, s, epilogue);
    }
  }
  detail::spmm_window_narrowest<Arch, vectors>(w, first, last, s, epilogue);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
