// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/hardware/aie2/mapping_bound.hpp>
#include <lacuna/hardware/aie2/mapping_fit.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

/// The tiles of a split, one after another: whether a core holds them and how long the array takes,
/// without causes. What tiles share is computed once: a tile then costs some 40 ns, not 120.
class split_tiles {
 public:
  /// `m` and `stages` are those of a split of width and output channels.
  split_tiles(const device& d, const layer_facts& f, const conv_window& window, const mapping& m,
              const iteration_stages& stages) noexcept
      : device_(&d), facts_(&f), m_(m), stages_(stages), call_(call_cycles(d)) {
    m_.input.c = m_.output.c;
    if (!f.conv) return;
    m_.weights = {m_.output.c, window.kernel_h, window.kernel_w, f.in};
    sweep_ = tile_sweep(d, f);
  }

  /// Weights come in pieces of `in` input channels, `reductions` of them. @return whether a core
  /// holds these.
  [[nodiscard]] bool cut_weights(index_t in, index_t reductions) noexcept {
    m_.reduction_tiles = reductions;
    if (!facts_->conv) return true;
    m_.input.c = m_.weights.in = in;
    piece_ = piece_bytes(*facts_, m_.weights);
    if (!held(0, 0, true)) return false;
    stages_.stream_piece(*facts_, m_.weights);
    whole_sweep_ = fullest(tile_sweep_cycles(*device_, *facts_, m_, sweep_));
    return true;
  }

  /// Whether a core holds tiles of an extent, with their weights.
  [[nodiscard]] bool hold(const tile_extent& rows, const tile_extent& columns) const noexcept {
    return held(rows.input * columns.input * m_.input.c * facts_->operands,
                rows.size * columns.size * m_.output.c,
                rows.parts.tiles() * columns.parts.tiles() > 1);
  }

  /// Takes up such tiles.
  void take(const tile_extent& rows, const tile_extent& columns) noexcept {
    m_.output.h = rows.size;
    m_.output.w = columns.size;
    m_.input.h = rows.input;
    m_.input.w = columns.input;
    m_.row_tiles = rows.parts.tiles();
    m_.width_tiles = columns.parts.tiles();
    stages_.stream_tile(*facts_, m_.input, m_.output);
    pixels_.rows = rows.parts;
    pixels_.columns = columns.parts;
    pixels_.for_each([&](index_t h, index_t w, double, double& work) { work = work_of(h, w); });
  }

  /// Cycles of the tiles taken up, in an order, but for DRAM and bank conflicts, and rounded
  /// otherwise than `estimator` does.
  [[nodiscard]] double cycles(loop_order order) noexcept {
    m_.order = order;
    const array_cycles c = cycles_of(m_, stages_, pixels_);
    return c.steady + c.fill;
  }
  /// Whether the split has the order.
  [[nodiscard]] bool allows(loop_order order) const noexcept {
    return order == loop_order::weights_stay ? m_.reduction_tiles == 1
                                             : facts_->conv && m_.pieces() > 1;
  }
  /// The tiles taken up, in the order of `cycles`; buffers are not placed.
  [[nodiscard]] const mapping& tiles() const noexcept { return m_; }

 private:
  [[nodiscard]] bool held(index_t input, index_t output, bool several) const noexcept {
    return fits(
        buffers_of(input, output, piece_, {several, m_.channel_tiles > 1, m_.reduction_tiles > 1}),
        device_->memory.bytes);
  }
  [[nodiscard]] double fullest(const core_cycles& c) const noexcept {
    return c.total() + stages_.imbalance * c.of_blocks();
  }
  [[nodiscard]] double work_of(index_t h, index_t w) const noexcept {
    if (!facts_->conv) return fullest(tile_cycles(*device_, *facts_, m_, h, w));
    const index_t groups = h * ceil_div(w, product_pixels);
    const index_t rest = groups % sweep_;
    double work = call_ + whole_sweep_ * static_cast<double>(groups / sweep_);
    if (rest > 0) work += fullest(tile_sweep_cycles(*device_, *facts_, m_, rest));
    return work;
  }

  const device* device_;
  const layer_facts* facts_;
  mapping m_;
  iteration_stages stages_;
  pixel_parts pixels_{{1, 1}, {1, 1}};
  double call_{0};
  index_t piece_{0};  ///< bytes
  index_t sweep_{1};
  double whole_sweep_{0};
};

/// The widest tiles of a split that a core holds, for one height after the other, tallest first.
class widest_columns {
 public:
  widest_columns(const split_tiles& tiles, const tile_extents& widths) noexcept
      : tiles_(&tiles), widths_(&widths) {}

  /// Nothing where none fit. What a core holds of one height it holds of lower ones, so that few
  /// are tried; but of a single tile of pixels it may hold one copy where others need two.
  [[nodiscard]] const tile_extent* with(const tile_extent& rows) noexcept {
    const tile_extent* const first = widths_->begin();
    if (held_ == nullptr) {
      if (tiles_->hold(rows, *first)) {
        if (rows.parts.tiles() > 1 || first->parts.tiles() > 1) held_ = first;
        return first;
      }
      if (!tiles_->hold(rows, *(widths_->end() - 1))) return nullptr;
      held_ = first + 1;
      while (!tiles_->hold(rows, *held_)) ++held_;
      return held_;
    }
    while (held_ != first && tiles_->hold(rows, *(held_ - 1))) --held_;
    return held_;
  }

 private:
  const split_tiles* tiles_;
  const tile_extents* widths_;
  const tile_extent* held_{nullptr};
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
