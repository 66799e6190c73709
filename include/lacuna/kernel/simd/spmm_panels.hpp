// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>

#include <lacuna/kernel/pack/mixed_panels.hpp>
#include <lacuna/kernel/pack/panels.hpp>
#include <lacuna/kernel/simd/tile.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Columns that one call of spmm_panels computes at most.
template <class T, class Arch, index_t Rows>
inline constexpr index_t strip_width = tile_vectors<Arch>(Rows) * lanes<T, Arch>;

namespace detail {

/// sums += panel p of w times x.
template <class Tile, class T, index_t Rows>
LACUNA_ALWAYS_INLINE void accumulate_panel(Tile& sums, const panels<T, Rows>& w, index_t p,
                                           const T* x, index_t ldx) noexcept {
  const index_t begin = w.offsets[static_cast<std::size_t>(p)];
  const index_t end = w.offsets[static_cast<std::size_t>(p) + 1];
  sums.accumulate(w.values.data() + begin * Rows, w.k.data() + begin, end - begin, x, ldx);
}
template <class Tile, class T, index_t Rows>
LACUNA_ALWAYS_INLINE void accumulate_panel(Tile& sums, const mixed_panels<T, Rows>& w, index_t p,
                                           const T* x, index_t ldx) noexcept {
  accumulate_panel(sums, w.shared, p, x, ldx);
  unroll<Rows>([&](auto r) LACUNA_INLINE_LAMBDA {
    if (p * Rows + r >= w.rows) return;
    const auto row = static_cast<std::size_t>(p * Rows + r);
    const index_t begin = w.single.offsets[row];
    sums.template accumulate_row<r>(w.single.values.data() + begin, w.single.k.data() + begin,
                                    w.single.offsets[row + 1] - begin, x, ldx);
  });
}

/// Rows of X that panels of one row go through at a time, 0 for all of them. A tile of one row uses
/// each value of X it loads once, so it runs at the speed of the cache that X comes from: blocks of
/// X that stay in the first level gain up to 1.35x where the whole strip does not fit. Below 12
/// entries a block and row, fetching and storing the sums costs more than that (measured on Emerald
/// Rapids).
template <class Arch, index_t Vectors, class T>
[[nodiscard]] index_t depth_block(const panels<T, 1>& w) noexcept {
  constexpr index_t l1_share = 32 * 1024;
  constexpr index_t row = Vectors * lanes<T, Arch> * static_cast<index_t>(sizeof(T));
  constexpr index_t fitting = l1_share / row / panels<T, 1>::k_step * panels<T, 1>::k_step;
  if (w.cuts.empty() || fitting == 0 || w.depth <= fitting) return 0;
  return w.entries() >= 12 * w.count() * ceil_div(w.depth, fitting) ? fitting : 0;
}

/// spmm_strip in blocks of `block` rows of X; sums wait on the stack, 128 rows at a time, which is
/// enough to pay for loading the block. Every sum is taken in the same order as without blocks.
template <class Arch, index_t Vectors, class T, class Epilogue>
void spmm_depth_blocks(const panels<T, 1>& w, index_t block, index_t first, index_t last,
                       const T* x, index_t ldx, index_t cols, T* y, index_t ldy, position at,
                       const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  constexpr index_t rows = 128;
  constexpr index_t width = tile<T, Arch, 1, Vectors>::width;
  constexpr index_t k_step = panels<T, 1>::k_step;
  alignas(64) T aside[static_cast<std::size_t>(rows * width)];
  for (index_t chunk = first; chunk < last; chunk += rows) {
    const index_t end = std::min(chunk + rows, last);
    for (index_t k = 0; k < w.depth; k += block) {
      for (index_t p = chunk; p < end; ++p) {
        tile<T, Arch, 1, Vectors> sums;
        T* const waiting = aside + (p - chunk) * width;
        if (k > 0) sums.take_back(waiting);
        const index_t e = w.cut(p, k / k_step);
        sums.accumulate(w.values.data() + e, w.k.data() + e, w.cut(p, (k + block) / k_step) - e, x,
                        ldx);
        if (k + block < w.depth) {
          sums.put_aside(waiting);
        } else {
          sums.store(y + p * ldy, ldy, 1, cols, position{p, at.col, cols, at.image}, epilogue);
        }
      }
    }
  }
}

template <class Arch, index_t Vectors, class Panels, class T, class Epilogue>
void spmm_strip(const Panels& w, index_t first, index_t last, const T* x, index_t ldx, index_t cols,
                T* y, index_t ldy, position at, const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  constexpr index_t rows = Panels::rows_per_panel;
  if constexpr (std::is_same_v<Panels, panels<T, 1>>) {
    if (const index_t block = depth_block<Arch, Vectors>(w); block > 0) {
      return spmm_depth_blocks<Arch, Vectors>(w, block, first, last, x, ldx, cols, y, ldy, at,
                                              epilogue);
    }
  }
  for (index_t p = first; p < last; ++p) {
    const index_t row = p * rows;
    tile<T, Arch, rows, Vectors> sums;
    accumulate_panel(sums, w, p, x, ldx);
    sums.store(y + row * ldy, ldy, std::min(rows, w.rows - row), cols,
               position{row, at.col, cols, at.image}, epilogue);
  }
}

/// Picks the narrowest tile that covers the columns.
template <class Arch, index_t Vectors, class Panels, class... Rest>
void spmm_narrowest(index_t cols, const Panels& w, Rest&&... rest) LACUNA_KERNEL_NOEXCEPT {
  using T = typename Panels::value_type;
  if constexpr (Vectors > 1) {
    if (cols <= (Vectors - 1) * lanes<T, Arch>) {
      return spmm_narrowest<Arch, Vectors - 1>(cols, w, rest...);
    }
  }
  spmm_strip<Arch, Vectors>(w, rest...);
}
}  // namespace detail

/// One strip of Y = epilogue(W X): panels first ... last - 1, `cols` columns.
///
/// x      row k of X at x + k * ldx, readable for `cols` rounded up to whole vectors
/// y      row i of Y at y + i * ldy; only `cols` columns are written
/// at     where the strip stands: `col` and `image` are passed on to the epilogue
/// cols   1 ... strip_width<T, Arch, Rows>
///
/// Every output is summed in the order of the panel's entries, whatever the strip and panel range,
/// so any split of the work gives bit-identical results.
template <class Arch, class Panels, class T, class Epilogue>
void spmm_panels(const Panels& w, index_t first, index_t last, const T* x, index_t ldx,
                 index_t cols, T* y, index_t ldy, position at,
                 const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  LACUNA_EXPECTS(0 <= first && first <= last && last <= w.count());
  LACUNA_EXPECTS(0 < cols && cols <= (strip_width<T, Arch, Panels::rows_per_panel>));
  detail::spmm_narrowest<Arch, tile_vectors<Arch>(Panels::rows_per_panel)>(
      cols, w, first, last, x, ldx, cols, y, ldy, at, epilogue);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
