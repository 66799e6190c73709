// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/conv_window.hpp>
#include <lacuna/kernel/simd/batch.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Rows begin ... end - 1 of the strip of `pack_patches`, straight from the image, where output
/// rows are as long as input rows and the window moves by one pixel: a tap's row of the strip is
/// then a run of the plane, shifted, but for pixels in the padding, which are `outside`. Which
/// those are is the same for all channels, so each vector of pixels gets its mask once a tap.
/// Vectors may read neighbouring planes, never outside the image. Copying run by run took more than
/// half of a convolution's time on 14x14 and 7x7 images.
template <class Arch, class T>
void pack_shifted_patches(const T* image, index_t channels, index_t h, index_t w,
                          const conv_window& window, index_t pixel, index_t count, index_t width,
                          index_t begin, index_t end, T outside, T* strip) LACUNA_KERNEL_NOEXCEPT {
  using vector = simd::batch<T, Arch>;
  constexpr index_t lanes = simd::lanes<T, Arch>;
  constexpr index_t at_once = 8;  // vectors of a row that are copied before the next channel's
  const index_t size = channels * h * w;
  const vector zero(T(0));
  for (index_t row = begin; row < end;) {
    const index_t tap = row / channels;
    const index_t channel = row % channels;
    const index_t stop = std::min(channels, channel + end - row);
    const index_t ty = tap / window.kernel_w;
    const index_t tx = tap % window.kernel_w;
    const index_t shift = pixel + window.in_y(0, ty) * w + window.in_x(0, tx);
    index_t y = window.in_y(pixel / w, ty);
    index_t x = window.in_x(pixel % w, tx);
    const index_t row_end = window.in_x(w, tx);
    for (index_t first = 0; first < width; first += at_once * lanes) {
      const index_t run = std::min(at_once * lanes, width - first);
      T inside[static_cast<std::size_t>(at_once * lanes)] = {};
      for (index_t j = 0, n = 0; j < std::min(run, count - first); j += n) {
        n = std::min({row_end - x, run - j, count - first - j});
        const index_t from = std::clamp<index_t>(-x, 0, n);
        const index_t to = y < 0 || y >= h ? from : std::clamp<index_t>(w - x, from, n);
        std::fill(inside + j + from, inside + j + to, T(1));
        x += n;
        if (x == row_end) {
          x -= w;
          ++y;
        }
      }
      typename vector::batch_bool_type kept[static_cast<std::size_t>(at_once)];
      for (index_t v = 0; v * lanes < run; ++v) {
        kept[v] = vector::load_unaligned(inside + v * lanes) != zero;
      }
      index_t at = shift + first + channel * h * w;
      T* to = strip + (row - begin) * width + first;
      for (index_t c = channel; c < stop; ++c, at += h * w, to += width) {
        if (run % lanes == 0 && at >= 0 && at + run <= size) {
          for (index_t v = 0; v * lanes < run; ++v) {
            xsimd::select(kept[v], vector::load_unaligned(image + at + v * lanes), vector(outside))
                .store_unaligned(to + v * lanes);
          }
        } else {
          for (index_t j = 0; j < run; ++j) to[j] = inside[j] != T(0) ? image[at + j] : outside;
        }
      }
    }
    row += stop - channel;
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
