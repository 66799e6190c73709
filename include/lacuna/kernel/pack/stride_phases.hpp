// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/conv_window.hpp>
#include <lacuna/kernel/x86/interleave.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// An image (c, h, w) cut by a window's stride (sh, sw) in sh * sw phases: phase (fy, fx) holds the
/// pixels (y sh + fy, x sw + fx) as planes of plane_h x plane_w, so what a tap sees under
/// neighbouring outputs are neighbours.
struct stride_phases {
  extents2 stride{1};
  index_t plane_h{0};
  index_t plane_w{0};

  stride_phases(const conv_window& window, index_t h, index_t w) noexcept
      : stride(window.stride),
        plane_h(ceil_div(h, window.stride.h)),
        plane_w(ceil_div(w, window.stride.w)) {}

  /// Bytes of all phases of an image.
  [[nodiscard]] index_t size(index_t channels) const noexcept {
    return stride.h * stride.w * channels * plane_h * plane_w;
  }
  /// First plane of the phase (fy, fx), counted from the first of all.
  [[nodiscard]] index_t first_plane(index_t fy, index_t fx, index_t channels) const noexcept {
    return (fy * stride.w + fx) * channels;
  }
};

/// The phase and the place in it of an offset: offset = at * stride + phase, 0 <= phase < stride.
struct phase_offset {
  index_t phase;
  index_t at;

  phase_offset(index_t offset, index_t stride) noexcept
      : phase((offset % stride + stride) % stride), at((offset - phase) / stride) {}
};

/// Cuts an image of bytes in phases. Phases that no tap sees are left as they are. `to` has room
/// for 16 bytes beyond phases.size(c).
inline void cut_phases(const std::uint8_t* image, index_t channels, index_t h, index_t w,
                       const conv_window& window, std::uint8_t* to) LACUNA_KERNEL_NOEXCEPT {
  const stride_phases phases(window, h, w);
  [[maybe_unused]] const std::uint8_t* const end = image + channels * h * w;
  const auto seen = [](index_t phase, index_t taps, index_t first, index_t dilation,
                       index_t stride) {
    for (index_t t = 0; t < taps; ++t) {
      if (phase_offset(first + t * dilation, stride).phase == phase) return true;
    }
    return false;
  };
  const auto [sh, sw] = window.stride;
  for (index_t fy = 0; fy < sh; ++fy) {
    if (!seen(fy, window.kernel_h, window.in_y(0, 0), window.dilation.h, sh)) continue;
    for (index_t fx = 0; fx < sw; ++fx) {
      if (!seen(fx, window.kernel_w, window.in_x(0, 0), window.dilation.w, sw)) continue;
      std::uint8_t* out =
          to + phases.first_plane(fy, fx, channels) * phases.plane_h * phases.plane_w;
      const index_t cols = w > fx ? ceil_div(w - fx, sw) : 0;
      for (index_t c = 0; c < channels; ++c) {
        for (index_t y = 0; y < phases.plane_h; ++y, out += phases.plane_w) {
          if (y * sh + fy >= h) continue;
          const std::uint8_t* const from = image + (c * h + y * sh + fy) * w + fx;
          index_t x = 0;
#if defined(__SSE2__)
          // Bytes written beyond the row are those of rows that are still to come.
          if (sw == 2) {
            for (; x < cols && from + 2 * x + 32 <= end; x += 16) {
              x86::every_second_16(from + 2 * x, out + x);
            }
          }
#endif
          for (; x < cols; ++x) out[x] = from[x * sw];
        }
      }
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
