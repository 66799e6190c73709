// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include <lacuna/core/contract.hpp>
#include <lacuna/kernel/epilogue_result.hpp>
#include <lacuna/kernel/pack/dot_panels.hpp>
#include <lacuna/kernel/simd/dot_tile.hpp>
#include <lacuna/kernel/simd/tile.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Columns that one call of spmm_dot_panels computes at most.
template <class Arch, index_t Rows>
inline constexpr index_t dot_strip_width = tile_vectors<Arch>(Rows) * lanes<std::int32_t, Arch>;

/// Columns up to which panels of Rows rows lie along the lanes: below, a vector's broadcasts cost
/// more than the columns'. 0 where no batch has Rows lanes.
template <index_t Rows>
inline constexpr index_t dot_columns_limit =
    std::is_void_v<xsimd::make_sized_batch_t<std::int32_t, static_cast<std::size_t>(Rows)>> ? 0 : 4;

/// Words between a strip's groups of rows of X, for `cols` columns.
template <class Arch, index_t Rows>
[[nodiscard]] constexpr index_t dot_strip_stride(index_t cols) noexcept {
  return cols <= dot_columns_limit<Rows> ? cols : round_up(cols, lanes<std::int32_t, Arch>);
}

namespace detail {
template <class Tile, class T, index_t Rows, class Y, class Epilogue>
void spmm_dot_strip(const dot_panels<T, Rows>& w, index_t first, index_t last,
                    const std::int32_t* x, index_t ldx, std::int32_t x_zero, index_t cols, Y* y,
                    index_t ldy, position at, const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  for (index_t p = first; p < last; ++p) {
    const index_t row = p * Rows;
    alignas(64) std::int32_t start[static_cast<std::size_t>(Rows)];
    for (index_t r = 0; r < Rows; ++r) {
      // Modulo 2^32, as the sums themselves.
      const auto sum = static_cast<std::uint32_t>(w.row_sums[static_cast<std::size_t>(row + r)]);
      start[r] = static_cast<std::int32_t>(0U - static_cast<std::uint32_t>(x_zero) * sum);
    }
    const index_t begin = w.offsets[static_cast<std::size_t>(p)];
    const index_t end = w.offsets[static_cast<std::size_t>(p) + 1];
    Tile sums(start);
    sums.accumulate(w.values.data() + begin * Rows * dot_panels<T, Rows>::group, w.k.data() + begin,
                    end - begin, x, ldx);
    sums.store(y + row * ldy, ldy, std::min(Rows, w.rows - row), cols,
               position{row, at.col, cols, at.image}, epilogue);
  }
}

/// Picks the narrowest tile that covers the columns.
template <class Arch, index_t Vectors, class T, index_t Rows, class... Rest>
void spmm_dot_narrowest(index_t cols, const dot_panels<T, Rows>& w,
                        Rest&&... rest) LACUNA_KERNEL_NOEXCEPT {
  if constexpr (Vectors > 1) {
    if (cols <= (Vectors - 1) * lanes<std::int32_t, Arch>) {
      return spmm_dot_narrowest<Arch, Vectors - 1>(cols, w, rest...);
    }
  }
  spmm_dot_strip<dot_tile<Arch, Rows, Vectors>>(w, rest...);
}
template <class Arch, index_t Cols, class T, index_t Rows, class... Rest>
void spmm_dot_columns(index_t cols, const dot_panels<T, Rows>& w,
                      Rest&&... rest) LACUNA_KERNEL_NOEXCEPT {
  if constexpr (Cols > 1) {
    if (cols < Cols) return spmm_dot_columns<Arch, Cols - 1>(cols, w, rest...);
  }
  spmm_dot_strip<dot_columns<Arch, Rows, Cols>>(w, rest...);
}
}  // namespace detail

/// One strip of Y = epilogue(W (X - x_zero)): panels first ... last - 1, `cols` columns.
///
/// x       X in words as `pack_dot_columns` and `pack_dot_patches` leave it: unsigned bytes, group
/// g
///         of rows at x + g * ldx, readable for dot_strip_stride(cols) words
/// x_zero  the byte that stands for 0: 128 for signed X, whose bytes are offset by it
/// y       row i of Y at y + i * ldy, int32 or what the epilogue makes; only `cols` columns are
///         written
/// cols    1 ... dot_strip_width<Arch, Rows>
///
/// Sums are exact modulo 2^32, so every split of the work and every instruction set gives equal
/// bits.
template <class Arch, class T, index_t Rows, class Y, class Epilogue>
void spmm_dot_panels(const dot_panels<T, Rows>& w, index_t first, index_t last,
                     const std::int32_t* x, index_t ldx, std::int32_t x_zero, index_t cols, Y* y,
                     index_t ldy, position at, const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  static_assert(std::is_same_v<Y, epilogue_result_t<Epilogue, std::int32_t>>);
  LACUNA_EXPECTS(0 <= first && first <= last && last <= w.count());
  LACUNA_EXPECTS(0 < cols && cols <= (dot_strip_width<Arch, Rows>));
  if constexpr (dot_columns_limit < Rows >> 0) {
    if (cols <= dot_columns_limit<Rows>) {
      return detail::spmm_dot_columns<Arch, dot_columns_limit<Rows>>(
          cols, w, first, last, x, ldx, x_zero, cols, y, ldy, at, epilogue);
    }
  }
  detail::spmm_dot_narrowest<Arch, tile_vectors<Arch>(Rows)>(cols, w, first, last, x, ldx, x_zero,
                                                             cols, y, ldy, at, epilogue);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
