// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/conv_window.hpp>
#include <lacuna/kernel/simd/strip.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// What a window's taps see of an image of h x w pixels under a strip of output pixels.
class window_parts {
 public:
  window_parts(const conv_window& window, index_t h, index_t w)
      : window_(window),
        h_(h),
        out_w_(window.out_w(w)),
        by_row_(static_cast<std::size_t>(window.kernel_h)) {
    for (index_t tx = 0; tx < window.kernel_w; ++tx) {
      // Pixels x with 0 <= in_x(x, tx) < w.
      const index_t left = -window.in_x(0, tx);
      const index_t first = left <= 0 ? 0 : ceil_div(left, window.stride.w);
      const index_t last = w + left <= 0 ? 0 : ceil_div(w + left, window.stride.w);
      columns_.push_back(
          {std::min(first, out_w_), std::clamp(last, first, std::max(first, out_w_))});
    }
  }

  /// The parts of `cols` pixels from `pixel` on, in vectors of `lanes`: sections one after the
  /// other
  /// (`tap_sections`), all of them. O(taps times output rows).
  void find(index_t pixel, index_t cols, index_t lanes, std::vector<simd::window_part>& parts) {
    const index_t vectors = ceil_div(cols, lanes);
    LACUNA_EXPECTS(cols <= 64 * words && vectors <= simd::most_vectors);
    for (index_t ty = 0; ty < window_.kernel_h; ++ty) {
      bits& seen = by_row_[static_cast<std::size_t>(ty)];
      seen = {};
      for_each_row(pixel, cols, [&](index_t y, index_t begin, index_t end, index_t /*x*/) {
        const index_t in_y = window_.in_y(y, ty);
        if (in_y >= 0 && in_y < h_) seen.set(begin, end);
      });
    }
    parts.clear();
    bits all;
    all.set(0, vectors * lanes);
    bits last;
    for (index_t tx = 0; tx < window_.kernel_w; ++tx) {
      const range& sees = columns_[static_cast<std::size_t>(tx)];
      bits column;
      for_each_row(pixel, cols, [&](index_t /*y*/, index_t begin, index_t end, index_t x) {
        column.set(begin + std::max<index_t>(sees.first - x, 0),
                   std::min(end, begin + sees.last - x));
      });
      for (index_t ty = 0; ty < window_.kernel_h; ++ty) {
        const bits seen = column & by_row_[static_cast<std::size_t>(ty)];
        const index_t section = tx * window_.kernel_h + ty;
        if (!parts.empty() && seen == last) {
          ++parts.back().last;
          continue;
        }
        last = seen;
        simd::window_part& part = parts.emplace_back();
        part.first = section;
        part.last = section + 1;
        for (index_t v = 0; v < vectors; ++v) {
          part.lanes[static_cast<std::size_t>(v)] = seen.from(v * lanes, lanes);
        }
        part.sees_all = seen == all;
      }
    }
  }

 private:
  static constexpr index_t words = 3;

  /// A bit a pixel of a strip.
  struct bits {
    std::array<std::uint64_t, static_cast<std::size_t>(words)> word{};

    void set(index_t begin, index_t end) noexcept {
      for (index_t i = begin; i < end;) {
        const index_t stop = std::min(end, (i / 64 + 1) * 64);
        const auto ones = ~std::uint64_t{0} >> (64 - static_cast<unsigned>(stop - i));
        word[static_cast<std::size_t>(i / 64)] |= ones << static_cast<unsigned>(i % 64);
        i = stop;
      }
    }
    [[nodiscard]] std::uint16_t from(index_t first, index_t count) const noexcept {
      std::uint64_t out =
          word[static_cast<std::size_t>(first / 64)] >> static_cast<unsigned>(first % 64);
      return static_cast<std::uint16_t>(out &
                                        ((std::uint64_t{1} << static_cast<unsigned>(count)) - 1));
    }
    friend bits operator&(bits a, const bits& b) noexcept {
      for (std::size_t i = 0; i < a.word.size(); ++i) a.word[i] &= b.word[i];
      return a;
    }
    friend bool operator==(const bits&, const bits&) = default;
  };

  /// f(y, begin, end, x) for each output row y of the strip: its pixels begin ... end - 1, from
  /// column x on.
  template <class F>
  void for_each_row(index_t pixel, index_t cols, const F& f) const {
    index_t y = pixel / out_w_;
    index_t x = pixel % out_w_;
    for (index_t begin = 0; begin < cols; ++y, x = 0) {
      const index_t end = std::min(cols, begin + out_w_ - x);
      f(y, begin, end, x);
      begin = end;
    }
  }

  struct range {
    index_t first;
    index_t last;
  };

  conv_window window_;
  index_t h_;
  index_t out_w_;
  std::vector<bits> by_row_;
  std::vector<range> columns_;  ///< output pixels of a row whose taps see the image
};

}  // namespace lacuna::inline LACUNA_ABI::kernel
