// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/core/thread_scratch.hpp>
#include <lacuna/kernel/pack/cut_phases.hpp>
#include <lacuna/kernel/pack/dot_columns.hpp>
#include <lacuna/kernel/pack/stride_phases.hpp>
#include <lacuna/kernel/pack/window_parts.hpp>
#include <lacuna/kernel/pack/window_rows.hpp>
#include <lacuna/op/column_source.hpp>
#include <lacuna/op/rolling_rows.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Tags memory that a thread keeps: for phases of an image, words that are cut in phases, and where
/// rows of X start.
struct phases_of_image;
struct words_of_channels;
struct offsets_of_rows;

/// Rows [first, last) of an image's phases.
struct rows_of_phases {
  index_t first{0};
  index_t last{0};
};

/// The patches under a convolution's window, read where they lie in images `x`, in their phases
/// under a stride, or in rolling copies of some rows: tiles mask what is padding. For windows whose
/// output rows are as long as rows of the phases, so that an output pixel's neighbours are its
/// pixels' neighbours. With `Words` phases are of words T that are made of narrow X as they are
/// cut.
template <class T, class X, bool Words = false>
class alignas(cache_line) window_columns {  // threads read it while its owner writes beside it
 public:
  /// Whether these windows are read so.
  [[nodiscard]] static bool fits(const extents4& in, const conv_window& window) {
    const kernel::stride_phases phases(window, in.c, in.h, in.w);
    return window.out_w(in.w) == phases.plane_w() && in.c * in.h * in.w > 0 &&
           (window.kernel_h * window.kernel_w > 1 || window.padding == padding2(0)) &&
           phases.size() <= std::numeric_limits<std::int32_t>::max() / 2;
  }

  /// `gathers`: strips are gathered, for tiles that mask nothing. `rolling`: of stride 1 alone.
  window_columns(tensor_view<const X> x, const conv_window& window, const x_zero<T>& zero,
                 bool gathers, const rolling_rows& rolling = {})
      : x_(x),
        channels_(Words ? ceil_div(x.extents.c, kernel::detail::group_rows<X>) : x.extents.c),
        window_(window),
        rolling_(rolling),
        phases_(window, channels_, x.extents.h, x.extents.w, rolling.plane),
        zero_(zero),
        gathers_(gathers) {}

  [[nodiscard]] index_t images() const noexcept { return x_.extents.n; }
  [[nodiscard]] index_t cols() const noexcept {
    return window_.out_h(x_.extents.h) * window_.out_w(x_.extents.w);
  }
  [[nodiscard]] bool is_laid_out() const noexcept {
    return Words || window_.stride != extents2(1) || rolling_.count > 0;
  }
  [[nodiscard]] const x_zero<T>& zero() const noexcept { return zero_; }
  [[nodiscard]] index_t scratch(index_t /*share*/, index_t lanes, index_t width) const noexcept {
    return gathers_ ? depth() * round_up(width, lanes) : 0;
  }

  /// Cuts phases and writes offsets in memory of its thread's own: what one thread writes anew for
  /// each product and another reads, or writes beside, cost both more than doing it twice. On Zen 4
  /// 18 KB of offsets took 40 us, phases of 1.6 MB cut by two threads 65 to 350 us, as by one.
  class reader {
   public:
    reader(const window_columns& source, T* memory)
        : source_(source),
          strip_(memory),
          parts_(source.window_, source.x_.extents.h, source.x_.extents.w),
          offsets_(
              source.write_offsets(thread_scratch<std::int32_t, offsets_of_rows>(source.depth()))) {
    }
    template <class Arch>
    [[nodiscard]] readable_columns<T> read(index_t image, index_t col, index_t count,
                                           index_t ahead) {
      const bool has_one_tap = source_.depth() == source_.channels_;
      if (has_one_tap) return {columns<Arch>(image, col, count, ahead), source_.phases_.plane()};
      if (source_.gathers_) return read_rows<Arch>(image, col, count, 0, source_.depth(), ahead);
      const T* const x = columns<Arch>(image, col, count, ahead);
      find_parts<Arch>(col, count);
      return {x,
              source_.phases_.plane(),
              offsets_,
              false,
              found_.data(),
              static_cast<index_t>(found_.size()),
              source_.behind(x, image, col, count)};
    }
    template <class Arch>
    [[nodiscard]] readable_columns<T> read_rows(index_t image, index_t col, index_t count,
                                                index_t first, index_t last, index_t ahead) {
      constexpr index_t lanes = kernel::simd::lanes<T, Arch>;
      const T* const x = columns<Arch>(image, col, count, ahead);
      find_parts<Arch>(col, count);
      const index_t width = round_up(count, lanes);
      T* to = strip_;
      for (index_t k = first; k < last;) {
        const index_t tap = k / source_.channels_;
        const index_t rows = std::min(last, (tap + 1) * source_.channels_) - k;
        kernel::pack_window_rows<Arch>(x, offsets_ + k, rows, width / lanes, source_.zero_.word,
                                       part_of(tap), to);
        k += rows;
        to += rows * width;
      }
      readable_columns<T> out{strip_, width};
      if (last == source_.depth()) out.upcoming = source_.behind(x, image, col, count);
      return out;
    }

