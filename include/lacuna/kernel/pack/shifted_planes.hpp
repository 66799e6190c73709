// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>
#include <vector>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/conv_window.hpp>
#include <lacuna/kernel/pack/columns.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// An image laid out so that what a tap sees under consecutive output pixels lies side by side,
/// from one output row to the next too: tiles read patches where they lie, and a patch is gathered
/// by copying.
///
/// Each channel has a plane for every column of taps, rows of which are as long as output rows:
/// shifted by the tap's distance, every stride.w-th pixel, zero where the tap meets padding. Rows
/// of taps share planes: a tap further down starts further down. A window that moves by stride.h
/// rows meets every stride.h-th of them with one tap, so there are up to stride.h planes (phases).
/// What tap (ty, tx) of channel c sees under output pixel p is
///   planes[c * channel(rows) + tap_offset(ty, tx, rows) + p - first pixel laid out].
/// That is kernel_w * phases values an output pixel where patches are kernel_h * kernel_w.
class shifted_planes {
 public:
  shifted_planes(const conv_window& window, index_t channels, index_t h, index_t w)
      : window_(window), channels_(channels), h_(h), w_(w), number_(index(window.stride.h)) {
    const index_t stride = window.stride.h;
    std::vector<bool> met(index(stride));
    for (index_t ty = 0; ty < window.kernel_h; ++ty) {
      met[index(ty * window.dilation.h % stride)] = true;
    }
    for (index_t p = 0; p < stride; ++p) {
      number_[index(p)] = static_cast<index_t>(phases_.size());
      if (met[index(p)]) phases_.push_back(p);
    }
  }

  [[nodiscard]] index_t channels() const noexcept { return channels_; }
  [[nodiscard]] index_t out_w() const noexcept { return window_.out_w(w_); }
  /// Values that one channel's planes take which reach over `rows` output rows.
  [[nodiscard]] index_t channel(index_t rows) const noexcept {
    return window_.kernel_w * static_cast<index_t>(phases_.size()) * plane(rows);
  }
  [[nodiscard]] index_t size(index_t rows) const noexcept { return channels_ * channel(rows); }
  /// Where tap (ty, tx) has its value under the first output pixel, in a channel's planes.
  [[nodiscard]] index_t tap_offset(index_t ty, index_t tx, index_t rows) const noexcept {
    const index_t down = ty * window_.dilation.h;
    const index_t phase = number_[index(down % window_.stride.h)];
    return (tx * static_cast<index_t>(phases_.size()) + phase) * plane(rows) +
           down / window_.stride.h * out_w();
  }

  /// Lays out what output rows first ... first + count - 1 of one image (channels, h, w) need, in
  /// planes over `rows` >= count of them, `zero` for padding. Writes up to a vector beyond
  /// size(rows).
  template <class Arch, class T, class X>
  void pack(const X* image, index_t first, index_t count, index_t rows, T zero, T* to) const {
    LACUNA_EXPECTS(0 <= first && 0 < count && count <= rows);
    switch (window_.stride.w) {
      case 1:
        return pack_by<Arch, 1>(image, first, count, rows, zero, to);
      case 2:
        return pack_by<Arch, 2>(image, first, count, rows, zero, to);
      default:
        return pack_by<Arch, 0>(image, first, count, rows, zero, to);
    }
  }

