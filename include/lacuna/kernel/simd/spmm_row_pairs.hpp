// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/kernel/first_level.hpp>
#include <lacuna/kernel/pack/row_pairs.hpp>
#include <lacuna/kernel/simd/pair_tile.hpp>
#include <lacuna/kernel/simd/spmm_panels.hpp>
#include <lacuna/kernel/x86/vendor.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// What a block of X takes of the first-level cache beside weights and sums that pass through.
/// Zen 4, 32 KB (cycles of multiply-adds for each that it took, seven products of 49 to 3136
/// columns): 2:4 + 2:8 0.86 at 28 KB for 0.81 at 40, 2:4 0.82 for 0.78, CSR at 1/2 0.80 for 0.77;
/// at 24 2:4, series and CSR at 1/2 have 0.99 of the speed, others the same (2026-12-01). Emerald
/// Rapids, 48 KB (16 products): 2:4 takes 3 % less time at 40 KB than at 28, CSR at 1/2 7 %. Zen 5,
/// 48 KB (14 products): 2:4, 2:8 and CSR at 1/2 take 3, 1 and 5 % less at 36 than at 28, and 3, -1
/// and 5 at 40.
[[nodiscard]] inline index_t l1_block() noexcept {
  return std::max(index_t{28 * 1024}, first_level_bytes() / 4 * 3);
}

/// The same of rows with few entries, whose blocks are longer: 1:8 0.62 for 0.60 at 28 KB.
inline constexpr index_t l1_long_block = 40 * 1024;

/// Rows of X whose widest strip is a block for the first-level cache.
template <class T, class Arch>
[[nodiscard]] index_t fitting_depth() noexcept {
  constexpr index_t widest = strip_width<T, Arch, row_pairs<T>::rows_per_tile>;
  return l1_block() / (widest * static_cast<index_t>(sizeof(T)));
}

/// Columns of a strip whose blocks fit the first-level cache; the widest where none are meant to.
template <class Arch, class T>
[[nodiscard]] index_t fitting_width(const row_pairs<T>& w) noexcept {
  constexpr index_t widest = strip_width<T, Arch, row_pairs<T>::rows_per_tile>;
  if (w.block > 4 * fitting_depth<T, Arch>()) return widest;
  const index_t fitting = l1_long_block / (w.block * static_cast<index_t>(sizeof(T)));
  return std::clamp(fitting / lanes<T, Arch> * lanes<T, Arch>, lanes<T, Arch>, widest);
}

/// Rows whose sums are put aside between blocks at most: enough to pay for copying a block of X,
/// few enough for the second-level cache.
inline constexpr index_t waiting_rows = 512;

