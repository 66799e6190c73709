// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <lacuna/hardware/aie2/core_cycles.hpp>
#include <lacuna/hardware/aie2/layer_estimate.hpp>
#include <lacuna/hardware/aie2/mapping.hpp>
#include <lacuna/hardware/aie2/series_cycles.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Estimates mapped layers on one device. Built once: it tabulates the expected fullest core.
class estimator {
 public:
  /// @throws shape_error: see require_valid(device).
  explicit estimator(const device& d) : device_(d) {
    require_valid(d);
    for (index_t n = 0; n <= d.compute_tiles(); ++n) largest_.push_back(expected_largest(n));
    const double shim = static_cast<double>(d.shim_cols * d.transport.shim_bytes_per_cycle);
    read_rate_ = shim * static_cast<double>(d.transport.shim_mm2s_channels);
    write_rate_ = shim * static_cast<double>(d.transport.shim_s2mm_channels);
    dram_rate_ = d.transport.dram_bytes_per_s / d.clock_hz;
  }

  [[nodiscard]] const aie2::device& device() const noexcept { return device_; }

  /// The cost of a mapping that fits (`complete`, mapping_search.hpp).
  ///   a tile costs max(core, streams of its input, result and weights), double-buffered;
  ///   weights that stay: a group of channels costs max(sum of its tiles, its weights' stream);
  ///   pixels that stay: a tile costs max(pieces x max(core, weights, result), its input's stream);
  ///   layer = max(those + first in + first tile + last out - the longest of the three,
  ///               DRAM bytes / DRAM rate).
  /// A stream moves 4 B a cycle. An input tile is broadcast down its column, a piece of weights
  /// along the cores that need it. Cost: some 100 ns.
  [[nodiscard]] layer_estimate operator()(const workload_layer& layer, const layer_facts& f,
                                          const mapping& m) const noexcept {
    layer_estimate e;
    e.macs = f.macs;
    const stages s = stages_of(f, m);
    const double pieces = static_cast<double>(m.pieces());
    const double channel_tiles = static_cast<double>(m.channel_tiles);
    double array = 0;
    core_cycles busiest;
    const auto rows = parts(f.out_h, m.output.h);
    const auto columns = parts(ceil_div(f.out_w, m.width_parts), m.output.w);
    double inner_sum = 0;
    for (const part& r : rows) {
      for (const part& c : columns) {
        const double times = static_cast<double>(r.count * c.count);
        if (times == 0) continue;
        const double share =
            static_cast<double>(r.size * c.size) / static_cast<double>(m.output.h * m.output.w);
        core_cycles core = core_of(f, m, r.size, c.size);
        const double fullest = s.imbalance * (core.multiply + core.load + core.conflict);
        const double work = core.total() + fullest;
        busiest += core * (times * pieces);
        e[layer_cause::imbalance] += fullest * times * pieces;
        const double in = s.input * share;
        const double out = s.output * share;
        if (m.order == loop_order::weights_stay) {
          // Two halves: one is filled and crosses the switches while the other is worked on.
          inner_sum += times * std::max({work, in, out, (work + in + s.hops / 2) / 2});
        } else {
          const bool split = m.reduction_tiles > 1;
          const double streamed = std::max(m.pieces() > 1 ? s.weights : 0.0, split ? in : 0.0);
          const double inner =
              std::max({work, streamed, out / static_cast<double>(m.reduction_tiles),
                        streamed > 0 ? (work + streamed + s.hops / 2) / 2 : 0.0});
          array += times * std::max(pieces * inner, split ? 0.0 : in);
        }
      }
    }
    if (m.order == loop_order::weights_stay) {
      array = channel_tiles * std::max(inner_sum, s.weights);
    }
    const double worked = busiest.total() + e[layer_cause::imbalance];
    const auto everything = static_cast<double>(device_.compute_tiles());
    const double peak =
        f.conv ? static_cast<double>(device_.peak_macs(element::int8, element::int8)) : 1.0;
    e[layer_cause::multiply] = f.conv ? f.macs / (peak * everything)
                                      : std::min(busiest.multiply, busiest.multiply * s.used);
    e[layer_cause::idle] = std::max(0.0, busiest.multiply - e[layer_cause::multiply]);
    e[layer_cause::load] = busiest.load;
    e[layer_cause::conflict] = busiest.conflict;
    e[layer_cause::overhead] = busiest.overhead;
    e[layer_cause::stream] = std::max(0.0, array - worked);
    e[layer_cause::fill] = fill_of(f, m, s, inner_sum);
    e.cores = s.cores;
    e.multiply_cycles = busiest.multiply;
    e.executed = f.conv ? busiest.multiply * peak * s.cores : 0;
    streams_of(f, m, s, e);
    dram_of(layer, f, m, e);
    const double on_chip = array + e[layer_cause::fill];
    e[layer_cause::dram] = std::max(0.0, e.dram_cycles - on_chip);
    return e;
  }

