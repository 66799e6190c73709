// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>

#include <lacuna/hardware/aie2/estimate.hpp>
#include <lacuna/hardware/aie2/tile_extents.hpp>

// What lets a search of mappings leave most of them out: cycles that no tile of a given split
// undercuts.
namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

/// No mapping of a split takes fewer cycles than
///   max(hops + core + tiles x a_tile, [tiles x] weights, least,
///       reach(h) / h x input_row [x channel tiles]),
/// tiles of h rows and the whole width. Weights stream once, or where pixels stay once a tile;
/// inputs of a convolution once a group of output channels where weights stay.
struct cycle_bound {
  double core{0};
  double hops{0};
  double a_tile{0};
  double least{0};
  double weights{0};
  double input_row{0}, input_row_again{0};  ///< pixels stay, weights stay
  bool pixels_may_stay{true}, weights_may_stay{true};

  /// Tiles of any height, whose rows of output read at least `read` of input each.
  [[nodiscard]] double with_any(double read) const noexcept { return either(1, read); }
  /// Tiles with these rows, of any width and order.
  [[nodiscard]] double with(const tile_extent& rows) const noexcept {
    return either(static_cast<double>(rows.parts.tiles()), rows.read);
  }

 private:
  [[nodiscard]] double of(loop_order order, double tiles, double rows) const noexcept {
    const bool stay = order == loop_order::pixels_stay;
    return std::max({hops + core + tiles * a_tile, stay ? tiles * weights : weights, least,
                     (stay ? input_row : input_row_again) * rows});
  }
  [[nodiscard]] double either(double tiles, double rows) const noexcept {
    double fewest = std::numeric_limits<double>::infinity();
    if (weights_may_stay) fewest = of(loop_order::weights_stay, tiles, rows);
    if (pixels_may_stay) {
      fewest = std::min(fewest, of(loop_order::pixels_stay, tiles, rows));
    }
    return fewest;
  }
};

/// Bounds of a layer on a split of its width and channels. What the estimate can't avoid:
///   a convolution's core: pieces x (groups (kept (1 + imbalance) + blocks (1 + latency / sweep
///   [+ 8 with partial sums])) + tiles x call), groups = rows x ceil(width / 4), full sweeps;
///   the streams of all weights and of all results; of pooling and additions the inputs; hops to
///   the cores and back; DRAM.
class split_bound {
 public:
  /// `m` has width_parts, channel_parts, output_to_dram, channels of a tile and channel_tiles; a
  /// tile's rows and columns don't matter. `dram`: cycles of the least traffic.
  split_bound(const estimator& estimate, const layer_facts& f, const conv_window& window,
              const mapping& m, double dram) noexcept {
    const device& d = estimate.device();
    iteration_stages& s = stages_;
    s = estimate.split_stages(f, m);
    s.stream_piece(f, {m.output.c, window.kernel_h, window.kernel_w, f.in});
    const index_t width = ceil_div(f.out_w, m.width_parts);
    channel_tiles_ = static_cast<double>(m.channel_tiles);
    const double results = static_cast<double>(f.out_h * width * m.output.c) * channel_tiles_;
    bound_.least = std::max(dram, results * s.output_stream.cycles_a_byte());
    bound_.hops = s.hops;
    call_ = call_cycles(d);
    // A column of output reads least where its tile is widest, or with gaps between windows single.
    const window_axis axis = column_axis(window);
    const double columns = static_cast<double>(width) * std::min(axis.read(1), axis.read(width));
    bound_.input_row = static_cast<double>(f.out_h) * columns * s.input_stream.cycles_a_byte() *
                       static_cast<double>(f.operands) *
                       static_cast<double>(f.conv ? f.in : m.output.c * m.channel_tiles);
    bound_.input_row_again = bound_.input_row;
    bound_.pixels_may_stay = f.conv;
    if (!f.conv) return;
    bound_.input_row_again *= channel_tiles_;
    bound_.weights = channel_tiles_ * s.weights;
    const auto blocks = static_cast<double>(m.output.c / 8);
    const auto groups = static_cast<double>(f.out_h * ceil_div(width, product_pixels));
    const auto sweep = static_cast<double>(f.layers > 0 ? 2 * series_sweep : convolution_sweep(d));
    const auto latency = static_cast<double>(d.core.latency.vector_load + d.core.latency.mac);
    const double work = f.density + 0.5 * static_cast<double>(f.layers);
    kept_ = groups * blocks * static_cast<double>(f.taps) * work * (1 + s.imbalance);
    edge_ = groups * blocks * (latency / sweep + 1);
    partial_ = groups * blocks * 8;
  }

  [[nodiscard]] const iteration_stages& stages() const noexcept { return stages_; }

  /// Of pieces of `in` input channels, `reductions` of them.
  [[nodiscard]] cycle_bound of(index_t in, index_t reductions) const noexcept {
    const double pieces = channel_tiles_ * static_cast<double>(reductions);
    const double kept = pieces * kept_ * static_cast<double>(in / 8);
    cycle_bound b = bound_;
    b.core = kept + pieces * (edge_ + (reductions > 1 ? partial_ : 0.0));
    b.a_tile = pieces * call_;
    b.weights_may_stay = reductions == 1;
    b.pixels_may_stay = bound_.pixels_may_stay && pieces > 1;
    if (reductions > 1) b.input_row *= channel_tiles_;  // once for each group of output channels
    return b;
  }

 private:
  iteration_stages stages_;
  cycle_bound bound_;
  double channel_tiles_{1};
  double call_{0};
  double kept_{0}, edge_{0}, partial_{0};  ///< cycles of a piece, an 8-channel step of it
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
