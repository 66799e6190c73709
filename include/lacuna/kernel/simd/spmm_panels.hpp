// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

template <class Arch, index_t Vectors, class Panels, class T, class Epilogue>
void spmm_strip(const Panels& w, index_t first, index_t last, const T* x, index_t ldx, index_t cols,
                T* y, index_t ldy, position at, const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  constexpr index_t rows = Panels::rows_per_panel;
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
