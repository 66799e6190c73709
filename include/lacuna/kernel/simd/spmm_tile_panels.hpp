// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>

#include <lacuna/core/contract.hpp>
#include <lacuna/kernel/epilogue_result.hpp>
#include <lacuna/kernel/pack/tile_panels.hpp>
#include <lacuna/kernel/position.hpp>
#include <lacuna/kernel/simd/store_narrow.hpp>
#include <lacuna/kernel/simd/unroll.hpp>
#include <lacuna/kernel/x86/amx.hpp>

#if LACUNA_AMX

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Columns of a tile, and of as many tiles as one call of spmm_tile_panels computes at most.
inline constexpr index_t tile_columns = 16;
inline constexpr index_t tile_strip_width = 64;

/// Which columns of Y a tile's sixteen are.
struct tile_part {
  std::uint16_t lanes{0};  ///< that are columns of Y; they go to the following ones
  index_t col{0};          ///< of Y, the first of them
  index_t count{0};        ///< how many they are
};

/// Up to 64 neighbours in X of which some are columns of Y, and where the results go.
template <class Y>
struct tile_strip {
  /// Group g of rows of X starts at x + offsets[g], a word a column; whole tiles of columns are
  /// readable there.
  const std::int32_t* x{nullptr};
  const std::int32_t* offsets{nullptr};
  std::int32_t x_zero{0};  ///< the byte that stands for 0: 128 for signed X
  index_t tiles{0};        ///< tiles of columns
  std::array<tile_part, tile_strip_width / tile_columns> parts;
  Y* y{nullptr};  ///< column 0 of row 0
  index_t ldy{0};
  index_t image{0};
};

namespace detail {

/// Sixteen rows of sums, Tiles * 16 columns, held in tile registers 0 ... Tiles - 1.
template <class Arch, class T, index_t Tiles>
class tile_sums {
 public:
  using word_batch = batch<std::int32_t, Arch>;
  static_assert(lanes<std::int32_t, Arch> == tile_columns);

  /// sums = the product of tiles first ... last - 1. What a tile needs of X is gathered before the
  /// tile before it is multiplied: a tile can't be loaded from stores that are still on their way.
  LACUNA_ALWAYS_INLINE void multiply(const tile_panels<T>& w, index_t first, index_t last,
                                     const std::int32_t* x, const std::int32_t* offsets) noexcept {
    unroll<Tiles>([](auto c) LACUNA_INLINE_LAMBDA { x86::tile_zero<int{c}>(); });
    const std::int32_t* k = w.k.data() + first * groups;
    const T* values = w.values.data() + first * tile_panels<T>::tile_values;
    if (first < last) gather(x, offsets, k, gathered_[0]);
    for (index_t t = first; t < last; ++t, values += tile_panels<T>::tile_values) {
      const index_t now = (t - first) % 2;
      k += groups;
      if (t + 1 < last) gather(x, offsets, k, gathered_[1 - now]);
      x86::tile_load<4>(values, 64);
      unroll<Tiles>([&](auto c) LACUNA_INLINE_LAMBDA {
        constexpr int tile = 6 + c % 2;
        x86::tile_load<tile>(gathered_[now][c], 64);
        x86::tile_dot_add<int{c}, 4, tile>(T{});
      });
    }
    unroll<Tiles>([&](auto c)
                      LACUNA_INLINE_LAMBDA { x86::tile_store<int{c}>(gathered_[0][c], 64); });
  }

  [[nodiscard]] LACUNA_ALWAYS_INLINE word_batch row(index_t r, index_t tile) const noexcept {
    return word_batch::load_aligned(gathered_[0][tile] + r * tile_columns);
  }

 private:
  static constexpr index_t groups = tile_panels<T>::tile_groups;
  using tiles = std::int32_t[static_cast<std::size_t>(Tiles)][16 * 16];

  LACUNA_ALWAYS_INLINE static void gather(const std::int32_t* x, const std::int32_t* offsets,
                                          const std::int32_t* k, tiles& to) noexcept {
    unroll<groups>([&](auto e) LACUNA_INLINE_LAMBDA {
      const std::int32_t* const from = x + offsets[k[e]];
      unroll<Tiles>([&](auto c) LACUNA_INLINE_LAMBDA {
        word_batch::load_unaligned(from + c * tile_columns).store_aligned(to[c] + e * tile_columns);
      });
    });
  }

  alignas(64) tiles gathered_[2];
};

template <class Arch, index_t Tiles, class T, class Y, class Epilogue>
void spmm_tile_strip(const tile_panels<T>& w, index_t first, index_t last,
                     const tile_strip<Y>& strip, const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  if constexpr (Tiles > 1) {
    if (strip.tiles < Tiles) {
      return spmm_tile_strip<Arch, Tiles - 1>(w, first, last, strip, epilogue);
    }
  }
  using word_batch = batch<std::int32_t, Arch>;
  tile_sums<Arch, T, Tiles> sums;
  for (index_t p = first; p < last; ++p) {
    sums.multiply(w, w.offsets[static_cast<std::size_t>(p)],
                  w.offsets[static_cast<std::size_t>(p) + 1], strip.x, strip.offsets);
    for (index_t r = 0; r < w.rows_per_panel; ++r) {
      const index_t row =
          w.first_rows[static_cast<std::size_t>(2 * p + r / w.half_rows)] + r % w.half_rows;
      if (row >= w.rows) continue;
      // Modulo 2^32, as the sums themselves.
      const auto row_sum = static_cast<std::uint32_t>(
          w.row_sums[static_cast<std::size_t>(p * w.rows_per_panel + r)]);
      const word_batch start(
          static_cast<std::int32_t>(0U - static_cast<std::uint32_t>(strip.x_zero) * row_sum));
      unroll<Tiles>([&](auto c) LACUNA_INLINE_LAMBDA {
        const tile_part& part = strip.parts[static_cast<std::size_t>(c)];
        if (part.count < 1) return;
        word_batch result = sums.row(r, c) + start;
        if (part.count < tile_columns) result = x86::compress_lanes(result, part.lanes);
        store_narrow(epilogue(result, position{row, part.col, part.count, strip.image}),
                     strip.y + row * strip.ldy + part.col, part.count);
      });
    }
  }
}

}  // namespace detail

/// One strip of Y = epilogue(W (X - x_zero)), panels first ... last - 1, by tile instructions; the
/// thread's tiles must be configured (`x86::tiles_in_use`). Sums are exact modulo 2^32, as those of
/// `spmm_dot_panels`.
///
/// A tile takes 16 groups of rows of X, wherever they lie, only from one run of memory: 16 loads
/// and 16 stores for each 16 columns, at one store a cycle as long as multiplying them takes. Hence
/// the pairs of `tile_panels`.
template <class Arch, class T, class Y, class Epilogue>
void spmm_tile_panels(const tile_panels<T>& w, index_t first, index_t last,
                      const tile_strip<Y>& strip, const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  static_assert(std::is_same_v<Y, epilogue_result_t<Epilogue, std::int32_t>>);
  LACUNA_EXPECTS(0 <= first && first <= last && last <= w.count());
  LACUNA_EXPECTS(0 < strip.tiles && strip.tiles * tile_columns <= tile_strip_width);
  detail::spmm_tile_strip<Arch, tile_strip_width / tile_columns>(w, first, last, strip, epilogue);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd

#endif
