// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI {

/// A height and a width; one number stands for both.
struct extents2 {
  index_t h{1};
  index_t w{1};

  constexpr extents2(index_t both) noexcept : h(both), w(both) {}  // NOLINT: 2 means {2, 2}
  constexpr extents2(index_t height, index_t width) noexcept : h(height), w(width) {}
  friend constexpr bool operator==(const extents2&, const extents2&) = default;
};

/// Zeros around an image; one number pads every side, an extents2 both sides of its axis.
struct padding2 {
  index_t top{0};
  index_t left{0};
  index_t bottom{0};
  index_t right{0};

  constexpr padding2(index_t all) noexcept
      : top(all), left(all), bottom(all), right(all) {}  // NOLINT
  constexpr padding2(extents2 p) noexcept
      : top(p.h), left(p.w), bottom(p.h), right(p.w) {}  // NOLINT
  constexpr padding2(index_t t, index_t l, index_t b, index_t r) noexcept
      : top(t), left(l), bottom(b), right(r) {}
  friend constexpr bool operator==(const padding2&, const padding2&) = default;
};

/// How a convolution's window moves over an image.
struct conv_window {
  index_t kernel_h{1};
  index_t kernel_w{1};
  extents2 stride{1};
  padding2 padding{0};
  extents2 dilation{1};

  friend constexpr bool operator==(const conv_window&, const conv_window&) = default;

  /// Output rows for `h` input rows: floor((h + pads - dilation (kernel - 1) - 1) / stride) + 1,
  /// not below 0.
  [[nodiscard]] constexpr index_t out_h(index_t h) const noexcept {
    return out(h + padding.top + padding.bottom, kernel_h, stride.h, dilation.h);
  }
  [[nodiscard]] constexpr index_t out_w(index_t w) const noexcept {
    return out(w + padding.left + padding.right, kernel_w, stride.w, dilation.w);
  }
  /// Input row under output row y and tap row ty; outside the image it is padding.
  [[nodiscard]] constexpr index_t in_y(index_t y, index_t ty) const noexcept {
    return y * stride.h + ty * dilation.h - padding.top;
  }
  [[nodiscard]] constexpr index_t in_x(index_t x, index_t tx) const noexcept {
    return x * stride.w + tx * dilation.w - padding.left;
  }
  /// Whether output pixels are the input pixels themselves: a convolution is then a product.
  [[nodiscard]] constexpr bool is_pointwise() const noexcept {
    return kernel_h == 1 && kernel_w == 1 && stride == extents2(1) && padding == padding2(0);
  }

 private:
  static constexpr index_t out(index_t padded, index_t kernel, index_t stride,
                               index_t dilation) noexcept {
    const index_t room = padded - dilation * (kernel - 1) - 1;
    return room < 0 ? 0 : room / stride + 1;
  }
};

}  // namespace lacuna::inline LACUNA_ABI
