// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <lacuna/core/executor.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/core/thread_scratch.hpp>
#include <lacuna/kernel/pack/cut_phases.hpp>
#include <lacuna/kernel/pack/window_parts.hpp>
#include <lacuna/kernel/pack/window_rows.hpp>
#include <lacuna/op/column_source.hpp>
#include <lacuna/op/interleaved.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Tags memory that a thread keeps: for phases of images, and words that are cut in phases.
struct phases_of_images;
struct words_of_channels;

/// The patches under a convolution's window, read where they lie in the image, or in its phases
/// under a stride: tiles mask what is padding. For windows whose output rows are as long as rows of
/// the phases, so that an output pixel's neighbours are its pixels' neighbours.
template <class T>
class window_columns {
 public:
  /// Whether these windows are read so.
  [[nodiscard]] static bool fits(const extents4& in, const conv_window& window) {
    const kernel::stride_phases phases(window, in.c, in.h, in.w);
    return window.out_w(in.w) == phases.plane_w() && in.c * in.h * in.w > 0 &&
           (window.kernel_h * window.kernel_w > 1 || window.padding == padding2(0)) &&
           phases.size() <= std::numeric_limits<std::int32_t>::max() / 2;
  }

  /// The columns of images `x`: of values in T, or of `Words` where X is narrow. Phases are cut by
  /// `executor`, in memory that the calling thread keeps until it does so again. `gathers`: strips
  /// are gathered, for tiles that mask nothing.
  template <class Arch, bool Words, class X, executor Executor>
  static window_columns of(tensor_view<const X> x, const conv_window& window,
                           const Executor& executor, bool gathers) {
    extents4 in = x.extents;
    if constexpr (Words) {
      in.c = ceil_div(in.c, kernel::detail::group_rows<X>);
      const kernel::stride_phases phases(window, in.c, in.h, in.w);
      const x_zero<T> zero = zero_of_words<X>();
      if (window.stride == extents2(1)) {
        return {interleaved(x, executor).data, in, window, phases, zero, gathers};
      }
      const T* const data = cut(phases, in, executor, [&](index_t image, index_t row, T* to) {
        constexpr index_t group = kernel::detail::group_rows<X>;
        const index_t pixels = in.h * in.w;
        const index_t channel = row * group;
        T* const words = thread_scratch<T, words_of_channels>(pixels + index_t{cache_line});
        kernel::pack_dot_columns(as_view(x.data + (image * x.extents.c + channel) * pixels,
                                         std::min(group, x.extents.c - channel), pixels),
                                 0, pixels, {pixels, pixels, 0}, words);
        kernel::cut_phases<Arch>(phases, row, std::as_const(words), to);
      });
      return {data, in, window, phases, zero, gathers};
    } else {
      const kernel::stride_phases phases(window, in.c, in.h, in.w);
      if constexpr (std::is_same_v<T, X>) {
        if (window.stride == extents2(1)) return {x.data, in, window, phases, {}, gathers};
      }
      const T* const data = cut(phases, in, executor, [&](index_t image, index_t row, T* to) {
        kernel::cut_phases<Arch>(phases, row, x.data + (image * in.c + row) * in.h * in.w, to);
      });
      return {data, in, window, phases, {}, gathers};
    }
  }

