// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <type_traits>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/kernel/simd/spmm_row_pairs.hpp>
#include <lacuna/kernel/simd/spmm_window.hpp>
#include <lacuna/kernel/x86/vendor.hpp>
#include <lacuna/op/column_source.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Whether tiles of these panels go through X in blocks of its rows.
template <class Panels>
inline constexpr bool goes_by_blocks = false;
template <class T>
inline constexpr bool goes_by_blocks<kernel::row_pairs<T>> = true;

/// How often tiles read a row of X, on average.
template <class Panels>
[[nodiscard]] index_t row_uses(const Panels& w) {
  return w.depth == 0 ? 0 : w.values_before(w.count()) / (Panels::rows_per_tile * w.depth);
}

/// How columns are cut into strips: `width` of them each, but the first `wider` strips `more` more.
struct strip_cut {
  index_t width{1};
  index_t count{0};
  index_t wider{0};
  index_t more{1};

  /// First column of strip i; of the strip after the last: beyond all columns.
  [[nodiscard]] index_t first(index_t i) const noexcept {
    return i * width + std::min(i, wider) * more;
  }
  [[nodiscard]] index_t widest() const noexcept { return width + (wider > 0 ? more : 0); }
};

/// A few columns that are left over go one each to the full strips, where there are as many.
template <class Arch, class Panels>
[[nodiscard]] strip_cut cut_strips(const Panels& /*w*/, index_t cols, index_t /*threads*/ = 1) {
  constexpr index_t width =
      kernel::simd::strip_width<typename Panels::value_type, Arch, Panels::rows_per_tile>;
  const index_t full = cols / width;
  const index_t rest = cols % width;
  if (rest > 0 && rest <= full && rest <= kernel::simd::few_columns<Panels>) {
    return {width, full, rest};
  }
  return {width, full + (rest > 0 ? 1 : 0)};
}
/// Strips of equal width or a vector apart, none wider than a block of X fits the first-level cache
/// at: a narrow last one would cost each entry nearly as much as a wide one. As many for each
/// thread, where there are a few for each: eight for seven of 512x256x784 under stride 2 take two
/// threads 0.54 of one's time for 0.58 (2:8, Zen 5).
template <class Arch, class T>
[[nodiscard]] strip_cut cut_strips(const kernel::row_pairs<T>& w, index_t cols,
                                   index_t threads = 1) {
  constexpr index_t lanes = kernel::simd::lanes<T, Arch>;
  const index_t vectors = ceil_div(cols, lanes);
  index_t strips = ceil_div(cols, kernel::simd::fitting_width<Arch>(w));
  if (strips == 0) return {lanes, 0};
  if (strips > 2 * threads) strips = std::min(round_up(strips, threads), vectors);
  return {vectors / strips * lanes, strips, vectors % strips, lanes};
}

/// Whether copying strips of X (rows, width) saves time, where rows are `apart` bytes apart;
/// numbers at columns_of.
template <class Arch>
[[nodiscard]] bool strip_copies_pay(index_t uses, index_t rows, index_t width, index_t apart) {
  const index_t bytes = rows * width;
  const bool is_beyond_l1 = bytes > 24 * 1024;
  if constexpr (kernel::simd::registers<Arch> == 16) return uses >= (is_beyond_l1 ? 8 : 16);
  if (kernel::x86::is_zen_5()) {
    constexpr index_t second_level = 1024 * 1024;
    const index_t nearest = std::gcd(apart, kernel::first_level_turn);
    // What the rows would take if the sets that they meet in were all there are.
    const index_t crowd = nearest == kernel::first_level_turn ? 2 * second_level : rows * nearest;
    if (uses < 16) return uses >= 8 && crowd >= 2 * second_level;
    return crowd >= second_level || bytes > second_level / 2;
  }
  return !kernel::x86::is_amd() && uses >= 16 && is_beyond_l1;
}

