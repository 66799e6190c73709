// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/kernel/pack/shifted_planes.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Gathers `width` patches, those under output pixel `pixel` and after, from planes over `rows`
/// output rows: strip (taps * channels, width), row k = tap * channels + c holding that tap's input
/// for every pixel, and whatever lies behind the planes beyond them. This is im2col for one
/// register tile's columns only, so the patch matrix as a whole never exists. `pixel` counts from
/// the first that is laid out, `width` is whole vectors.
template <class Arch, class T>
void pack_patches(const shifted_planes& layout, const conv_window& window, const T* planes,
                  index_t rows, index_t pixel, index_t width, T* strip) LACUNA_KERNEL_NOEXCEPT {
  using vector = simd::batch<T, Arch>;
  constexpr index_t lanes = simd::lanes<T, Arch>;
  LACUNA_EXPECTS(pixel >= 0 && width % lanes == 0);
  // Some channels at a time, so that all taps find their planes in the first-level cache; taps
  // outside, so that rows are written one after the other: a tap's rows lie a multiple of 4 KB
  // apart.
  constexpr index_t block = 32;
  const index_t channel = layout.channel(rows);
  for (index_t begin = 0; begin < layout.channels(); begin += block) {
    const index_t end = std::min(begin + block, layout.channels());
    T* tap = strip + begin * width;
    for (index_t ty = 0; ty < window.kernel_h; ++ty) {
      for (index_t tx = 0; tx < window.kernel_w; ++tx, tap += layout.channels() * width) {
        const T* from = planes + begin * channel + layout.tap_offset(ty, tx, rows) + pixel;
        T* to = tap;
        for (index_t c = begin; c < end; ++c, from += channel, to += width) {
          for (index_t j = 0; j < width; j += lanes) {
            vector::load_unaligned(from + j).store_unaligned(to + j);
          }
        }
      }
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