  /// What one iteration takes, whole tiles.
  struct stages {
    double input{0}, weights{0}, output{0};  ///< cycles of one tile's or piece's stream
    double imbalance{0};                     ///< share that the fullest core has beyond the mean
    double hops{0};   ///< latency of the switches, to the farthest core and back
    double used{1};   ///< share of the cores that have work
    double cores{1};  ///< and their number
  };
  [[nodiscard]] stages iteration_stages(const layer_facts& f, const mapping& m) const noexcept {
    return stages_of(f, m);
  }
  /// Cycles of the fullest core on a tile of h x w pixels.
  [[nodiscard]] double iteration_cycles(const layer_facts& f, const mapping& m, index_t h,
                                        index_t w) const noexcept {
    const core_cycles c = core_of(f, m, h, w);
    return c.total() + stages_of(f, m).imbalance * (c.multiply + c.load + c.conflict);
  }

 private:
  struct part {
    index_t size{0};
    index_t count{0};
  };

  /// `extent` in tiles of `tile`: whole ones and the rest.
  static std::array<part, 2> parts(index_t extent, index_t tile) noexcept {
    return {part{tile, extent / tile}, part{extent % tile, extent % tile == 0 ? 0 : 1}};
  }

  [[nodiscard]] index_t core_groups(const mapping& m) const noexcept {
    return device_.core_rows * m.channel_parts;
  }

  [[nodiscard]] stages stages_of(const layer_facts& f, const mapping& m) const noexcept {
    const auto rate = static_cast<double>(device_.transport.stream_bytes_per_cycle);
    const auto& dma = device_.memory_tile.dma;
    stages s;
    const index_t a_core = m.output.c * m.channel_tiles;
    const index_t groups = std::min(core_groups(m), ceil_div(f.out, a_core));
    const index_t rows = std::min(device_.core_rows, groups);
    s.cores = static_cast<double>(groups * std::min(m.width_parts, f.out_w));
    s.used = s.cores / static_cast<double>(device_.compute_tiles());
    const auto tile_bytes = static_cast<double>(m.input.elements());
    // Channels of a memory tile: one a direction is the way to DRAM; the rest serve the cores.
    const auto reading = static_cast<double>(std::max<index_t>(1, dma.mm2s_channels - 1));
    const auto writing = static_cast<double>(std::max<index_t>(1, dma.s2mm_channels - 1));
    const auto r = static_cast<double>(rows);
    if (f.conv) {
      s.input = tile_bytes / rate;  // one stream, broadcast to the column
      const double piece = f.stored_bytes(m.weights);
      const double streams =
          std::ceil(static_cast<double>(groups) / static_cast<double>(device_.memory_tiles()));
      s.weights = piece / rate * std::max(1.0, streams / std::max(1.0, reading - 1));
      s.imbalance =
          f.imbalance >= 0
              ? f.imbalance
              : mask_imbalance(static_cast<double>(a_core / 8) * static_cast<double>(f.in / 8),
                               f.density, groups, largest_[static_cast<std::size_t>(groups)]);
      // Layers of 2:4 are the same on all cores, each half of the work of dense blocks.
      if (f.layers > 0)
        s.imbalance *= f.density / (f.density + 0.5 * static_cast<double>(f.layers));
    } else {
      const double streams = r * static_cast<double>(f.operands);
      s.input = tile_bytes / rate * std::max(1.0, streams / reading);
    }
    s.output = static_cast<double>(m.output.elements()) / rate * std::max(1.0, r / writing);
    // To the farthest core of the column and back.
    s.hops = static_cast<double>(2 * (device_.transport.local_to_external_cycles +
                                      device_.transport.external_to_local_cycles) +
                                 2 * (device_.core_rows - 1) *
                                     device_.transport.external_to_external_cycles);
    return s;
  }

