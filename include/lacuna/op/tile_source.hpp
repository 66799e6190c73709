// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include <lacuna/kernel/pack/dot_planes.hpp>
#include <lacuna/kernel/simd/spmm_tile_panels.hpp>
#include <lacuna/op/dot_source.hpp>

#if LACUNA_AMX

// Where the strips of `tile_panels` get X from. A source cuts an image's columns in blocks whose
// words fit a share of the second-level cache, and has
//   images(), blocks()        how many images, and blocks of each
//   offsets                   words from a strip's start to each group of rows of X
//   words()                   of scratch memory that a block takes
//   pack(image, block, words)
//   strips(block), set(strip, block, s, words)     its strips, 64 columns of words each

namespace lacuna::inline LACUNA_ABI::detail {

inline constexpr index_t tile_block_words = 96 * 1024;

/// Columns that are packed as they lie: of a matrix, or of images under a window of one pixel.
template <class Source>
class tile_matrix_columns {
 public:
  using element = typename Source::element;
  std::vector<std::int32_t> offsets;

  /// `groups` of rows of X; cut in `wanted` blocks or more, where there are as many strips.
  tile_matrix_columns(const Source& source, index_t groups, index_t wanted)
      : source_(source), size_(groups * width), strips_(ceil_div(source.cols(), width)) {
    const index_t fitting = tile_block_words / std::max<index_t>(1, size_);
    block_ = std::max<index_t>(1, std::min(fitting, ceil_div(strips_, wanted)));
    for (index_t g = 0; g < groups; ++g) offsets.push_back(static_cast<std::int32_t>(g * width));
  }

  [[nodiscard]] index_t images() const noexcept { return source_.images(); }
  [[nodiscard]] index_t blocks() const noexcept { return ceil_div(strips_, block_); }
  [[nodiscard]] index_t words() const noexcept { return block_ * size_; }
  void pack(index_t image, index_t block, std::int32_t* words) const {
    const index_t first = block * block_ * width;
    const index_t count = std::min(block_ * width, source_.cols() - first);
    source_.pack(image, first, count, {width, width, size_}, words);
  }
  [[nodiscard]] index_t strips(index_t block) const noexcept {
    return std::min(block_, strips_ - block * block_);
  }
  template <class Y>
  void set(kernel::simd::tile_strip<Y>& strip, index_t block, index_t s,
           const std::int32_t* words) const noexcept {
    constexpr index_t tile = kernel::simd::tile_columns;
    const index_t first = (block * block_ + s) * width;
    const index_t cols = std::min(width, source_.cols() - first);
    strip.x = words + s * size_;
    strip.tiles = ceil_div(cols, tile);
    for (index_t c = 0; c < strip.tiles; ++c) {
      const index_t count = std::min(tile, cols - c * tile);
      strip.parts[static_cast<std::size_t>(c)] = {
          static_cast<std::uint16_t>((1U << static_cast<unsigned>(count)) - 1U), first + c * tile,
          count};
    }
  }

 private:
  static constexpr index_t width = kernel::simd::tile_strip_width;
  const Source& source_;
  index_t size_;  ///< words of a strip
  index_t strips_;
  index_t block_;  ///< strips of a block
};

/// Images under any other window: the rows that some output rows need are laid out with their
/// padding (`plane_layout`), groups of channels interleaved, and every tap reads them where it
/// stands. A strip runs on from one output row to the next through what lies between.
template <class X>
class tile_planes {
 public:
  using element = X;
  std::vector<std::int32_t> offsets;

  tile_planes(const windowed_images<X>& source, index_t wanted)
      : source_(source),
        layout_(source.window, source.in.c, source.in.h, source.in.w),
        out_h_(source.window.out_h(source.in.h)),
        groups_(ceil_div(source.in.c, group)) {
    const index_t more = std::max<index_t>(1, groups_ * (layout_.channel(2) - layout_.channel(1)));
    const index_t fitting = (tile_block_words - groups_ * layout_.channel(1)) / more + 1;
    rows_ = std::max<index_t>(1, std::min({out_h_, fitting, ceil_div(out_h_, wanted)}));
    // An odd number of cache lines, or channels would share a few sets of the first level.
    const index_t lines = ceil_div(layout_.channel(rows_), line);
    stride_ = (lines + 1 - lines % 2) * line;
    for (const index_t tap : layout_.tap_offsets(rows_)) {
      for (index_t g = 0; g < groups_; ++g) {
        offsets.push_back(static_cast<std::int32_t>(g * stride_ + tap));
      }
    }
  }

  /// Of rows of X, `offsets`'s.
  [[nodiscard]] index_t groups() const noexcept { return static_cast<index_t>(offsets.size()); }
  [[nodiscard]] index_t images() const noexcept { return source_.in.n; }
  [[nodiscard]] index_t blocks() const noexcept { return ceil_div(out_h_, rows_); }
  [[nodiscard]] index_t words() const noexcept {
    return groups_ * stride_ + kernel::simd::tile_strip_width;  // which vectors may run over
  }
  void pack(index_t image, index_t block, std::int32_t* words) const {
    const extents4& in = source_.in;
    kernel::pack_dot_planes(layout_, source_.x + image * in.c * in.h * in.w, block * rows_, rows_,
                            stride_, words);
  }
  [[nodiscard]] index_t strips(index_t block) const noexcept {
    return ceil_div(positions(block), kernel::simd::tile_strip_width);
  }
  template <class Y>
  void set(kernel::simd::tile_strip<Y>& strip, index_t block, index_t s,
           const std::int32_t* words) const noexcept {
    constexpr index_t tile = kernel::simd::tile_columns;
    const index_t first = s * kernel::simd::tile_strip_width;
    const index_t last = std::min(first + kernel::simd::tile_strip_width, positions(block));
    strip.x = words + first;
    strip.tiles = ceil_div(last - first, tile);
    const index_t length = layout_.row_length();
    const index_t out_w = layout_.out_w();
    index_t y = first / length;
    index_t x = first % length;
    for (index_t c = 0; c < strip.tiles; ++c) {
      kernel::simd::tile_part part{0, (block * rows_ + y) * out_w + std::min(x, out_w), 0};
      const index_t lanes = std::min(tile, last - first - c * tile);
      for (index_t j = 0; j < lanes;) {
        const index_t run = std::min(lanes - j, std::max<index_t>(out_w - x, 0));
        const auto ones = (1U << static_cast<unsigned>(run)) - 1U;
        part.lanes = static_cast<std::uint16_t>(part.lanes | ones << static_cast<unsigned>(j));
        part.count += run;
        const index_t step = std::min(lanes - j, length - x);
        j += step;
        x += step;
        if (x == length) {
          x = 0;
          ++y;
        }
      }
      strip.parts[static_cast<std::size_t>(c)] = part;
    }
  }

 private:
  static constexpr index_t group = kernel::detail::group_rows<X>;
  static constexpr index_t line = static_cast<index_t>(cache_line) / 4;

  /// What lies between the first output pixel of a block and its last.
  [[nodiscard]] index_t positions(index_t block) const noexcept {
    const index_t rows = std::min(rows_, out_h_ - block * rows_);
    return (rows - 1) * layout_.row_length() + layout_.out_w();
  }

  const windowed_images<X>& source_;
  kernel::plane_layout layout_;
  index_t out_h_;
  index_t groups_;  ///< of channels
  index_t rows_;    ///< output rows of a block
  index_t stride_;  ///< words between groups of channels
};

}  // namespace lacuna::inline LACUNA_ABI::detail

#endif