 private:
  /// pack for a horizontal stride that the compiler knows, 0 for any.
  template <class Arch, index_t Stride, class T, class X>
  void pack_by(const X* image, index_t first, index_t count, index_t rows, T zero, T* to) const {
    const index_t length = out_w();
    const index_t stride = window_.stride.h;
    const index_t all = count + reach();
    const index_t top = first * stride - window_.padding.top;
    // Where output rows are as long as input rows, a plane is one run of pixels, padding too.
    const bool is_run = stride == 1 && Stride == 1 && length == w_;
    const index_t run = is_run ? all * length : length;
    const index_t width = round_up(run, simd::lanes<T, Arch>);
    std::vector<T> inside(index(window_.kernel_w * width));  // by pixel of a run: 1 in the image
    for (index_t tx = 0; tx < window_.kernel_w; ++tx) {
      T* pixel = inside.data() + tx * width;
      for (index_t y = is_run ? top : 0; y < (is_run ? top + all : 1); ++y) {
        for (index_t x = 0; x < length; ++x) {
          const index_t in_x = window_.in_x(x, tx);
          *pixel++ = y >= 0 && y < h_ && in_x >= 0 && in_x < w_ ? T(1) : T(0);
        }
      }
    }
    // Planes one after the other: a run's last vector reaches into what is written next.
    for (index_t c = 0; c < channels_; ++c) {
      for (index_t tx = 0; tx < window_.kernel_w; ++tx) {
        for (const index_t phase : phases_) {
          index_t y = top + phase;
          index_t from = (c * h_ + y) * w_ + window_.in_x(0, tx);
          const T* const inside_run = inside.data() + tx * width;
          if (is_run) {
            copy_run<Arch, Stride>(image, from, inside_run, run, zero, to);
          } else {
            for (T* row = to; row < to + all * length; row += length) {
              if (y >= 0 && y < h_) {
                copy_run<Arch, Stride>(image, from, inside_run, run, zero, row);
              } else {
                std::fill_n(row, length, zero);
              }
              y += stride;
              from += stride * w_;
            }
          }
          to += plane(rows);
        }
      }
    }
  }

  /// to[j] = inside[j] ? image[from + j * stride] : zero for j < count; writes whole vectors.
  template <class Arch, index_t Stride, class T, class X>
  LACUNA_ALWAYS_INLINE void copy_run(const X* image, index_t from, const T* inside, index_t count,
                                     T zero, T* to) const {
    using vector = simd::batch<T, Arch>;
    constexpr index_t lanes = simd::lanes<T, Arch>;
    const index_t stride = Stride > 0 ? Stride : window_.stride.w;
    const index_t size = channels_ * h_ * w_;
    const vector zeros(T(0));
    const vector outside(zero);
    for (index_t j = 0; j < count; j += lanes, from += lanes * stride) {
      if (from >= 0 && from + lanes * stride <= size) {
        vector v;
        if constexpr (std::is_same_v<T, X> && (Stride == 1 || Stride == 2)) {
          v = vector::load_unaligned(image + from);
          if constexpr (Stride == 2) {
            simd::prefetch_vectors<2, lanes, 3>(
                image + from + simd::prefetch_bytes_of_images / index_t{sizeof(X)});
            v = simd::even_lanes(v, vector::load_unaligned(image + from + lanes));
          }
        } else {
          copy_strided<Arch>(image + from, stride, lanes, to + j);
          v = vector::load_unaligned(to + j);
        }
        xsimd::select(vector::load_unaligned(inside + j) != zeros, v, outside)
            .store_unaligned(to + j);
        continue;
      }
      for (index_t i = 0; i < std::min(lanes, count - j); ++i) {
        to[j + i] = inside[j + i] != T(0) ? static_cast<T>(image[from + i * stride]) : zero;
      }
    }
  }

  static constexpr std::size_t index(index_t i) noexcept { return static_cast<std::size_t>(i); }
  /// Rows that the lowest tap lies below the highest, in its plane.
  [[nodiscard]] index_t reach() const noexcept {
    return (window_.kernel_h - 1) * window_.dilation.h / window_.stride.h;
  }
  [[nodiscard]] index_t plane(index_t rows) const noexcept { return (rows + reach()) * out_w(); }

  conv_window window_;
  index_t channels_;
  index_t h_;
  index_t w_;
  std::vector<index_t> phases_;  ///< rows modulo stride.h that some tap meets
  std::vector<index_t> number_;  ///< of a phase among those
};

}  // namespace lacuna::inline LACUNA_ABI::kernel
