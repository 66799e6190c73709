// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/conv_window.hpp>
#include <lacuna/kernel/pack/columns.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// An image (c, h, w) cut by a window's stride (sh, sw): phase (fy, fx) holds the pixels
/// (y sh + fy, x sw + fx) as planes of plane_h x plane_w, so that what a tap sees under
/// neighbouring outputs are neighbours. Only phases that some tap meets are there; of stride 1 it
/// is the image.
class stride_phases {
 public:
  stride_phases(const conv_window& window, index_t channels, index_t h, index_t w)
      : window_(window),
        channels_(channels),
        h_(h),
        w_(w),
        rows_(window.kernel_h, window.stride.h, [&](index_t t) { return window.in_y(0, t); }),
        columns_(window.kernel_w, window.stride.w, [&](index_t t) { return window.in_x(0, t); }) {}

  [[nodiscard]] index_t plane_h() const noexcept { return ceil_div(h_, window_.stride.h); }
  [[nodiscard]] index_t plane_w() const noexcept { return ceil_div(w_, window_.stride.w); }
  [[nodiscard]] index_t plane() const noexcept { return plane_h() * plane_w(); }
  /// Values of all phases.
  [[nodiscard]] index_t size() const noexcept {
    return rows_.count() * columns_.count() * channels_ * plane();
  }
  /// What tap (ty, tx) sees of channel c under output pixel (y, x) lies at
  /// offset(ty, tx) + c * plane() + y * plane_w() + x, where it is in the image.
  [[nodiscard]] index_t offset(index_t ty, index_t tx) const noexcept {
    const index_t phase = rows_.number(ty) * columns_.count() + columns_.number(tx);
    return phase * channels_ * plane() + rows_.at(ty) * plane_w() + columns_.at(tx);
  }

  /// Cuts channels first ... last - 1 of an image; writes nothing beyond size().
  template <class Arch, class T, class X>
  void cut(const X* image, index_t first, index_t last, T* to) const LACUNA_KERNEL_NOEXCEPT {
    for (index_t c = first; c < last; ++c) {
      for (index_t fy = 0; fy < rows_.count(); ++fy) {
        for (index_t y = rows_.phase(fy), out = 0; y < h_; y += window_.stride.h, ++out) {
          const X* const row = image + (c * h_ + y) * w_;
          const auto plane_of = [&](index_t fx) {
            return to + ((fy * columns_.count() + fx) * channels_ + c) * plane() + out * plane_w();
          };
          if constexpr (std::is_same_v<T, X>) {
            if (window_.stride.w == 2 && columns_.count() == 2) {
              const index_t odd = columns_.phase(0);  // the plane of odd columns is the other one
              deinterleave<Arch>(row, plane_of(odd), plane_of(1 - odd));
              continue;
            }
          }
          for (index_t fx = 0; fx < columns_.count(); ++fx) {
            const index_t from = columns_.phase(fx);
            const index_t count = from < w_ ? ceil_div(w_ - from, window_.stride.w) : 0;
            copy_strided<Arch>(row + from, window_.stride.w, count, plane_of(fx));
          }
        }
      }
    }
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

   private:
    static constexpr std::size_t index(index_t i) noexcept { return static_cast<std::size_t>(i); }
    std::vector<index_t> phases_;  ///< that some tap meets
    std::vector<index_t> number_;  ///< of each tap's phase among them
    std::vector<index_t> at_;
  };

  /// A row of w pixels, its even columns and its odd ones: both at once, as either alone takes as
  /// many loads.
  template <class Arch, class T>
  void deinterleave(const T* row, T* even, T* odd) const noexcept {
    using vector = simd::batch<T, Arch>;
    constexpr index_t lanes = simd::lanes<T, Arch>;
    index_t x = 0;
    for (; x + 2 * lanes <= w_; x += 2 * lanes, even += lanes, odd += lanes) {
      const vector a = vector::load_unaligned(row + x);
      const vector b = vector::load_unaligned(row + x + lanes);
      simd::even_lanes(a, b).store_unaligned(even);
      simd::odd_lanes(a, b).store_unaligned(odd);
    }
    if (const index_t rest = w_ - x; rest > 0) {
      const vector a = simd::load_first<vector>(row + x, std::min(rest, lanes));
      const vector b =
          simd::load_partial<vector>(row + x + lanes, std::clamp<index_t>(rest - lanes, 0, lanes));
      simd::store_partial(simd::even_lanes(a, b), even, ceil_div(rest, 2));
      simd::store_partial(simd::odd_lanes(a, b), odd, rest / 2);
    }
  }

  conv_window window_;
  index_t channels_;
  index_t h_;
  index_t w_;
  axis rows_;
  axis columns_;
};

}  // namespace lacuna::inline LACUNA_ABI::kernel