  [[nodiscard]] index_t images() const noexcept { return in_.n; }
  [[nodiscard]] index_t cols() const noexcept {
    return window_.out_h(in_.h) * window_.out_w(in_.w);
  }
  [[nodiscard]] const x_zero<T>& zero() const noexcept { return zero_; }
  [[nodiscard]] index_t scratch(index_t /*share*/, index_t lanes, index_t width) const noexcept {
    return gathers_ ? depth() * round_up(width, lanes) : 0;
  }
  /// Rows of X that a tap has.
  [[nodiscard]] index_t channels() const noexcept { return in_.c; }
  /// The images' phases.
  [[nodiscard]] const T* data() const noexcept { return data_; }
  class reader {
   public:
    reader(const window_columns& source, index_t /*share*/, T* memory)
        : source_(source), strip_(memory), parts_(source.window_, source.in_.h, source.in_.w) {}
    template <class Arch>
    [[nodiscard]] readable_columns<T> read(index_t image, index_t col, index_t count) {
      if (source_.gathers_) return read_rows<Arch>(image, col, count, 0, source_.depth());
      find_parts<Arch>(col, count);
      return {source_.at(image, col),  0,
              source_.offsets_.data(), false,
              found_.data(),           static_cast<index_t>(found_.size())};
    }
    template <class Arch>
    [[nodiscard]] readable_columns<T> read_rows(index_t image, index_t col, index_t count,
                                                index_t first, index_t last) {
      constexpr index_t lanes = kernel::simd::lanes<T, Arch>;
      find_parts<Arch>(col, count);
      const T* const x = source_.at(image, col);
      const index_t width = round_up(count, lanes);
      T* to = strip_;
      for (index_t k = first; k < last;) {
        const index_t tap = k / source_.in_.c;
        const index_t rows = std::min(last, (tap + 1) * source_.in_.c) - k;
        kernel::pack_window_rows<Arch>(x, source_.offsets_.data() + k, rows, width / lanes,
                                       source_.zero_.word, part_of(tap), to);
        k += rows;
        to += rows * width;
      }
      return {strip_, width};
    }

   private:
    template <class Arch>
    void find_parts(index_t col, index_t count) {
      parts_.find(col, count, kernel::simd::lanes<T, Arch>, found_);
    }
    [[nodiscard]] const kernel::simd::window_part& part_of(index_t tap) const noexcept {
      const conv_window& window = source_.window_;
      const index_t section = tap % window.kernel_w * window.kernel_h + tap / window.kernel_w;
      return *std::find_if(found_.begin(), found_.end(),
                           [&](const auto& part) { return section < part.last; });
    }

    const window_columns& source_;
    T* strip_;
    kernel::window_parts parts_;
    std::vector<kernel::simd::window_part> found_;
  };

 private:
  /// f(image, row, to) for each row of words of each image, shared out; returns where phases lie.
  template <class Executor, class F>
  static const T* cut(const kernel::stride_phases& phases, const extents4& in,
                      const Executor& executor, const F& f) {
    T* const memory = thread_scratch<T, phases_of_images>(in.n * phases.size());
    const index_t rows = in.n * in.c;
    const index_t tasks = std::min(rows, executor.concurrency());
    executor.for_each_index(tasks, [&](index_t task) {
      for (index_t row = rows * task / tasks; row < rows * (task + 1) / tasks; ++row) {
        f(row / in.c, row % in.c, memory + row / in.c * phases.size());
      }
    });
    return memory;
  }

  window_columns(const T* data, const extents4& in, const conv_window& window,
                 const kernel::stride_phases& phases, const x_zero<T>& zero, bool gathers)
      : data_(data),
        in_(in),
        window_(window),
        size_(phases.size()),
        zero_(zero),
        gathers_(gathers) {
    offsets_.reserve(static_cast<std::size_t>(window.kernel_h * window.kernel_w * in.c));
    for (index_t ty = 0; ty < window.kernel_h; ++ty) {
      for (index_t tx = 0; tx < window.kernel_w; ++tx) {
        const index_t first = phases.offset(ty, tx);
        for (index_t c = 0; c < in.c; ++c) {
          offsets_.push_back(static_cast<std::int32_t>(first + c * phases.plane()));
        }
      }
    }
  }
  [[nodiscard]] index_t depth() const noexcept { return static_cast<index_t>(offsets_.size()); }
  [[nodiscard]] const T* at(index_t image, index_t col) const noexcept {
    return data_ + image * size_ + col;
  }

  const T* data_;
  extents4 in_;
  conv_window window_;
  index_t size_;  ///< of an image's phases
  x_zero<T> zero_;
  std::vector<std::int32_t> offsets_;  ///< of each row of X
  bool gathers_;
};

}  // namespace lacuna::inline LACUNA_ABI::detail
