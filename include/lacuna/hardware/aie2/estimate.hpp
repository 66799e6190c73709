// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <lacuna/hardware/aie2/array_cycles.hpp>
#include <lacuna/hardware/aie2/layer_estimate.hpp>
#include <lacuna/hardware/aie2/mapping.hpp>
#include <lacuna/hardware/aie2/tile_cycles.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Estimates mapped layers on one device. Built once: it tabulates the expected fullest core.
class estimator {
 public:
  /// @throws shape_error: see require_valid(device).
  explicit estimator(const device& d) : device_(d) {
    require_valid(d);
    largest_ = expected_largest(d.compute_tiles());
    const double shim = static_cast<double>(d.shim_cols * d.transport.shim_bytes_per_cycle);
    read_rate_ = shim * static_cast<double>(d.transport.shim_mm2s_channels);
    write_rate_ = shim * static_cast<double>(d.transport.shim_s2mm_channels);
    dram_rate_ = d.transport.dram_bytes_per_s / d.clock_hz;
  }

  [[nodiscard]] const aie2::device& device() const noexcept { return device_; }

  /// The cost of a mapping that fits (`complete`, mapping_fit.hpp):
  ///   max(cycles of the array, its fill included (`cycles_of`), DRAM bytes / DRAM rate).
  /// A stream moves 4 B a cycle. An input tile is broadcast down its column, a piece of weights
  /// along the cores that need it. Cost: some 100 ns.
  [[nodiscard]] layer_estimate operator()(const workload_layer& layer, const layer_facts& f,
                                          const mapping& m) const noexcept {
    layer_estimate e;
    e.macs = f.macs;
    const iteration_stages s = stages_of(f, m);
    const auto pieces = static_cast<double>(m.pieces());
    core_cycles busiest;
    pixel_parts pixels({f.out_h, m.output.h}, {ceil_div(f.out_w, m.width_parts), m.output.w});
    pixels.for_each([&](index_t h, index_t w, double times, double& work) {
      const core_cycles core = tile_cycles(device_, f, m, h, w);
      const double fullest = s.imbalance * core.of_blocks();
      work = core.total() + fullest;
      busiest += core * (times * pieces);
      e[layer_cause::imbalance] += fullest * times * pieces;
    });
    const array_cycles array = cycles_of(m, s, pixels);
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
    e[layer_cause::stream] = std::max(0.0, array.steady - worked);
    e[layer_cause::fill] = array.fill;
    e.cores = s.cores;
    e.multiply_cycles = busiest.multiply;
    e.executed = f.conv ? busiest.multiply * peak * s.cores : 0;
    streams_of(f, m, s, e);
    dram_of(layer, f, m, e);
    e[layer_cause::dram] = std::max(0.0, e.dram_cycles - (array.steady + array.fill));
    return e;
  }

  /// Bytes from and to DRAM.
  struct dram_traffic {
    double read{0}, written{0};
  };
  /// What a layer moves however it is mapped: weights once, and activations as placed.
  [[nodiscard]] dram_traffic least_dram(const workload_layer& l, const layer_facts& f,
                                        const placement_request& wanted) const noexcept {
    const auto input = static_cast<double>(l.shape.h * l.shape.w * l.shape.in * f.operands);
    const auto output = static_cast<double>(f.out_h * f.out_w * l.shape.out);
    return {f.weight_bytes + (wanted.input_from_dram ? input : 0),
            wanted.output_to_dram ? output : 0};
  }
  /// Cycles that DRAM and the shims' channels need for it.
  [[nodiscard]] double dram_cycles(const dram_traffic& t) const noexcept {
    return std::max(
        {(t.read + t.written) / dram_rate_, t.read / read_rate_, t.written / write_rate_});
  }

