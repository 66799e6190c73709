// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include <lacuna/core/conv_window.hpp>
#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/extents.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/hardware/aie2/device.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// What one core computes in a call: h x w output pixels of `out_blocks` x 8 channels from
/// `in_blocks` x 8.
struct convolution_tile {
  index_t in_blocks{1};
  index_t out_blocks{1};
  index_t h{1};
  index_t w{1};
  conv_window window;  ///< its padding is already in the tile's input
};

/// How that tile lies in core memory. A product takes 4 pixels x 8 channels from 32 aligned bytes,
/// and pixels that are neighbours would need unaligned loads for taps beside the centre. So the
/// four lanes are pixels far apart: the output is cut into lanes_h x lanes_w stripes of
/// groups_h x groups_w pixels, lane (a, b) of group (i, j) is pixel (a groups_h + i, b groups_w +
/// j), and input position (p, q) holds, for the four lanes, pixel (a s groups_h + p, b s groups_w +
/// q), s the stride. A tap is then a shift by whole positions for any kernel, stride and dilation,
/// and inputs are read in place; the price is that halos between stripes lie in memory twice.
///
/// Input [in_blocks][rows][cols][4 lanes][8], output [out_blocks][groups_h][groups_w][4][8], both
/// with group counts rounded up to sweeps of sweep_h x sweep_w groups, whose accumulators a core
/// keeps at once. A kernel of one tap is a row of h x w pixels, those that a stride leaves out
/// being left out by the DMA's address pattern.
struct convolution_layout {
  convolution_tile tile;
  bool flat{false};  ///< one tap: pixels in a row
  index_t lanes_h{1}, lanes_w{4};
  index_t groups_h{1}, groups_w{1};
  index_t sweep_h{1}, sweep_w{1};
  index_t step_h{1}, step_w{1};  ///< positions between neighbouring groups: strides, 1 if flat
  index_t rows{1}, cols{1};      ///< input positions

  [[nodiscard]] index_t groups() const noexcept { return sweep_h * sweep_w; }
  [[nodiscard]] index_t sweeps_h() const noexcept { return ceil_div(groups_h, sweep_h); }
  [[nodiscard]] index_t sweeps_w() const noexcept { return ceil_div(groups_w, sweep_w); }
  [[nodiscard]] index_t padded_h() const noexcept { return sweeps_h() * sweep_h; }
  [[nodiscard]] index_t padded_w() const noexcept { return sweeps_w() * sweep_w; }
  [[nodiscard]] index_t in_plane() const noexcept { return rows * cols * 32; }
  [[nodiscard]] index_t out_plane() const noexcept { return padded_h() * padded_w() * 32; }
  [[nodiscard]] index_t in_bytes() const noexcept { return tile.in_blocks * in_plane(); }
  [[nodiscard]] index_t out_bytes() const noexcept { return tile.out_blocks * out_plane(); }
  /// int32 partial sums, where input channels come in several calls.
  [[nodiscard]] index_t partial_bytes() const noexcept { return 4 * out_bytes(); }
  /// Bytes from the input of group (0, 0) at tap 0 of channel block 0 to a tap of a block.
  [[nodiscard]] index_t offset(index_t tap, index_t block) const noexcept {
    const conv_window& w = tile.window;
    const index_t y = tap / w.kernel_w * w.dilation.h;
    const index_t x = tap % w.kernel_w * w.dilation.w;
    return block * in_plane() + (flat ? 0 : (y * cols + x) * 32);
  }