   private:
    /// Where column `col` of an image is, of which `count` can be read, by whole vectors. Phases
    /// are cut under all that are ahead.
    template <class Arch>
    [[nodiscard]] const T* columns(index_t image, index_t col, index_t count, index_t ahead) {
      if constexpr (std::is_same_v<T, X>) {
        if (!source_.is_laid_out()) return source_.image(image) + col;
      }
      constexpr index_t lanes = kernel::simd::lanes<T, Arch>;
      T* const to = thread_scratch<T, phases_of_image>(source_.phases_.size() + lanes);
      const index_t width = source_.phases_.plane_w();
      const index_t held = source_.rows_held();
      const rows_of_phases rows = source_.rows_under(col, count);
      LACUNA_EXPECTS(rows.last - rows.first <= held);
      const bool goes_on = image == image_ && rows.first >= cut_.first && rows.first <= cut_.last &&
                           rows.last <= cut_.first + held;
      if (!goes_on) cut_ = {rows.first, rows.first};
      image_ = image;
      if (rows.last > cut_.last) {
        const index_t asked = source_.rolling_.count > 0 ? count : std::max(ahead, count);
        const index_t last = source_.rows_under(col, std::min(asked, source_.cols() - col)).last;
        source_.template cut<Arch>(image, {cut_.last, last}, to - cut_.first * width);
        cut_.last = last;
      }
      return to + (col - cut_.first * width);
    }
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
    const std::int32_t* offsets_;
    std::vector<kernel::simd::window_part> found_;
    index_t image_{-1};
    rows_of_phases cut_{};
  };

 private:
  /// What taps see under columns [col, col + count).
  [[nodiscard]] rows_of_phases rows_under(index_t col, index_t count) const noexcept {
    const index_t out_w = phases_.plane_w();
    const index_t first = col / out_w + phases_.first_row();
    const index_t last = (col + count - 1) / out_w + 1 + phases_.last_row();
    return {std::clamp<index_t>(first, 0, phases_.plane_h()),
            std::clamp<index_t>(last, 0, phases_.plane_h())};
  }
  template <class Arch>
  void cut(index_t image, const rows_of_phases& rows, T* to) const {
    const auto [first, last] = rows;
    if (first == last) return;
    const extents4& in = x_.extents;
    const index_t pixels = in.h * in.w;
    const X* const x = this->image(image);
    if constexpr (Words) {
      constexpr index_t group = kernel::detail::group_rows<X>;
      constexpr index_t half_of_l1 = 16 * 1024;
      const index_t at_once = std::clamp<index_t>(half_of_l1 / index_t{sizeof(T)} / pixels, 1,
                                                  std::max<index_t>(1, channels_));
      T* const words = thread_scratch<T, words_of_channels>(at_once * pixels + index_t{cache_line});
      const index_t begin = first * window_.stride.h * in.w;
      const index_t count = std::min(last * window_.stride.h * in.w, pixels) - begin;
      for (index_t c = 0; c < channels_; c += at_once) {
        const index_t cut = std::min(at_once, channels_ - c);
        kernel::pack_dot_columns(
            as_view(x + c * group * pixels, std::min(cut * group, in.c - c * group), pixels), begin,
            count, {count, pixels, 0}, words + begin);
        kernel::cut_phases<Arch>(phases_, c, cut, first, last, std::as_const(words), to);
      }
    } else {
      kernel::cut_phases<Arch>(phases_, 0, channels_, first, last, x, to);
    }
  }
  /// Where each row of X starts.
  const std::int32_t* write_offsets(std::int32_t* to) const noexcept {
    const std::int32_t* const first = to;
    const auto plane = static_cast<std::int32_t>(phases_.plane());
    for (index_t ty = 0; ty < window_.kernel_h; ++ty) {
      for (index_t tx = 0; tx < window_.kernel_w; ++tx) {
        auto at = static_cast<std::int32_t>(phases_.offset(ty, tx));
        for (index_t c = 0; c < channels_; ++c, at += plane) *to++ = at;
      }
    }
    return first;
  }
  [[nodiscard]] index_t depth() const noexcept {
    return window_.kernel_h * window_.kernel_w * channels_;
  }
  /// Rows of phases that a thread holds at a time.
  [[nodiscard]] index_t rows_held() const noexcept {
    return rolling_.count > 0 ? rolling_.count : phases_.plane_h();
  }
  [[nodiscard]] const X* image(index_t i) const noexcept {
    return x_.data + i * x_.extents.c * x_.extents.h * x_.extents.w;
  }
  /// What of an image strips behind columns [col, col + count), whose first row of X is at x, are
  /// the first to read, or to copy: nothing where the second level holds it beside W and Y.
  [[nodiscard]] kernel::simd::upcoming_rows<T> behind(const T* x, index_t i, index_t col,
                                                      index_t count) const noexcept {
    if constexpr (std::is_same_v<T, X>) {
      if (rolling_.count > 0) {
        const index_t next_row = (phases_.last_row() + 1) * phases_.plane_w();
        // A row is copied when a strip reaches the row before: a strip sooner than it is
        // multiplied.
        return {image(i) + col + count + next_row, phases_.image_size(), channels_};
      }
    }
    if (phases_.size() * index_t{sizeof(T)} <= 512 * 1024) return {};
    const index_t last_tap = phases_.offset(window_.kernel_h - 1, window_.kernel_w - 1);
    return {x + last_tap + count, phases_.plane(), channels_};
  }

  tensor_view<const X> x_;
  index_t channels_;  ///< rows of X that a tap has
  conv_window window_;
  rolling_rows rolling_;
  kernel::stride_phases phases_;
  x_zero<T> zero_;
  bool gathers_;
};

}  // namespace lacuna::inline LACUNA_ABI::detail
