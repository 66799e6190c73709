// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>

#include <lacuna/core/conv_window.hpp>
#include <lacuna/kernel/pack/columns.hpp>
#include <lacuna/kernel/pack/shifted_patches.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Copies the patches under output pixels pixel ... pixel + count - 1 of one image (c, h, w) to a
/// strip (taps * c, width) in the type T of the product: row (ty * kernel_w + tx) * c + channel
/// holds that tap's input for every pixel, zero in the padding and beyond `count`. This is im2col
/// for one register tile's columns only, so the patch matrix as a whole never exists.
template <class Arch, class T, class X>
void pack_patches(const X* image, index_t channels, index_t h, index_t w, const conv_window& window,
                  index_t pixel, index_t count, index_t width, T* strip) LACUNA_KERNEL_NOEXCEPT {
  const index_t out_w = window.out_w(w);
  LACUNA_EXPECTS(count <= width && pixel + count <= out_w * window.out_h(h));
  if constexpr (std::is_same_v<T, X> && std::is_floating_point_v<T>) {
    if (window.stride == extents2(1) && out_w == w) {
      return pack_shifted_patches<Arch>(image, channels, h, w, window, pixel, count, width, strip);
    }
  }
  const index_t stride = window.stride.w;

  for (index_t ty = 0; ty < window.kernel_h; ++ty) {
    for (index_t tx = 0; tx < window.kernel_w; ++tx) {
      T* const rows = strip + (ty * window.kernel_w + tx) * channels * width;
      // One run for each output row that the strip touches: pixels that are neighbours in the
      // output are `stride` apart in the input. Of a run, [first, last) lies inside the image.
      for (index_t done = 0; done < count;) {
        const index_t y = (pixel + done) / out_w;
        const index_t x = (pixel + done) % out_w;
        const index_t run = std::min(count - done, out_w - x);
        const index_t in_y = window.in_y(y, ty);
        const index_t in_x = window.in_x(x, tx);
        const bool inside = in_y >= 0 && in_y < h && in_x < w;
        const index_t first = !inside     ? run
                              : in_x >= 0 ? 0
                                          : std::min(run, ceil_div(-in_x, stride));
        const index_t last = !inside ? run : std::clamp((w - 1 - in_x) / stride + 1, first, run);
        const X* const from = inside ? image + in_y * w : image;
        for (index_t c = 0; c < channels; ++c) {
          T* const to = rows + c * width + done;
          std::fill(to, to + first, T(0));
          if (first < last) {
            copy_strided(from + c * h * w + in_x + first * stride, stride, last - first,
                         to + first);
          }
          std::fill(to + last, to + run, T(0));
        }
        done += run;
      }
      for (index_t c = 0; c < channels; ++c) {
        std::fill(rows + c * width + count, rows + (c + 1) * width, T(0));
      }
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
