// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include <lacuna/core/conv_window.hpp>
#include <lacuna/kernel/pack/columns.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// An image laid out so that a strip of patches is gathered by whole vectors, whatever the window.
///
/// Each channel is a plane of the rows that some output rows need, padding included. A window that
/// moves by s pixels meets every s-th row and column with one tap, so a channel is split in up to
/// stride.h * stride.w planes (phases), in which neighbours are neighbours for the window too. What
/// tap (ty, tx) of channel c sees under output pixel (y, x) is then the plane's value at
/// tap_offsets()[tap] + y * row_length() + x of the channel's planes.
class plane_layout {
 public:
  plane_layout(const conv_window& window, index_t channels, index_t h, index_t w)
      : window_(window),
        channels_(channels),
        h_(h),
        w_(w),
        vertical_(window.kernel_h, window.dilation.h, window.stride.h),
        horizontal_(window.kernel_w, window.dilation.w, window.stride.w) {}

  [[nodiscard]] index_t channels() const noexcept { return channels_; }
  /// Values of an image's channel.
  [[nodiscard]] index_t image_size() const noexcept { return h_ * w_; }
  [[nodiscard]] index_t image_w() const noexcept { return w_; }
  /// Columns from one value of a plane to the next.
  [[nodiscard]] index_t step() const noexcept { return window_.stride.w; }
  [[nodiscard]] index_t out_w() const noexcept { return window_.out_w(w_); }
  [[nodiscard]] index_t row_length() const noexcept { return out_w() + horizontal_.reach; }
  /// Values that one channel's planes under `rows` output rows take.
  [[nodiscard]] index_t channel(index_t rows) const noexcept {
    return vertical_.count() * horizontal_.count() * plane(rows);
  }
  [[nodiscard]] index_t size(index_t rows) const noexcept { return channels_ * channel(rows); }
  /// Where each tap's values start in a channel's planes.
  [[nodiscard]] std::vector<index_t> tap_offsets(index_t rows) const {
    std::vector<index_t> out;
    for (index_t ty = 0; ty < window_.kernel_h; ++ty) {
      for (index_t tx = 0; tx < window_.kernel_w; ++tx) {
        const index_t phase = vertical_.phase(ty) * horizontal_.count() + horizontal_.phase(tx);
        out.push_back(phase * plane(rows) + vertical_.shift(ty) * row_length() +
                      horizontal_.shift(tx));
      }
    }
    return out;
  }

  /// A row of a channel's planes: values begin ... end - 1 are of image row y, every stride.w-th
  /// from column x on, the others padding.
  struct row {
    index_t to;  ///< where it starts in the channel's planes
    index_t y;
    index_t x;
    index_t begin;
    index_t end;
  };
  /// f(row) for each row that output rows first ... first + rows - 1 need, in the order they lie.
  template <class F>
  LACUNA_ALWAYS_INLINE void for_each_row(index_t first, index_t rows, const F& f) const {
    const index_t length = row_length();
    const index_t stride = window_.stride.w;
    index_t to = 0;
    for (const index_t py : vertical_.phases) {
      for (const index_t px : horizontal_.phases) {
        // In a plane row, [begin, end) lies inside the image.
        const index_t left = px - window_.padding.left;
        const index_t begin = left >= 0 ? 0 : std::min(length, ceil_div(-left, stride));
        const index_t end =
            left >= w_ ? begin : std::clamp((w_ - 1 - left) / stride + 1, begin, length);
        for (index_t q = 0; q < rows + vertical_.reach; ++q, to += length) {
          const index_t y = (first + q) * window_.stride.h + py - window_.padding.top;
          f(row{to, y, left + begin * stride, begin, y < 0 || y >= h_ ? begin : end});
        }
      }
    }
  }

  /// Lays out what output rows first ... first + rows - 1 of one image (channels, h, w) need.
  template <class Arch, class T, class X>
  void pack(const X* image, index_t first, index_t rows, T* to) const LACUNA_KERNEL_NOEXCEPT {
    const index_t length = row_length();
    for (index_t c = 0; c < channels_; ++c, image += h_ * w_, to += channel(rows)) {
      for_each_row(first, rows, [&](const row& r) {
        T* const values = to + r.to;
        if (r.begin == r.end) return static_cast<void>(std::fill_n(values, length, T(0)));
        std::fill(values, values + r.begin, T(0));
        copy_strided<Arch>(image + r.y * w_ + r.x, window_.stride.w, r.end - r.begin,
                           values + r.begin);
        std::fill(values + r.end, values + length, T(0));
      });
    }
  }

 private:
  /// One axis: which phases some tap meets, and how far taps reach past an output position.
  struct axis {
    index_t dilation;
    index_t stride;
    index_t reach;
    std::vector<index_t> phases;
    std::vector<index_t> number;  ///< of a phase among those that are met

    axis(index_t taps, index_t d, index_t s)
        : dilation(d), stride(s), reach((taps - 1) * d / s), number(static_cast<std::size_t>(s)) {
      std::vector<bool> met(static_cast<std::size_t>(s));
      for (index_t t = 0; t < taps; ++t) met[static_cast<std::size_t>(t * d % s)] = true;
      for (index_t p = 0; p < s; ++p) {
        number[static_cast<std::size_t>(p)] = count();
        if (met[static_cast<std::size_t>(p)]) phases.push_back(p);
      }
    }
    [[nodiscard]] index_t count() const noexcept { return static_cast<index_t>(phases.size()); }
    [[nodiscard]] index_t phase(index_t tap) const noexcept {
      return number[static_cast<std::size_t>(tap * dilation % stride)];
    }
    [[nodiscard]] index_t shift(index_t tap) const noexcept { return tap * dilation / stride; }
  };

  [[nodiscard]] index_t plane(index_t rows) const noexcept {
    return (rows + vertical_.reach) * row_length();
  }

  conv_window window_;
  index_t channels_;
  index_t h_;
  index_t w_;
  axis vertical_;
  axis horizontal_;
};

}  // namespace lacuna::inline LACUNA_ABI::kernel