namespace detail {

/// Whether less than half of the entries of paired rows share their positions.
template <class T>
[[nodiscard]] bool shares_little(const row_pairs<T>& w) noexcept {
  return 3 * w.values.size() < 4 * (w.k.size() - w.positions_behind);
}

/// How many pairs before their turn lines of Y are asked for: two are as fast, twelve 2 % slower.
/// 1:8 is 1.05 to 1.08 times as fast as without, 64x64x3136 1.4 times, 2:4 1.02 (Zen 5, 15 products
/// in turn with all other libraries, which leave Y in the third level at best).
inline constexpr index_t pairs_ahead = 4;

/// Block b of one panel; `aside` holds the sums of its rows. With each pair some of the rows of X
/// that are upcoming are asked for: nine layers of 784 to 12544 columns are 1.19 to 1.26 times as
/// fast in 1:8, 1.05 to 1.07 in 2:4 (Zen 5, in turn with all other libraries).
template <class Tile, class T, class Epilogue>
void spmm_part(const row_pairs<T>& w, index_t panel, index_t b, const strip<T>& s, T* aside,
               upcoming_rows<T> upcoming, const Epilogue& epilogue) noexcept {
  const auto& part = w.part_of(panel, b);
  const auto* p = w.pairs.data() + part.pair;
  const auto* const end = w.pairs.data() + w.part_of(panel, b + 1).pair;
  const std::uint16_t* k = w.k.data() + part.k;
  const T* values = w.values.data() + part.value;
  const rows_apart<T> row_of{s.x, s.ldx};
  const bool is_last = b + 1 == w.blocks();
  const auto row_of_y = [&](const auto& pair, index_t r)
                            LACUNA_INLINE_LAMBDA { return panel * w.rows_per_panel + pair.row[r]; };
  const index_t rows_a_pair = ceil_div(upcoming.count, std::max<index_t>(1, end - p));
  for (; p != end; ++p) {
    upcoming.template ask<Tile::width, 2>(rows_a_pair);
    if (is_last && end - p > pairs_ahead) {
      unroll<2>([&](auto r) LACUNA_INLINE_LAMBDA {
        constexpr index_t bytes = Tile::width * static_cast<index_t>(sizeof(T));
        prefetch_for_writing<bytes>(s.y + row_of_y(p[pairs_ahead], r) * s.ldy);
      });
    }
    Tile sums;
    if (b > 0) {
      unroll<2>([&](auto r) LACUNA_INLINE_LAMBDA {
        sums.template take_back<r>(aside + p->row[r] * Tile::width);
      });
    }
    sums.accumulate_pair(*p, k, values, row_of);
    unroll<2>([&](auto r) LACUNA_INLINE_LAMBDA {
      if (!is_last) return sums.template put_aside<r>(aside + p->row[r] * Tile::width);
      const index_t row = row_of_y(*p, r);
      if (row >= w.rows) return;
      sums.template store_row<r>(s.y + row * s.ldy, s.cols, position{row, s.col, s.cols, s.image},
                                 epilogue);
    });
  }
}

template <class Arch, index_t Vectors, bool Shuffles, class T, class Epilogue>
void spmm_narrowest(const row_pairs<T>& w, index_t b, index_t first, index_t last,
                    const strip<T>& s, const Epilogue& epilogue) noexcept {
  if constexpr (Vectors > 1) {
    if (s.cols <= (Vectors - 1) * lanes<T, Arch>) {
      return spmm_narrowest<Arch, Vectors - 1, Shuffles>(w, b, first, last, s, epilogue);
    }
  }
  using two_rows = pair_tile<T, Arch, Vectors, Shuffles>;
  const index_t panel_sums = w.rows_per_panel * two_rows::width;
  for (index_t panel = first; panel < last; ++panel) {
    T* const aside = s.aside == nullptr ? nullptr : s.aside + (panel - first) * panel_sums;
    spmm_part<two_rows>(w, panel, b, s, aside, s.upcoming.part(panel - first, last - first),
                        epilogue);
  }
}

}  // namespace detail

/// Block b of panels first ... last - 1 times a strip of at most strip_width<T, Arch, 2> columns,
/// whose first row is the block's first: sums wait in s.aside, from the first block on, until the
/// last stores Y = epilogue(W X). Rows of X must be readable for `cols` rounded up to whole
/// vectors, of Y only `cols` are written. s.aside: as many values a row, for up to waiting_rows
/// rows, on a vector's boundary; none is needed for a single block. Any split of the panels gives
/// bit-identical results.
template <class Arch, class T, class Epilogue>
void spmm_block(const row_pairs<T>& w, index_t b, index_t first, index_t last, const strip<T>& s,
                const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  LACUNA_EXPECTS(0 <= first && first <= last && last <= w.count());
  LACUNA_EXPECTS(0 <= b && b < w.blocks());
  LACUNA_EXPECTS(0 < s.cols && s.cols <= (strip_width<T, Arch, 2>));
  LACUNA_EXPECTS(w.blocks() == 1 ||
                 (s.aside != nullptr && (last - first) * w.rows_per_panel <= waiting_rows));
  constexpr index_t vectors = tile_vectors<Arch>(2);
  if constexpr (has_four_weights<T, Arch>) {
    if (detail::shares_little(w) && x86::is_amd()) {
      return detail::spmm_narrowest<Arch, vectors, true>(w, b, first, last, s, epilogue);
    }
  }
  detail::spmm_narrowest<Arch, vectors, false>(w, b, first, last, s, epilogue);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
