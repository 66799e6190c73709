// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/conv_window.hpp>
#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// An image (c, h, w) cut by a window's stride (sh, sw): phase (fy, fx) holds the pixels
/// (y sh + fy, x sw + fx) as planes of plane_h x plane_w, so that what a tap sees under
/// neighbouring outputs are neighbours. Only phases that some tap meets are there; of stride 1 it
/// is the image.
class stride_phases {
 public:
  /// `plane`: values from one plane to the next where they do not follow each other.
  stride_phases(const conv_window& window, index_t channels, index_t h, index_t w,
                index_t plane = 0)
      : window_(window),
        channels_(channels),
        h_(h),
        w_(w),
        plane_h_(ceil_div(h, window.stride.h)),
        plane_w_(ceil_div(w, window.stride.w)),
        plane_(plane > 0 ? plane : plane_h_ * plane_w_),
        rows_(window.kernel_h, window.stride.h, [&](index_t t) { return window.in_y(0, t); }),
        columns_(window.kernel_w, window.stride.w, [&](index_t t) { return window.in_x(0, t); }) {}

  [[nodiscard]] index_t plane_h() const noexcept { return plane_h_; }
  [[nodiscard]] index_t plane_w() const noexcept { return plane_w_; }
  [[nodiscard]] index_t plane() const noexcept { return plane_; }
  /// Values of one phase.
  [[nodiscard]] index_t phase() const noexcept { return channels_ * plane(); }
  /// Values of all phases.
  [[nodiscard]] index_t size() const noexcept { return rows_.count() * columns_.count() * phase(); }
  /// What tap (ty, tx) sees of channel c under output pixel (y, x) lies at
  /// offset(ty, tx) + c * plane() + y * plane_w() + x, where it is in the image.
  [[nodiscard]] index_t offset(index_t ty, index_t tx) const noexcept {
    const index_t number = rows_.number(ty) * columns_.count() + columns_.number(tx);
    return number * phase() + rows_.at(ty) * plane_w() + columns_.at(tx);
  }

  /// Rows of phases from an output row's own to the first and the last one that its taps see.
  [[nodiscard]] index_t first_row() const noexcept { return rows_.first(); }
  [[nodiscard]] index_t last_row() const noexcept { return rows_.last(); }

  [[nodiscard]] index_t channels() const noexcept { return channels_; }
  [[nodiscard]] index_t image_w() const noexcept { return w_; }
  /// Values of an image's channel.
  [[nodiscard]] index_t image_size() const noexcept { return h_ * w_; }
  /// Columns from one value of a phase to the next, and rows.
  [[nodiscard]] index_t step() const noexcept { return window_.stride.w; }
  [[nodiscard]] index_t row_step() const noexcept { return window_.stride.h; }
  /// Phases of columns, the first column of each, and its columns.
  [[nodiscard]] index_t column_phases() const noexcept { return columns_.count(); }
  [[nodiscard]] index_t first_column(index_t fx) const noexcept { return columns_.phase(fx); }
  [[nodiscard]] index_t columns(index_t fx) const noexcept {
    const index_t first = first_column(fx);
    return first < w_ ? ceil_div(w_ - first, step()) : 0;
  }
  /// Phases of rows.
  [[nodiscard]] index_t row_phases() const noexcept { return rows_.count(); }
  /// Rows y, y + step, y + 2 step ... of a channel of the image, whose first phase of columns lies
  /// at `at` from the first value of all, plane_w() values a row, and the others phase() values
  /// apart.
  struct run {
    index_t y;
    index_t rows;
    index_t step;
    index_t at;
  };
  /// Those of channel c that rows [first, last), first < last, of row phase fy are cut from.
  [[nodiscard]] LACUNA_ALWAYS_INLINE run run_of(index_t c, index_t fy, index_t first,
                                                index_t last) const noexcept {
    const index_t step = window_.stride.h;
    const index_t y = first * step + rows_.phase(fy);
    const index_t missing = rows_.phase(fy) + (last - 1) * step < h_ ? 0 : 1;  // of an odd height
    return {y, last - first - missing, step,
            fy * columns_.count() * phase() + c * plane() + first * plane_w_};
  }

 private:
  /// Where the taps of one axis lie: offset = at * stride + phase, 0 <= phase < stride.
  class axis {
   public:
    template <class Offset>
    axis(index_t taps, index_t stride, const Offset& offset) {
      for (index_t t = 0; t < taps; ++t) {
        const index_t phase = (offset(t) % stride + stride) % stride;
        const auto found = std::find(phases_.begin(), phases_.end(), phase);
        number_.push_back(static_cast<index_t>(found - phases_.begin()));
        at_.push_back((offset(t) - phase) / stride);
        if (found == phases_.end()) phases_.push_back(phase);
      }
    }
    [[nodiscard]] index_t count() const noexcept { return static_cast<index_t>(phases_.size()); }
    [[nodiscard]] index_t phase(index_t n) const noexcept { return phases_[index(n)]; }
    [[nodiscard]] index_t number(index_t tap) const noexcept { return number_[index(tap)]; }
    [[nodiscard]] index_t at(index_t tap) const noexcept { return at_[index(tap)]; }
    [[nodiscard]] index_t first() const noexcept {
      return *std::min_element(at_.begin(), at_.end());
    }
    [[nodiscard]] index_t last() const noexcept {
      return *std::max_element(at_.begin(), at_.end());
    }

   private:
    static constexpr std::size_t index(index_t i) noexcept { return static_cast<std::size_t>(i); }
    std::vector<index_t> phases_;  ///< that some tap meets
    std::vector<index_t> number_;  ///< of each tap's phase among them
    std::vector<index_t> at_;
  };

  conv_window window_;
  index_t channels_;
  index_t h_;
  index_t w_;
  index_t plane_h_;
  index_t plane_w_;
  index_t plane_;
  axis rows_;
  axis columns_;
};

}  // namespace lacuna::inline LACUNA_ABI::kernel
