// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <limits>

#include <lacuna/hardware/aie2/estimate.hpp>
#include <lacuna/hardware/aie2/mapping_fit.hpp>

// What lets a search of mappings leave most of them out: the sizes it tries, and cycles that no
// tile of a given split undercuts.
namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

/// Candidate extents of a tile: n, n/2, n/3, ... as ceil, each once, down to `multiple`.
class cuts {
 public:
  cuts(index_t n, index_t multiple) noexcept {
    const index_t whole = round_up(n, multiple);
    for (const index_t parts : {1, 2, 3, 4, 5, 7, 8, 14, 16, 28, 32, 56, 64, 112, 128, 224, 256}) {
      const index_t cut = std::min(whole, round_up(ceil_div(n, parts), multiple));
      if (size_ == 0 || cut < sizes_[size_ - 1]) sizes_[size_++] = cut;
      if (cut == multiple) return;
    }
    sizes_[size_++] = multiple;
  }
  [[nodiscard]] const index_t* begin() const noexcept { return sizes_.data(); }
  [[nodiscard]] const index_t* end() const noexcept { return sizes_.data() + size_; }

 private:
  std::array<index_t, 18> sizes_{};
  std::size_t size_{0};
};

/// No mapping of a split takes fewer cycles than
///   max(hops + core x groups / ideal + tiles x a_tile, [tiles x] weights, least,
///       reach(h) / h x input_row [x channel tiles]),
/// tiles of pixels, h rows each; groups of 4 pixels that the tiles' widths make of a row, ideal if
/// undivided. Weights stream once, or where pixels stay once a tile; inputs of a convolution once a
/// group of output channels where weights stay.
struct cycle_bound {
  double core{0};
  double conflicts{0};  ///< of the core, where loads of weights and pixels meet in a bank
  double hops{0};
  double a_tile{0};
  double least{0};
  double weights{0};
  double input_row{0}, input_row_again{0};  ///< pixels stay, weights stay
  double row_groups{1};
  bool pixels_may_stay{true}, weights_may_stay{true};

  /// Of any height: most rows a tile read fewest each, or single ones where windows leave gaps.
  [[nodiscard]] double with_any(index_t out_h, const conv_window& w) const noexcept {
    return either(1, std::min(rows_read(1, w), rows_read(out_h, w)));
  }
  /// Tiles of h rows, of any width and order.
  [[nodiscard]] double with(index_t h, index_t out_h, const conv_window& w) const noexcept {
    return either(static_cast<double>(ceil_div(out_h, h)), rows_read(h, w));
  }
  /// The tiles of a mapping, whose parts of the width are `whole`, in an order.
  [[nodiscard]] double with(loop_order order, const mapping& m, index_t whole,
                            const conv_window& w) const noexcept {
    const index_t width = m.output.w;
    const auto groups = static_cast<double>(whole / width * ceil_div(width, product_pixels) +
                                            ceil_div(whole % width, product_pixels));
    const double cycles = core + (m.placement.loads_conflict ? conflicts : 0);
    return of(order, static_cast<double>(m.pixel_tiles()), cycles * (groups / row_groups),
              rows_read(m.output.h, w));
  }

 private:
  [[nodiscard]] double of(loop_order order, double tiles, double cores,
                          double rows) const noexcept {
    const bool stay = order == loop_order::pixels_stay;
    return std::max({hops + cores + tiles * a_tile, stay ? tiles * weights : weights, least,
                     (stay ? input_row : input_row_again) * rows});
  }
  [[nodiscard]] double either(double tiles, double rows) const noexcept {
    double fewest = std::numeric_limits<double>::infinity();
    if (weights_may_stay) fewest = of(loop_order::weights_stay, tiles, core, rows);
    if (pixels_may_stay) {
      fewest = std::min(fewest, of(loop_order::pixels_stay, tiles, core, rows));
    }
    return fewest;
  }
  static double rows_read(index_t h, const conv_window& w) noexcept {
    return static_cast<double>(input_reach(h, w.stride.h, w.kernel_h, w.dilation.h)) /
           static_cast<double>(h);
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
  split_bound(const estimator& estimate, const layer_facts& f, const conv_window& window, mapping m,
              double dram) noexcept {
    const device& d = estimate.device();
    if (f.conv) m.weights = {m.output.c, window.kernel_h, window.kernel_w, f.in};
    m.reduction_tiles = 1;
    const iteration_stages s = estimate.stages_of(f, m);
    const index_t width = ceil_div(f.out_w, m.width_parts);
    channel_tiles_ = static_cast<double>(m.channel_tiles);
    const double results = static_cast<double>(f.out_h * width * m.output.c) * channel_tiles_;
    bound_.least = std::max(dram, results * s.output_stream.cycles_a_byte());
    bound_.hops = s.hops;
    call_ = static_cast<double>(d.core.call_cycles + 2 * d.memory.acquire_cycles);
    // A column of output reads least where its tile is widest, or with gaps between windows single.
    const auto reach = [&](index_t w) {
      return static_cast<double>(
                 input_reach(w, window.stride.w, window.kernel_w, window.dilation.w)) /
             static_cast<double>(w);
    };
    const double columns = static_cast<double>(width) * std::min(reach(1), reach(width));
    bound_.input_row = static_cast<double>(f.out_h) * columns * s.input_stream.cycles_a_byte() *
                       static_cast<double>(f.operands) *
                       static_cast<double>(f.conv ? f.in : m.output.c * m.channel_tiles);
    bound_.input_row_again = bound_.input_row;
    bound_.pixels_may_stay = f.conv;
    if (!f.conv) return;
    bound_.input_row_again *= channel_tiles_;
    bound_.weights = channel_tiles_ * s.weights;
    bound_.row_groups = static_cast<double>(ceil_div(width, product_pixels));
    const auto blocks = static_cast<double>(m.output.c / 8);
    const auto groups = static_cast<double>(f.out_h * ceil_div(width, product_pixels));
    const auto sweep = static_cast<double>(std::max<std::int64_t>(1, d.core.accumulators - 1));
    const auto latency = static_cast<double>(d.core.latency.vector_load + d.core.latency.mac);
    const double work = f.density + 0.5 * static_cast<double>(f.layers);
    kept_ = groups * blocks * static_cast<double>(f.taps) * work * (1 + s.imbalance);
    if (f.layers == 0) conflicts_ = 2 * static_cast<double>(d.memory.conflict_cycles) / sweep;
    edge_ = groups * blocks * (latency / sweep + 1);
    partial_ = groups * blocks * 8;
  }

  /// Of pieces of `in` input channels, `reductions` of them.
  [[nodiscard]] cycle_bound of(index_t in, index_t reductions) const noexcept {
    const double pieces = channel_tiles_ * static_cast<double>(reductions);
    const double kept = pieces * kept_ * static_cast<double>(in / 8);
    cycle_bound b = bound_;
    b.core = kept + pieces * (edge_ + (reductions > 1 ? partial_ : 0.0));
    b.conflicts = kept * conflicts_;
    b.a_tile = pieces * call_;
    b.weights_may_stay = reductions == 1;
    b.pixels_may_stay = bound_.pixels_may_stay && pieces > 1;
    if (reductions > 1) b.input_row *= channel_tiles_;  // once for each group of output channels
    return b;
  }

 private:
  cycle_bound bound_;
  double channel_tiles_{1};
  double call_{0};
  double kept_{0}, edge_{0}, partial_{0};  ///< cycles of a piece, an 8-channel step of it
  double conflicts_{0};                    ///< a cycle of kept_
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