  /// Calls f(byte, channel, row, col) for every input byte: row and col count the tile's input
  /// pixels (of a flat one the output's, and -1 beyond the last).
  template <class F>
  void for_each_input(F&& f) const {
    index_t at = 0;
    for (index_t block = 0; block < tile.in_blocks; ++block) {
      for (index_t p = 0; p < rows; ++p) {
        for (index_t q = 0; q < cols; ++q) {
          for (index_t lane = 0; lane < 4; ++lane) {
            const index_t row = lane / lanes_w * step_h * groups_h + p;
            const index_t col = lane % lanes_w * step_w * groups_w + q;
            const bool inside = !flat || col < tile.h * tile.w;
            for (index_t c = 0; c < 8; ++c) {
              if (!flat) {
                f(at++, 8 * block + c, row, col);
              } else {
                f(at++, 8 * block + c, inside ? col / tile.w : -1, inside ? col % tile.w : -1);
              }
            }
          }
        }
      }
    }
  }
  /// Calls f(byte, channel, row, col) for every output pixel that there is.
  template <class F>
  void for_each_output(F&& f) const {
    const index_t wide = flat ? tile.h * tile.w : tile.w;
    const index_t high = flat ? 1 : tile.h;
    for (index_t block = 0; block < tile.out_blocks; ++block) {
      for (index_t row = 0; row < high; ++row) {
        for (index_t col = 0; col < wide; ++col) {
          const index_t lane = row / groups_h * lanes_w + col / groups_w;
          const index_t group = row % groups_h * padded_w() + col % groups_w;
          const index_t at = block * out_plane() + group * 32 + lane * 8;
          for (index_t c = 0; c < 8; ++c) {
            f(at + c, 8 * block + c, flat ? col / tile.w : row, flat ? col % tile.w : col);
          }
        }
      }
    }
  }
};

/// The layout of fewest cycles for rows of `entries` products (blocks x taps), of equals the one of
/// least memory: lanes 1x4, 2x2 or 4x1, sweeps of up to `most_groups`, 8 of
/// the 9 accumulators. A sweep is taken
/// to cost entries x max(J, ceil((J + 3) / 2), 2) + 30 + 2 J bundles, J groups.
/// `within`: the layout of a larger tile, whose bytes are not exceeded: a tile at an edge
/// of the image in the larger one's buffers. @throws shape_error unless all extents are positive.
[[nodiscard]] inline convolution_layout lay_out(const convolution_tile& t, index_t entries,
                                                index_t most_groups = 8,
                                                const convolution_layout* within = nullptr) {
  const conv_window& w = t.window;
  if (std::min({t.in_blocks, t.out_blocks, t.h, t.w, w.kernel_h, w.kernel_w, w.stride.h, w.stride.w,
                w.dilation.h, w.dilation.w}) < 1) {
    throw shape_error(message("convolution tile: expected positive extents, got ", t.h, "x", t.w,
                              " pixels, ", t.in_blocks, " to ", t.out_blocks, " blocks, kernel ",
                              w.kernel_h, "x", w.kernel_w));
  }
  convolution_layout best;
  index_t least = std::numeric_limits<index_t>::max();
  index_t least_bytes = 0;
  const bool flat = w.kernel_h * w.kernel_w == 1;
  for (const index_t lanes_h : {1, 2, 4}) {
    if (flat && lanes_h > 1) break;
    convolution_layout l;
    l.tile = t;
    l.flat = flat;
    l.lanes_h = lanes_h;
    l.lanes_w = 4 / lanes_h;
    l.step_h = flat ? 1 : w.stride.h;
    l.step_w = flat ? 1 : w.stride.w;
    l.groups_h = ceil_div(flat ? 1 : t.h, l.lanes_h);
    l.groups_w = ceil_div(flat ? t.h * t.w : t.w, l.lanes_w);
    for (l.sweep_h = 1; l.sweep_h <= std::min(most_groups, l.groups_h); ++l.sweep_h) {
      for (l.sweep_w = 1; l.sweep_w <= std::min(most_groups / l.sweep_h, l.groups_w); ++l.sweep_w) {
        l.rows = (l.padded_h() - 1) * l.step_h + (w.kernel_h - 1) * w.dilation.h + 1;
        l.cols = (l.padded_w() - 1) * l.step_w + (w.kernel_w - 1) * w.dilation.w + 1;
        const index_t j = l.groups();
        const index_t cycles = l.sweeps_h() * l.sweeps_w() *
                               (entries * std::max({j, (j + 4) / 2, index_t{2}}) + 30 + 2 * j);
        const index_t bytes = l.in_bytes() + l.out_bytes();
        if (within != nullptr &&
            (l.in_bytes() > within->in_bytes() || l.out_bytes() > within->out_bytes())) {
          continue;
        }
        if (cycles < least || (cycles == least && bytes < least_bytes)) {
          best = l;
          least = cycles;
          least_bytes = bytes;
        }
      }
    }
  }
  return best;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
