// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/estimate.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A layer's best mapping and what it costs.
struct mapped_layer {
  mapping chosen;
  layer_estimate cost;
};

namespace detail {

/// Candidate extents of a tile: n, n/2, n/3, ... as ceil, each once, at most 12 of them.
[[nodiscard]] inline std::vector<index_t> cuts(index_t n, index_t multiple) {
  std::vector<index_t> out;
  for (const index_t parts : {1, 2, 3, 4, 5, 7, 8, 14, 16, 28, 32, 56, 64, 112, 128, 224, 256}) {
    const index_t cut = std::min(round_up(n, multiple), round_up(ceil_div(n, parts), multiple));
    if (out.empty() || cut < out.back()) out.push_back(cut);
  }
  if (out.back() > multiple) out.push_back(multiple);
  return out;
}

/// Fills in what follows from split, tile and order; false where a core can't hold it.
[[nodiscard]] inline bool complete(const device& d, const workload_layer& l, const layer_facts& f,
                                   mapping& m) noexcept {
  const conv_window& w = l.shape.window;
  const auto reach = [](index_t n, index_t stride, index_t kernel, index_t dilation) {
    return (n - 1) * stride + (kernel - 1) * dilation + 1;
  };
  const index_t width = ceil_div(f.out_w, m.width_parts);
  m.output.h = std::min(m.output.h, f.out_h);
  m.output.w = std::min(m.output.w, width);
  m.row_tiles = ceil_div(f.out_h, m.output.h);
  m.width_tiles = ceil_div(width, m.output.w);
  const index_t a_core = round_up(ceil_div(f.out, d.core_rows * m.channel_parts), 8);
  m.output.c = std::min(m.output.c, a_core);
  m.channel_tiles = ceil_div(a_core, m.output.c);
  m.input = {reach(m.output.h, w.stride.h, w.kernel_h, w.dilation.h),
             reach(m.output.w, w.stride.w, w.kernel_w, w.dilation.w), m.output.c};
  m.buffers = {};
  if (f.conv) {
    m.weights.out = m.output.c;
    m.weights.kernel_h = w.kernel_h;
    m.weights.kernel_w = w.kernel_w;
    m.weights.in = std::min(m.weights.in, f.in);
    m.reduction_tiles = ceil_div(f.in, m.weights.in);
    m.input.c = m.weights.in;
    const auto piece = static_cast<index_t>(std::ceil(f.stored_bytes(m.weights)));
    m.buffers.weights = (m.pieces() > 1 ? 2 : 1) * piece;
    if (m.reduction_tiles > 1) m.buffers.accumulators = 4 * m.output.elements();
  }
  m.buffers.input = (m.iterations() > 1 ? 2 : 1) * m.input.elements() * f.operands;
  m.buffers.output = (m.pixel_tiles() * m.channel_tiles > 1 ? 2 : 1) * m.output.elements();
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

}  // namespace detail

/// What a search met: the best mapping, or the smallest need of what ran out.
struct search_result {
  std::optional<mapped_layer> best;
  index_t least_core{std::numeric_limits<index_t>::max()};     ///< bytes of core memory
  double least_tile{std::numeric_limits<double>::infinity()};  ///< bytes of a column's memory tiles
};

/// The mapping of fewest cycles, by search over splits, tiles and orders (some thousand
/// candidates); of equals the one with least DRAM traffic. @throws what facts_of throws.
[[nodiscard]] inline search_result find_mapping(const estimator& estimate, const workload_layer& l,
                                                const placement_request& wanted = {}) {
  const device& d = estimate.device();
  const layer_facts f = facts_of(l);
  search_result out;
  double best_cycles = std::numeric_limits<double>::infinity();
  double best_bytes = 0;
  const std::vector<index_t> inputs = f.conv ? detail::cuts(f.in, 8) : std::vector<index_t>{0};
  for (index_t width_parts = std::min(d.cols, f.out_w); width_parts >= 1; --width_parts) {
    const index_t width = ceil_div(f.out_w, width_parts);
    if (ceil_div(f.out_w, width) != width_parts) continue;  // fewer columns do the same
    mapping m;
    m.width_parts = width_parts;
    m.channel_parts = std::max<index_t>(1, std::min(d.cols / width_parts, f.out / 8));
    const index_t a_core = round_up(ceil_div(f.out, d.core_rows * m.channel_parts), 8);
    const std::vector<index_t> heights = detail::cuts(f.out_h, 1);
    const std::vector<index_t> widths = detail::cuts(width, 1);
    for (const index_t channels : detail::cuts(a_core, 8)) {
      for (const index_t in : inputs) {
        for (const index_t h : heights) {
          for (const index_t w : widths) {
            m.output = {h, w, channels};
            m.weights.in = in;
            m.reduction_tiles = 1;
            const bool fits = detail::complete(d, l, f, m);
            out.least_core = std::min(out.least_core, m.buffers.total());
            if (!fits) continue;
            for (const loop_order order : {loop_order::weights_stay, loop_order::pixels_stay}) {
              if (order == loop_order::weights_stay && m.reduction_tiles > 1) continue;
              if (order == loop_order::pixels_stay && m.pieces() == 1) continue;
              m.order = order;
              if (!detail::settle(d, l, f, wanted, m, out.least_tile)) continue;
              const layer_estimate e = estimate(l, f, m);
              const double cycles = e.cycles();
              const double bytes = e.dram_read + e.dram_written;
              if (cycles < best_cycles || (cycles == best_cycles && bytes < best_bytes)) {
                out.best = mapped_layer{m, e};
                best_cycles = cycles;
                best_bytes = bytes;
              }
            }
            break;  // narrower tiles only where wider ones don't fit
          }
        }
      }
    }
  }
  return out;
}

/// The same, where there must be one. @throws capacity_error where nothing fits a core or a memory
/// tile, naming the layer, the resource, the smallest need and what there is.
[[nodiscard]] inline mapped_layer search_mapping(const estimator& estimate, const workload_layer& l,
                                                 const placement_request& wanted = {}) {
  search_result r = find_mapping(estimate, l, wanted);
  if (r.best) return std::move(*r.best);
  const device& d = estimate.device();
  if (r.least_tile < std::numeric_limits<double>::infinity()) {
    throw capacity_error(l.shape.name, "memory tile, bytes a column", std::ceil(r.least_tile),
                         static_cast<double>(d.memory_tile.bytes * d.mem_rows),
                         message("input, result, weights and what later layers need, on ", d.name));
  }
  throw capacity_error(l.shape.name, "core memory, bytes", static_cast<double>(r.least_core),
                       static_cast<double>(d.memory.bytes), message("smallest tile on ", d.name));
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
