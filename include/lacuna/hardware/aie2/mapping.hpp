// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include <lacuna/hardware/aie2/buffer_placement.hpp>
#include <lacuna/hardware/aie2/device.hpp>
#include <lacuna/hardware/aie2/published_rule.hpp>
#include <lacuna/hardware/aie2/workload.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// What stays in a core while the other operand streams by.
enum class loop_order : std::uint8_t {
  weights_stay,  ///< for each group of output channels: all tiles of pixels
  pixels_stay,   ///< for each tile of pixels: all pieces of weights
};

/// How a layer lies on an array. Width is split over columns, output channels over the cores of a
/// column (and over columns that width does not need); rows stream; input channels are split last.
struct mapping {
  index_t width_parts{1};    ///< columns that share the width
  index_t channel_parts{1};  ///< further split of the output channels, over columns
  tile_shape output;         ///< of a core and iteration: rows, columns, output channels
  tile_shape input;          ///< what it reads, halo included
  weight_shape weights;      ///< held at once, 0 of pooling and additions
  index_t row_tiles{1};      ///< iterations along each axis
  index_t width_tiles{1};
  index_t channel_tiles{1};
  index_t reduction_tiles{1};
  loop_order order{loop_order::weights_stay};
  bool input_from_dram{false};
  bool output_to_dram{false};
  bool input_whole{true};    ///< the memory tile holds the whole input slice while the layer runs
  bool weights_whole{true};  ///< and the layer's whole share of weights
  core_buffers buffers;
  buffer_placement placement;

  [[nodiscard]] index_t pixel_tiles() const noexcept { return row_tiles * width_tiles; }
  [[nodiscard]] index_t pieces() const noexcept { return channel_tiles * reduction_tiles; }
  [[nodiscard]] index_t iterations() const noexcept { return pixel_tiles() * pieces(); }
};

/// Bytes of weights as a core holds them: int8 values of kept 8x8 blocks (all taps of a block are
/// kept or none), an int16 index each where some are not, an int32 bias an output channel.
[[nodiscard]] inline double stored_weight_bytes(const weight_shape& w, double density) noexcept {
  const double blocks = static_cast<double>(w.out / 8) * static_cast<double>(w.in / 8) * density;
  return blocks * (64.0 * static_cast<double>(w.taps()) + (density < 1 ? 2 : 0)) +
         4.0 * static_cast<double>(w.out);
}

/// The same of a series with 2:4 layers: an int32 step a kept block and tap, and for each layer 40
/// bytes (mask and kept values) of 4 outputs x 16 inputs.
[[nodiscard]] inline double stored_series_bytes(const weight_shape& w,
                                                const weight_terms& terms) noexcept {
  const double blocks = static_cast<double>(w.out / 8) * static_cast<double>(w.in / 8);
  const auto layer = static_cast<double>(round_up(w.out, 16) / 4 * (round_up(w.in, 16) / 16) * 40);
  return static_cast<double>(w.taps()) *
             (68 * blocks * terms.blocks + static_cast<double>(terms.layers) * layer) +
         4.0 * static_cast<double>(w.out);
}

/// Figures of a layer that don't depend on its mapping, in int8 with channels in eights.
struct layer_facts {
  index_t in{8}, out{8}, out_h{1}, out_w{1};
  index_t taps{1};
  index_t operands{1};
  bool conv{true};
  double density{1};       ///< share of 8x8 blocks kept, by the block terms of a series
  index_t layers{0};       ///< of 2:4 values besides
  double kept{1};          ///< share of the multiply-adds: density, more where there are layers
  double macs{0};          ///< kept: out_h out_w out in taps kept, channels unpadded
  double weight_bytes{0};  ///< compressed, all of the layer
  double imbalance{-1};    ///< measured; below 0 where masks are random

  /// Bytes of a piece of weights as a core holds it.
  [[nodiscard]] double stored_bytes(const weight_shape& w) const noexcept {
    return layers == 0 ? stored_weight_bytes(w, density)
                       : stored_series_bytes(w, {density, layers, kept});
  }
};

/// @throws unsupported_error on groups, on several products and on products of activations;
/// shape_error on extents that are not positive, a density that is not in (0, 1], live bytes or an
/// imbalance below 0; what terms_of throws.
[[nodiscard]] inline layer_facts facts_of(const workload_layer& l) {
  const network::layer_shape& s = l.shape;
  if (s.groups != 1) {
    throw unsupported_error(message(s.name, ": ", s.groups, " groups; only one is supported"));
  }
  if (std::min({s.in, s.out, s.h, s.w, s.out_h(), s.out_w()}) < 1) {
    throw shape_error(message(s.name, ": expected positive extents, got ", s.in, "x", s.h, "x", s.w,
                              " to ", s.out, "x", s.out_h(), "x", s.out_w()));
  }
  if (!(l.density > 0 && l.density <= 1)) {
    throw shape_error(
        message(s.name, ": expected a density above 0 and at most 1, got ", l.density));
  }
  if (s.count != 1 || !s.has_weights) {
    throw unsupported_error(message(s.name, ": ", s.count, " products, ",
                                    s.has_weights ? "with" : "without",
                                    " weights; only one, with weights, is supported"));
  }
  if (l.imbalance && !(*l.imbalance >= 0 && *l.imbalance < 1e6)) {
    throw shape_error(message(s.name, ": expected an imbalance from 0, got ", *l.imbalance));
  }
  if (l.live_bytes < 0) throw shape_error(message(s.name, ": live bytes below 0: ", l.live_bytes));
  if (!is_sound(tile_shape{s.h, s.w, s.in}) || !is_sound(tile_shape{s.out_h(), s.out_w(), s.out}) ||
      !is_sound(weight_shape{s.out, s.window.kernel_h, s.window.kernel_w, s.in})) {
    throw shape_error(message(s.name, ": an operand is beyond 2^40 values"));
  }
  layer_facts f;
  f.conv = l.kind == layer_kind::convolution;
  f.in = round_up(s.in, 8);
  f.out = round_up(s.out, 8);
  f.out_h = s.out_h();
  f.out_w = s.out_w();
  f.taps = s.window.kernel_h * s.window.kernel_w;
  f.operands = l.kind == layer_kind::addition ? 2 : 1;
  f.density = f.kept = l.density;
  if (l.series && f.conv) {
    const weight_terms terms = terms_of(*l.series);
    f.density = terms.blocks;
    f.layers = terms.layers;
    f.kept = terms.kept;
  }
  f.imbalance = l.imbalance.value_or(-1);
  if (f.conv) {
    f.macs = static_cast<double>(f.out_h * f.out_w) * static_cast<double>(s.out * s.in * f.taps) *
             f.kept;
    f.weight_bytes = f.stored_bytes({f.out, s.window.kernel_h, s.window.kernel_w, f.in});
  }
  return f;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