  /// The first group of iterations from end to end, less the stage that the steady state counts.
  [[nodiscard]] double fill_of(const layer_facts& f, const mapping& m, const stages& s,
                               double inner_sum) const noexcept {
    const core_cycles tile = core_of(f, m, m.output.h, m.output.w);
    const double work = tile.total() + s.imbalance * (tile.multiply + tile.load + tile.conflict);
    const double first = std::max(s.input, s.weights);
    if (m.order == loop_order::weights_stay) {
      // Weights that come slower than their tiles are used: the last group's tiles show.
      if (s.weights > inner_sum) return inner_sum + s.output + s.hops;
      return first + work + s.output + s.hops - std::max({work, s.input, s.output});
    }
    const auto reductions = static_cast<double>(m.reduction_tiles);
    const double inner = std::max({work, m.pieces() > 1 ? s.weights : 0.0, s.output / reductions});
    if (m.reduction_tiles > 1) {
      return first + work + s.output + s.hops - std::max(inner, s.input);
    }
    const auto pieces = static_cast<double>(m.pieces());
    const double group = (pieces - 1) * inner + work + s.output;  // of one tile, its input there
    return first + group + s.hops - std::max(pieces * inner, s.input);
  }

  [[nodiscard]] core_cycles core_of(const layer_facts& f, const mapping& m, index_t h,
                                    index_t w) const noexcept {
    if (!f.conv)
      return elementwise_cycles(device_, h * w * m.output.c, f.taps * f.operands, f.operands == 2);
    const index_t blocks = m.output.c / 8;
    const double kept = static_cast<double>(blocks * (m.weights.in / 8) * f.taps) * f.density;
    if (f.layers > 0) {
      return series_cycles(device_, h * ceil_div(w, product_pixels), kept,
                           f.taps * ceil_div(m.weights.in, 16), f.layers, blocks,
                           m.reduction_tiles > 1, m.placement.loads_conflict);
    }
    return convolution_cycles(device_, h * ceil_div(w, product_pixels), kept, blocks,
                              f.density<1, m.reduction_tiles> 1, m.placement.loads_conflict);
  }

  void streams_of(const layer_facts& f, const mapping& m, const stages& s,
                  layer_estimate& e) const noexcept {
    // Whole tiles' worth of pixels: those at the edges are smaller.
    const double tiles = static_cast<double>(f.out_h * ceil_div(f.out_w, m.width_parts)) /
                         static_cast<double>(m.output.h * m.output.w);
    const double inputs =
        tiles * static_cast<double>(m.order == loop_order::weights_stay ? m.channel_tiles
                                    : m.reduction_tiles > 1             ? m.pieces()
                                                                        : 1);
    const double weights = m.order == loop_order::weights_stay || m.pieces() == 1
                               ? static_cast<double>(m.pieces())
                               : static_cast<double>(m.pieces() * m.pixel_tiles());
    const double outputs = tiles * static_cast<double>(m.channel_tiles);
    e.input_stream = s.input * inputs;
    e.weight_stream = f.conv ? s.weights * weights : 0;
    e.output_stream = s.output * outputs;
    const auto columns = static_cast<double>(m.width_parts * m.channel_parts);
    const double per_column = f.conv ? 1 : s.cores / columns;
    e.tile_read = static_cast<double>(m.input.elements()) * inputs * columns * per_column;
    if (f.conv) {
      e.tile_read += f.stored_bytes(m.weights) * weights * static_cast<double>(core_groups(m));
    }
    e.tile_written = static_cast<double>(f.out_h * f.out_w * f.out);
    e.core_loads = f.layers > 0 ? e.multiply_cycles * series_loads(f.density, f.layers)
                   : f.conv     ? e.multiply_cycles + 2 * e.multiply_cycles / 8
                                : static_cast<double>(m.output.elements() * f.taps * f.operands) *
                                  outputs / static_cast<double>(device_.core.load_bytes);
  }

  void dram_of(const workload_layer& l, const layer_facts& f, const mapping& m,
               layer_estimate& e) const noexcept {
    const auto input = static_cast<double>(l.shape.h * l.shape.w * l.shape.in * f.operands);
    const bool again = m.order == loop_order::weights_stay && !m.input_whole;
    e.weights_from_dram = f.weight_bytes;
    if (!m.weights_whole && m.order == loop_order::pixels_stay && m.pieces() > 1) {
      e.weights_from_dram *= static_cast<double>(m.pixel_tiles());
    }
    e.dram_read =
        e.weights_from_dram +
        (m.input_from_dram ? input * (again ? static_cast<double>(m.channel_tiles) : 1) : 0);
    e.dram_written = m.output_to_dram ? static_cast<double>(f.out_h * f.out_w * l.shape.out) : 0;
    e.dram_cycles = std::max({(e.dram_read + e.dram_written) / dram_rate_, e.dram_read / read_rate_,
                              e.dram_written / write_rate_});
  }

  aie2::device device_;
  std::vector<double> largest_;
  double read_rate_{1}, write_rate_{1}, dram_rate_{1};
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
