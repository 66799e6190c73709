// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

#include <lacuna/hardware/aie2/mapping.hpp>
#include <lacuna/hardware/aie2/tile_extents.hpp>

// Whether a mapping fits: what a core holds, and what the memory tiles do.
namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

/// Which axes a core takes in several tiles.
struct tiled_axes {
  bool pixels{false}, channels{false}, reduction{false};
};

/// What a core holds, of tiles that read `input` bytes and make `output`, and pieces of weights.
[[nodiscard]] inline core_buffers buffers_of(index_t input, index_t output, index_t piece,
                                             const tiled_axes& tiled) noexcept {
  const bool pieces = tiled.channels || tiled.reduction;
  core_buffers b;
  b.weights = (pieces ? 2 : 1) * piece;
  if (tiled.reduction) b.accumulators = 4 * output;
  b.input = (tiled.pixels || pieces ? 2 : 1) * input;
  b.output = (tiled.pixels || tiled.channels ? 2 : 1) * output;
  return b;
}

/// Bytes of a piece of weights in a core.
[[nodiscard]] inline index_t piece_bytes(const layer_facts& f, const weight_shape& w) noexcept {
  return static_cast<index_t>(std::ceil(f.stored_bytes(w)));
}

/// Fills in what follows from split, tile and order; false where a core can't hold it.
[[nodiscard]] inline bool complete(const device& d, const workload_layer& l, const layer_facts& f,
                                   mapping& m) noexcept {
  const conv_window& w = l.shape.window;
  const index_t width = ceil_div(f.out_w, m.width_parts);
  m.output.h = std::min(m.output.h, f.out_h);
  m.output.w = std::min(m.output.w, width);
  m.row_tiles = ceil_div(f.out_h, m.output.h);
  m.width_tiles = ceil_div(width, m.output.w);
  const index_t a_core = round_up(ceil_div(f.out, d.core_rows * m.channel_parts), 8);
  m.output.c = std::min(m.output.c, a_core);
  m.channel_tiles = ceil_div(a_core, m.output.c);
  m.input = {row_axis(w).reach(m.output.h), column_axis(w).reach(m.output.w), m.output.c};
  m.reduction_tiles = 1;
  if (f.conv) {
    m.weights = {m.output.c, w.kernel_h, w.kernel_w, std::min(m.weights.in, f.in)};
    m.reduction_tiles = ceil_div(f.in, m.weights.in);
    m.input.c = m.weights.in;
  }
  m.buffers = buffers_of(m.input.elements() * f.operands, m.output.elements(),
                         f.conv ? piece_bytes(f, m.weights) : 0,
                         {m.pixel_tiles() > 1, m.channel_tiles > 1, m.reduction_tiles > 1});
  return m.buffers.total() <= d.memory.bytes && place_buffers(m.buffers, d.memory, m.placement);
}

/// Decides what the memory tiles keep besides: the whole input and all weights where there is room,
/// else two tiles' rows of what comes from DRAM and two pieces. @return whether that fits; `least`
/// falls to the smallest need met.
[[nodiscard]] inline bool settle(const device& d, const workload_layer& l, const layer_facts& f,
                                 const placement_request& wanted, mapping& m,
                                 double& least) noexcept {
  const auto columns = static_cast<double>(d.cols);
  const auto room = static_cast<double>(d.memory_tile.bytes * d.mem_rows);
  const index_t width = ceil_div(f.out_w, m.width_parts);
  const double halo_width = static_cast<double>(
      std::min(l.shape.w, ceil_div(l.shape.w, m.width_parts) + l.shape.window.kernel_w - 1));
  const auto in_channels = static_cast<double>(f.conv ? f.in : ceil_div(f.in, m.channel_parts));
  const double row = halo_width * in_channels * static_cast<double>(f.operands);
  const double input = row * static_cast<double>(l.shape.h);
  const double input_rows = std::min(input, 2 * row * static_cast<double>(m.input.h));
  const auto out_channels = static_cast<double>(ceil_div(f.out, m.channel_parts));
  const double out_row = static_cast<double>(width) * out_channels;
  // An addition leaves its result where an operand was.
  const bool in_place = f.operands == 2 && !wanted.input_from_dram;
  const double output = in_place ? 0 : out_row * static_cast<double>(f.out_h);
  const double output_rows = std::min(output, 2 * out_row * static_cast<double>(m.output.h));
  const double share = f.weight_bytes / columns;
  const double pieces = std::min(
      share, f.conv ? 2 * f.stored_bytes(m.weights) *
                          std::ceil(static_cast<double>(d.core_rows * m.channel_parts) / columns)
                    : 0.0);
  const double live = static_cast<double>(l.live_bytes) / columns;
  m.input_from_dram = wanted.input_from_dram;
  m.output_to_dram = wanted.output_to_dram;
  for (const bool whole_input : {true, false}) {
    if (!whole_input && !wanted.input_from_dram) break;
    for (const bool whole_weights : {true, false}) {
      const double need = (whole_input ? input : input_rows) +
                          (wanted.output_to_dram ? output_rows : output) +
                          (whole_weights ? share : pieces) + live;
      least = std::min(least, need);
      if (need > room) continue;
      m.input_whole = whole_input;
      m.weights_whole = whole_weights;
      return true;
    }
  }
  return false;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
