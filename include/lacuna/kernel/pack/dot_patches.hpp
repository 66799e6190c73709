// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include <lacuna/core/conv_window.hpp>
#include <lacuna/kernel/pack/dot_columns.hpp>
#include <lacuna/kernel/pack/stride_phases.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Most columns that `pack_dot_patches` packs at once.
inline constexpr index_t dot_patch_columns = 128;

namespace detail {

/// Where the pixels of a strip lie in a plane of the tap's phase, for one tap: offset[j] from the
/// plane's start, and keep[j] all ones, or 0 where the pixel is padding
/// and has no offset.
struct patch_pixels {
  alignas(64) std::int32_t offset[static_cast<std::size_t>(dot_patch_columns)];
  alignas(64) std::int32_t keep[static_cast<std::size_t>(dot_patch_columns)];

  patch_pixels(const conv_window& window, index_t h, index_t w, index_t ty, index_t tx,
               index_t pixel, index_t count, index_t width) noexcept {
    const index_t out_w = window.out_w(w);
    const index_t plane_w = ceil_div(w, window.stride.w);
    const index_t up = phase_offset(window.in_y(0, ty), window.stride.h).at;
    const index_t left = phase_offset(window.in_x(0, tx), window.stride.w).at;
    std::fill_n(keep, width, 0);
    // A run for each output row that the strip touches; [first, last) of it lies inside the image.
    for (index_t j = 0; j < count;) {
      const index_t y = (pixel + j) / out_w;
      const index_t x = (pixel + j) % out_w;
      const index_t run = std::min(count - j, out_w - x);
      const index_t in_y = window.in_y(y, ty);
      const index_t in_x = window.in_x(x, tx);
      const auto start = static_cast<std::int32_t>((y + up) * plane_w + x + left);
      if (in_y >= 0 && in_y < h && in_x < w) {
        const index_t step = window.stride.w;
        const index_t first = in_x >= 0 ? 0 : std::min(run, ceil_div(-in_x, step));
        const index_t last = std::clamp((w - 1 - in_x) / step + 1, first, run);
        std::fill(keep + j + first, keep + j + last, -1);
        for (index_t i = first; i < last; ++i) {
          offset[j + i] = start + static_cast<std::int32_t>(i);
        }
      }
      j += run;
    }
  }
};

}  // namespace detail

/// `pack_patches` in words of four channels: word ((ty * kernel_w + tx) * ceil(c / 4) + g) * width
/// + j holds channels 4 g ... 4 g + 3 of output pixel pixel + j under that tap, zero in the padding
/// and for channels beyond c. Words as `pack_dot_columns` makes them.
///
/// image   (c, h, w), cut in phases where the stride is not 1; see `cut_phases`
///
/// Where output rows are as long as a phase's, sixteen pixels are sixteen neighbours in a plane,
/// shifted; else pixels are fetched one by one.
template <class X>
void pack_dot_patches(const X* image, index_t channels, index_t h, index_t w,
                      const conv_window& window, index_t pixel, index_t count, index_t width,
                      std::int32_t* words) LACUNA_KERNEL_NOEXCEPT {
  LACUNA_EXPECTS(count <= width && width <= dot_patch_columns);
  LACUNA_EXPECTS(pixel + count <= window.out_w(w) * window.out_h(h));
  constexpr index_t step = detail::interleave_width;
  constexpr std::int32_t flips = dot_bytes<X>::flips;
  const stride_phases phases(window, h, w);
  const index_t plane = phases.plane_h * phases.plane_w;
  const index_t size = phases.size(channels);
  const auto* const bytes_of = reinterpret_cast<const std::uint8_t*>(image);
  const bool shifted = window.out_w(w) == phases.plane_w;
  if (plane == 0) {
    const index_t groups = window.kernel_h * window.kernel_w * ceil_div(channels, 4);
    return static_cast<void>(std::fill_n(words, groups * width, flips));
  }

  const std::int32_t last_bytes = detail::bytes_of_rows<X>(channels % 4 == 0 ? 4 : channels % 4);
  for (index_t ty = 0; ty < window.kernel_h; ++ty) {
    for (index_t tx = 0; tx < window.kernel_w; ++tx) {
      detail::patch_pixels at(window, h, w, ty, tx, pixel, count, width);
      const phase_offset y(window.in_y(0, ty), window.stride.h);
      const phase_offset x(window.in_x(0, tx), window.stride.w);
      const index_t first_plane = phases.first_plane(y.phase, x.phase, channels);
      const index_t shift = pixel + y.at * phases.plane_w + x.at;
      for (index_t c = 0; c < channels; c += 4, words += width) {
        const index_t valid = std::min<index_t>(4, channels - c);
        if (valid < 4) {
          for (index_t j = 0; j < width; ++j) at.keep[j] &= last_bytes;
        }
        const std::uint8_t* const planes = bytes_of + (first_plane + c) * plane;
        index_t j = 0;
        if (shifted) {
          for (; j + step <= width; j += step) {
            const index_t from = (first_plane + c) * plane + shift + j;
            if (from < 0 || from + (valid - 1) * plane + step > size) break;
            const detail::four_rows group(bytes_of + from, plane, valid);
            group.interleave(0, at.keep + j, flips, words + j);
          }
        }
        for (; j < width; ++j) {
          std::uint8_t bytes[4] = {};
          for (index_t g = 0; at.keep[j] != 0 && g < valid; ++g) {
            bytes[g] = planes[g * plane + at.offset[j]];
          }
          words[j] = (detail::word_of(bytes) & at.keep[j]) ^ flips;
        }
      }
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
