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

/// Sixteen rows of sums, Tiles * 16 columns, in tile registers 0 ... Tiles - 1 and then in memory.
template <class Arch, class T, index_t Tiles>
class tile_sums {
 public:
  using sum = accumulator_t<T>;
  using word_batch = batch<std::int32_t, Arch>;
  using sum_batch = batch<sum, Arch>;
  static_assert(lanes<sum, Arch> == tile_columns && sizeof(sum) == 4);

  tile_sums(const tile_panels<T>& w, const std::int32_t* x, const std::int32_t* offsets) noexcept
      : w_(w), x_(x), offsets_(offsets) {}

  /// Gathers what the first tile of a panel needs of X: before the sums of the panel before it are
  /// stored, as a tile can't be loaded from stores that are still on their way.
  LACUNA_ALWAYS_INLINE void begin(index_t panel) noexcept {
    const index_t first = w_.offsets[static_cast<std::size_t>(panel)];
    gather_tile(first, w_.offsets[static_cast<std::size_t>(panel) + 1], panel, 0);
  }
  /// sums = the panel's product. Each tile's part of X is gathered before the tile before it is
  /// multiplied, for the same reason.
  LACUNA_ALWAYS_INLINE void multiply(index_t panel) noexcept {
    const index_t first = w_.offsets[static_cast<std::size_t>(panel)];
    const index_t last = w_.offsets[static_cast<std::size_t>(panel) + 1];
    unroll<Tiles>([](auto c) LACUNA_INLINE_LAMBDA { x86::tile_zero<int{c}>(); });
    const T* values = w_.values.data() + first * tile_panels<T>::tile_values;
    for (index_t t = first; t < last; ++t, values += tile_panels<T>::tile_values) {
      const index_t now = (t - first) % 2;
      gather_tile(t + 1, last, panel, 1 - now);
      x86::tile_load<4>(values, 64);
      unroll<Tiles>([&](auto c) LACUNA_INLINE_LAMBDA {
        constexpr int tile = 6 + c % 2;
        x86::tile_load<tile>(gathered_[now][c], 64);
        x86::tile_dot_add<int{c}, 4, tile>(T{});
      });
    }
    unroll<Tiles>([&](auto c) LACUNA_INLINE_LAMBDA { x86::tile_store<int{c}>(sums_[c], 64); });
  }
  [[nodiscard]] LACUNA_ALWAYS_INLINE sum_batch row(index_t r, index_t tile) const noexcept {
    return sum_batch::load_aligned(sums_[tile] + r * tile_columns);
  }

 private:
  static constexpr index_t groups = tile_panels<T>::tile_groups;

  /// The groups of tile t, where it is one; a last tile's are fewer, and whatever is left in its
  /// other rows meets weights of zero.
  LACUNA_ALWAYS_INLINE void gather_tile(index_t t, index_t last, index_t panel,
                                        index_t into) noexcept {
    const std::int32_t* const k = w_.k.data() + t * groups;
    if (t + 1 < last) {
      unroll<groups>([&](auto e) LACUNA_INLINE_LAMBDA { gather(k[e], e, into); });
    } else if (t < last) {
      const index_t count = w_.last_groups[static_cast<std::size_t>(panel)];
      for (index_t e = 0; e < count; ++e) gather(k[e], e, into);
    }
  }
  LACUNA_ALWAYS_INLINE void gather(std::int32_t k, index_t e, index_t into) noexcept {
    const std::int32_t* const from = x_ + offsets_[k];
    unroll<Tiles>([&](auto c) LACUNA_INLINE_LAMBDA {
      word_batch::load_unaligned(from + c * tile_columns)
          .store_aligned(gathered_[into][c] + e * tile_columns);
    });
  }

  const tile_panels<T>& w_;
  const std::int32_t* x_;
  const std::int32_t* offsets_;
  alignas(64) std::int32_t gathered_[2][static_cast<std::size_t>(Tiles)][16 * 16] = {};
  alignas(64) sum sums_[static_cast<std::size_t>(Tiles)][16 * 16];
};