/// The columns of `image_count` matrices X, `image_stride` values apart, for these panels: in place
/// where tiles can read them so (in the product's type, whole vectors or single columns at the end,
/// near enough for 32-bit offsets; `rows_are_padded` to whole vectors where they say so) unless
/// copying a strip pays, as rows of X far apart cost cache and TLB misses in every panel.
///
/// With 32 registers it does on Intel's processors from 16 uses of a row on where the strip is
/// beyond the first-level cache: on Emerald Rapids, nine products, dense ones on 49 and 196 columns
/// gain 4 to 6 % by copying, others are within 3 % since tiles look ahead; at 4 uses and fewer up
/// to half was lost. Zen 4 loses what copies cost, up to 6 % of such layers, and 4 to 12 % where
/// two threads each copy all of few strips. On Zen 5 strips beyond half a second level gain
/// (768x3072x128 at 1/2 1.2 to 1.3 times as fast), and rows a power of two apart, which meet in few
/// sets of both levels: by a number of KB that 4 divides, at 8 uses 1.1 to 1.2 and at 16 1.1 to 1.3
/// times as fast, 1024 rows 1 or 2 KB apart 1.08 to 1.17 at 16; at 4 uses copies cost as much as
/// they gain.
///
/// With 16 registers a row of X serves half as many multiply-adds and half of its last line belongs
/// to the next strip. On Zen 3 (AVX2, 8x8, 18 products, 2026-11-29) copying makes 768x3072x128 1.4
/// to 1.7 times as fast, others up to 1.5 from 8 uses on; at 4 uses it loses up to a fifth.
///
/// Tiles of row pairs go through blocks of X, which have no such misses, but load X for nearly
/// every multiply-add, and a load across two lines counts twice: they read in place whatever lies
/// on vectors' boundaries with rows that spread over the sets of the first-level cache or are few
/// enough for its ways (64x32x12544 takes 7 to 15 % less time). With 16 registers that too pays
/// below 16 uses only: copying takes 128x512x784 in 2:4 1.22 times as fast, 256x512x784 1.29.
template <class Arch, class T, class Panels, class X>
[[nodiscard]] matrix_columns<T, X> columns_of(const Panels& w, matrix_view<const X> x,
                                              index_t image_count = 1, index_t image_stride = 0,
                                              const x_zero<T>& zero = {},
                                              bool rows_are_padded = false) {
  matrix_columns<T, X> columns{x, image_count, image_stride, false, zero};
  if constexpr (std::is_same_v<T, X>) {
    const index_t width = cut_strips<Arch>(w, x.cols).width;
    const index_t rest = x.cols % width;
    const bool whole = rows_are_padded || rest % kernel::simd::lanes<T, Arch> == 0;
    const bool few = rest <= kernel::simd::few_columns<Panels>;
    const bool near = x.rows * x.row_stride <= std::numeric_limits<std::int32_t>::max();
    const bool copying_pays =
        x.cols > kernel::simd::few_columns<Panels> &&
        strip_copies_pay<Arch>(row_uses(w), w.word_rows(), width * index_t{sizeof(T)},
                               x.row_stride * index_t{sizeof(T)});
    columns.in_place = x.col_stride == 1 && (whole || few) && near && !copying_pays;
    if constexpr (goes_by_blocks<Panels>) {
      constexpr index_t vector = kernel::simd::lanes<T, Arch> * index_t{sizeof(T)};
      constexpr index_t turn = kernel::first_level_turn;
      constexpr index_t ways = 8;
      const index_t apart = x.row_stride * index_t{sizeof(T)};
      const index_t strip = width * index_t{sizeof(T)};
      const bool is_aligned = apart % vector == 0 &&
                              image_stride * index_t{sizeof(T)} % vector == 0 &&
                              reinterpret_cast<std::uintptr_t>(x.data) % vector == 0;
      const index_t nearest = std::gcd(apart, turn);
      const bool spreads = nearest <= strip || std::min(w.block, w.depth) * nearest <= ways * turn;
      const bool copies_pay = kernel::simd::registers<Arch> == 16 && row_uses(w) >= 16;
      columns.in_place = x.col_stride == 1 && whole && is_aligned && spreads && !copies_pay;
    }
  }
  return columns;
}

/// The patches of images `x` for these panels: read from planes by offsets where panels can and use
/// a row too seldom to pay for gathering it. Rows in planes lie far apart and cross cache lines,
/// which costs an entry 1 to 2 cycles, gathering a row 15 to 20; under a stride planes are laid out
/// in any case. Measured on Emerald Rapids, 8x8 on ResNet-50's 3x3 layers: by offset 64x576x3136 at
/// 1, 2 and 4 uses takes 0.82, 0.95 and 1.05 of the time, 256x2304x196 of stride 2 at 4, 8 and 16
/// uses 0.89, 0.98 and 1.07.
template <class T, class Panels, class X>
[[nodiscard]] patch_columns<T, X> patches_of(const Panels& w, tensor_view<const X> x,
                                             const conv_window& window,
                                             const x_zero<T>& zero = {}) {
  const index_t limit = window.stride == extents2(1) ? 3 : 8;
  const bool by_offset = kernel::simd::detail::reads_by_offset<Panels> && row_uses(w) < limit;
  return {x.data, x.extents, window, by_offset, zero};
}

}  // namespace lacuna::inline LACUNA_ABI::detail