  /// What an iteration of a mapping takes.
  [[nodiscard]] iteration_stages stages_of(const layer_facts& f, const mapping& m) const noexcept {
    iteration_stages s = split_stages(f, m);
    s.stream_piece(f, m.weights);
    s.stream_tile(f, m.input, m.output);
    return s;
  }
  /// What of it follows from parts of the width and of the channels, `m.output.c` and
  /// `m.channel_tiles`, and whether the result goes to DRAM.
  [[nodiscard]] iteration_stages split_stages(const layer_facts& f,
                                              const mapping& m) const noexcept {
    iteration_stages s;
    const index_t a_core = m.output.c * m.channel_tiles;
    const index_t groups = std::min(core_groups(m), ceil_div(f.out, a_core));
    const index_t rows = std::min(device_.core_rows, groups);
    s.cores = static_cast<double>(groups * std::min(m.width_parts, f.out_w));
    s.used = s.cores / static_cast<double>(device_.compute_tiles());
    // Streams between a memory tile and its column, less the channel to DRAM; from DRAM come two.
    const auto& dma = device_.memory_tile.dma;
    const index_t up = std::min(device_.transport.column_streams_up,
                                dma.mm2s_channels - (m.output_to_dram ? 1 : 0));
    const index_t down = std::min(device_.transport.column_streams_down, dma.s2mm_channels - 2);
    s.input_stream = stream_of(f.conv ? 1 : rows, up);
    s.output_stream = stream_of(rows, down);
    if (f.conv) {
      // Columns that share the width share the streams of weights, row by row.
      s.weight_stream = stream_of(ceil_div(rows, m.width_parts), up - 1);
      s.imbalance =
          f.imbalance >= 0
              ? f.imbalance
              : mask_imbalance(static_cast<double>(a_core / 8) * static_cast<double>(f.in / 8),
                               f.density, groups, largest_[static_cast<std::size_t>(groups)]);
      // Layers of 2:4 are the same on all cores, each half of the work of dense blocks.
      if (f.layers > 0)
        s.imbalance *= f.density / (f.density + 0.5 * static_cast<double>(f.layers));
    }
    // To the farthest core of the column and back.
    s.hops = static_cast<double>(2 * (device_.transport.local_to_external_cycles +
                                      device_.transport.external_to_local_cycles) +
                                 2 * (device_.core_rows - 1) *
                                     device_.transport.external_to_external_cycles);
    return s;
  }
  /// Cycles of the fullest core on a tile of h x w pixels.
  [[nodiscard]] double iteration_cycles(const layer_facts& f, const mapping& m, index_t h,
                                        index_t w) const noexcept {
    const core_cycles c = tile_cycles(device_, f, m, h, w);
    return c.total() + split_stages(f, m).imbalance * c.of_blocks();
  }

 private:
  [[nodiscard]] shared_stream stream_of(index_t users, index_t channels) const noexcept {
    const index_t turns = ceil_div(users, std::max<index_t>(1, channels));
    return {static_cast<double>(turns),
            turns > 1 ? static_cast<double>(device_.transport.packet_header_bytes) : 0.0,
            static_cast<double>(device_.transport.stream_bytes_per_cycle)};
  }

  [[nodiscard]] index_t core_groups(const mapping& m) const noexcept {
    return device_.core_rows * m.channel_parts;
  }

  void streams_of(const layer_facts& f, const mapping& m, const iteration_stages& s,
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
    const dram_traffic once = least_dram(l, f, {m.input_from_dram, m.output_to_dram});
    // Pooling and additions read other channels for each group of them.
    const bool again = f.conv && m.order == loop_order::weights_stay && !m.input_whole;
    e.weights_from_dram = f.weight_bytes;
    if (!m.weights_whole && m.order == loop_order::pixels_stay && m.pieces() > 1) {
      e.weights_from_dram *= static_cast<double>(m.pixel_tiles());
    }
    e.dram_read = e.weights_from_dram +
                  (once.read - f.weight_bytes) * (again ? static_cast<double>(m.channel_tiles) : 1);
    e.dram_written = once.written;
    e.dram_cycles = dram_cycles({e.dram_read, e.dram_written});
  }

  aie2::device device_;
  std::vector<double> largest_;
  double read_rate_{1}, write_rate_{1}, dram_rate_{1};
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