/// Stores a row's results: `Whole` where all lanes of all tiles are neighbours in Y.
template <bool Whole, index_t Tiles, class Sums, class T, class Y, class Epilogue>
LACUNA_ALWAYS_INLINE void store_tile_row(const Sums& sums, index_t r, index_t row, T start,
                                         const tile_strip<Y>& strip,
                                         const Epilogue& epilogue) noexcept {
  using sum_batch = typename Sums::sum_batch;
  Y* const y = strip.y + row * strip.ldy;
  unroll<Tiles>([&](auto c) LACUNA_INLINE_LAMBDA {
    const tile_part& part = strip.parts[static_cast<std::size_t>(c)];
    sum_batch result = sums.row(r, c);
    if constexpr (std::is_integral_v<T>) result += sum_batch(start);
    if constexpr (Whole) {
      const index_t col = strip.parts[0].col + c * tile_columns;
      store_result(epilogue(result, position{row, col, tile_columns, strip.image}), y + col,
                   tile_columns);
    } else if (part.count > 0) {
      if (part.count < tile_columns) result = x86::compress_lanes(result, part.lanes);
      store_result(epilogue(result, position{row, part.col, part.count, strip.image}), y + part.col,
                   part.count);
    }
  });
}

template <class Arch, index_t Tiles, class T, class Y, class Epilogue>
void spmm_tile_strip(const tile_panels<T>& w, index_t first, index_t last,
                     const tile_strip<Y>& strip, const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  if constexpr (Tiles > 1) {
    if (strip.tiles < Tiles) {
      return spmm_tile_strip<Arch, Tiles - 1>(w, first, last, strip, epilogue);
    }
  }
  bool whole = true;
  for (index_t c = 0; c < Tiles; ++c) {
    whole = whole && strip.parts[static_cast<std::size_t>(c)].count == tile_columns;
  }
  tile_sums<Arch, T, Tiles> sums(w, strip.x, strip.offsets);
  if (first < last) sums.begin(first);
  for (index_t p = first; p < last; ++p) {
    sums.multiply(p);
    if (p + 1 < last) sums.begin(p + 1);
    for (index_t half = 0; half < 2; ++half) {
      const index_t row = w.first_rows[static_cast<std::size_t>(2 * p + half)];
      const index_t rows = std::min(w.half_rows, w.rows - row);
      for (index_t i = 0; i < rows; ++i) {
        const index_t r = half * w.half_rows + i;
        accumulator_t<T> start(0);
        if constexpr (std::is_integral_v<T>) {
          // Modulo 2^32, as the sums themselves.
          const std::int32_t sum = w.row_sums[static_cast<std::size_t>(p * w.rows_per_panel + r)];
          start = static_cast<std::int32_t>(0U - static_cast<std::uint32_t>(strip.x_zero) *
                                                     static_cast<std::uint32_t>(sum));
        }
        if (whole) {
          store_tile_row<true, Tiles>(sums, r, row + i, start, strip, epilogue);
        } else {
          store_tile_row<false, Tiles>(sums, r, row + i, start, strip, epilogue);
        }
      }
    }
  }
}

}  // namespace detail

/// One strip of Y = epilogue(W (X - x_zero)), panels first ... last - 1, by tile instructions; the
/// thread's tiles must be configured (`x86::tiles_in_use`). Sums of int8 are exact modulo 2^32, as
/// those of `spmm_panels`. Those of bfloat16 are of floats, rounded after every addition in the
/// order of k, even and odd rows of X apart, denormals zero; W and X must be finite, as values that
/// W does not store may be multiplied as zero. (Intel SDM, TDPBUSD and TDPBF16PS)
///
/// A tile takes 16 groups of rows of X, wherever they lie, only from one run of memory: 16 loads
/// and 16 stores for each 16 columns, at one store a cycle as long as multiplying them takes. Hence
/// the pairs of `tile_panels`.
template <class Arch, class T, class Y, class Epilogue>
void spmm_tile_panels(const tile_panels<T>& w, index_t first, index_t last,
                      const tile_strip<Y>& strip, const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  static_assert(std::is_same_v<Y, epilogue_result_t<Epilogue, accumulator_t<T>>>);
  LACUNA_EXPECTS(0 <= first && first <= last && last <= w.count());
  LACUNA_EXPECTS(0 < strip.tiles && strip.tiles * tile_columns <= tile_strip_width);
  detail::spmm_tile_strip<Arch, tile_strip_width / tile_columns>(w, first, last, strip, epilogue);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd

#endif
