// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/conv_window.hpp>
#include <lacuna/kernel/simd/batch.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// The strip of `pack_patches`, straight from the image, where output rows are as long as input rows and the window moves by one pixel: a
/// tap's row of the strip is then a run of the plane, shifted, but for pixels in the padding. Which
/// those are is the same for all channels, so each vector of pixels gets its mask once a tap.
/// Vectors may read neighbouring planes, never outside the image. Copying run by run took more than
/// half of a convolution's time on 14x14 and 7x7 images.
template <class Arch, class T>
void pack_shifted_patches(const T* image, index_t channels, index_t h, index_t w,
                          const conv_window& window, index_t pixel, index_t count, index_t width,
                          T* strip) LACUNA_KERNEL_NOEXCEPT {
  using vector = simd::batch<T, Arch>;
  constexpr index_t lanes = simd::lanes<T, Arch>;
  const index_t size = channels * h * w;
  for (index_t ty = 0; ty < window.kernel_h; ++ty) {
    for (index_t tx = 0; tx < window.kernel_w; ++tx) {
      T* const rows = strip + (ty * window.kernel_w + tx) * channels * width;
      const index_t shift = pixel + window.in_y(0, ty) * w + window.in_x(0, tx);
      index_t y = window.in_y(pixel / w, ty);
      index_t x = window.in_x(pixel % w, tx);
      const index_t row_end = window.in_x(w, tx);
      for (index_t first = 0; first < width; first += lanes) {
        const index_t run = std::min(lanes, width - first);
        T inside[static_cast<std::size_t>(lanes)] = {};
        for (index_t j = 0; j < std::min(run, count - first); ++j) {
          inside[j] = y >= 0 && y < h && x >= 0 && x < w ? T(1) : T(0);
          if (++x == row_end) {
            x -= w;
            ++y;
          }
        }
        const vector zero(T(0));
        const auto kept = vector::load_unaligned(inside) != zero;
        index_t at = shift + first;
        T* to = rows + first;
        for (index_t c = 0; c < channels; ++c, at += h * w, to += width) {
          if (run == lanes && at >= 0 && at + lanes <= size) {
            xsimd::select(kept, vector::load_unaligned(image + at), zero).store_unaligned(to);
          } else {
            for (index_t j = 0; j < run; ++j) to[j] = inside[j] != T(0) ? image[at + j] : T(0);
          }
        }
      }
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
