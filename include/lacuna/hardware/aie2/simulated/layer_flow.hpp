// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/mapping.hpp>
#include <lacuna/hardware/aie2/movement/simulate_flow.hpp>
#include <lacuna/hardware/aie2/simulated/iteration_plan.hpp>
#include <lacuna/hardware/aie2/simulated/layer_traffic.hpp>
#include <lacuna/hardware/aie2/simulated/memory_tile_flow.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

namespace detail {

/// Builds the flow of a layer on an array. Column c works on part c % width_parts of the width and
/// part c / width_parts of the output channels. What memory tiles hold already is handed to their
/// DMA by a script without time of its own.
class layer_flow_builder {
 public:
  layer_flow_builder(const device& d, const mapping& m, const layer_traffic& t,
                     const layer_work& work)
      : device_(&d), m_(&m), traffic_(&t), work_(&work), tiles_(flow_, d) {
    plan_ = plan_iterations(m, !t.weights.empty());
  }

  flow_graph build() {
    for (index_t c = 0; c < work_->columns; ++c) {
      for (index_t r = 0; r < work_->rows; ++r) add_core(c, r);
    }
    feed_inputs();
    for (index_t c = 0; c < work_->columns; ++c) take_results(c);
    if (!traffic_->weights.empty()) feed_weights();
    return std::move(flow_);
  }

 private:
  using kind = action::kind;
  struct core_pools {
    int input, weights, output;
  };

  [[nodiscard]] const core_pools& pools(index_t c, index_t r) const {
    return pools_[static_cast<std::size_t>(c * work_->rows + r)];
  }
  void add_core(index_t c, index_t r) {
    const tile_id tile = tile_at(tile_kind::core, c, r);
    const std::string name = message(" of core (", c, ", ", r, ")");
    const bool outputs = m_->pixel_tiles() * m_->channel_tiles > 1;
    core_pools p{-1, -1, -1};
    p.input = flow_.add_pool("input" + name, tile, m_->iterations() > 1 ? 2 : 1, traffic_->input);
    if (!traffic_->weights.empty()) {
      const std::int64_t bytes = traffic_->weights[group(c, r)];
      p.weights = flow_.add_pool("weights" + name, tile, m_->pieces() > 1 ? 2 : 1, bytes);
    }
    p.output = flow_.add_pool("result" + name, tile, outputs ? 2 : 1, traffic_->output);
    pools_.push_back(p);
    core_script s{tile, {}};
    const auto& cycles = work_->cycles[static_cast<std::size_t>(c * work_->rows + r)];
    for (std::size_t n = 0; n < plan_.size(); ++n) {
      const iteration_plan& i = plan_[n];
      if (i.takes_input) s.actions.push_back({kind::acquire_full, p.input, 0});
      if (i.takes_weights) s.actions.push_back({kind::acquire_full, p.weights, 0});
      if (i.takes_output) s.actions.push_back({kind::acquire_empty, p.output, 0});
      s.actions.push_back({kind::compute, -1, static_cast<std::int64_t>(std::llround(cycles[n]))});
      if (i.gives_input) s.actions.push_back({kind::release_empty, p.input, 0});
      if (i.gives_weights) s.actions.push_back({kind::release_empty, p.weights, 0});
      if (i.gives_output) s.actions.push_back({kind::release_full, p.output, 0});
    }
    flow_.cores.push_back(std::move(s));
  }

  [[nodiscard]] std::size_t group(index_t c, index_t r) const {
    return static_cast<std::size_t>(c / m_->width_parts * work_->rows + r);
  }

  /// Streams from DRAM into each memory tile: inputs, and weights on the shim's other channel or on
  /// both.
  [[nodiscard]] index_t weight_arrivals() const {
    if (traffic_->weights.empty()) return 0;
    return traffic_->input_from_dram > 0
               ? 1
               : std::min<index_t>(2, device_->transport.shim_mm2s_channels);
  }
  [[nodiscard]] index_t channels_from_cores() const {
    return std::min(device_->transport.column_streams_down,
                    device_->memory_tile.dma.s2mm_channels - weight_arrivals() -
                        (traffic_->input_from_dram > 0 ? 1 : 0));
  }
  [[nodiscard]] index_t channels_to_cores() const {
    return std::min(device_->transport.column_streams_up,
                    device_->memory_tile.dma.mm2s_channels - (traffic_->output_to_dram ? 1 : 0));
  }

  void feed_inputs() {
    std::vector<bool> fresh;
    std::vector<bool> seen(static_cast<std::size_t>(m_->pixel_tiles() * m_->pieces()), false);
    const bool conv = !traffic_->weights.empty();
    const bool again = conv && m_->order == loop_order::weights_stay && !m_->input_whole;
    for (const iteration_plan& i : plan_) {
      if (!i.takes_input) continue;
      // A tile's input of all channels, or of a run of them where they are split. Pooling and
      // additions take other channels in each piece.
      const index_t part = conv ? i.piece % m_->reduction_tiles : i.piece;
      const auto place = static_cast<std::size_t>(i.tile * m_->pieces() + part);
      fresh.push_back(traffic_->input_from_dram > 0 && (again || !seen[place]));
      seen[place] = true;
    }
    const auto objects = static_cast<std::int64_t>(std::count(fresh.begin(), fresh.end(), true));
    // Columns that share output channels of a convolution read the same input; pooling and
    // additions read the channels that they give.
    const index_t parts = conv ? m_->width_parts : work_->columns;
    for (index_t part = 0; part < parts; ++part) {
      std::vector<index_t> columns;
      for (index_t c = part; c < work_->columns; c += parts) columns.push_back(c);
      std::vector<int> arrived(columns.size(), -1);
      if (objects > 0) {
        // Fresh objects are read `repeats` times in all where memory tiles can't keep them.
        const std::int64_t repeats = again ? m_->channel_tiles : 1;
        const std::int64_t bytes = ceil_div(
            ceil_div(traffic_->input_from_dram * repeats, static_cast<std::int64_t>(parts)),
            objects);
        arrived = tiles_.arrive(message("input ", part), columns, bytes, objects,
                                m_->input_whole ? objects : std::min<std::int64_t>(2, objects));
      }
      for (std::size_t n = 0; n < columns.size(); ++n) {
        const index_t c = columns[n];
        std::vector<int> views;
        std::vector<int> receivers;
        const index_t sends = traffic_->broadcast ? 1 : work_->rows;
        const std::vector<int> streams =
            tiles_.deal(message("inputs of column ", c), sends, channels_to_cores(), true);
        for (index_t r = 0; r < work_->rows; ++r) {
          receivers.push_back(pools(c, r).input);
          if (traffic_->broadcast && r + 1 < work_->rows) continue;
          views.push_back(tiles_.hand_over(message("input of column ", c), c));
          tiles_.send(message("input to column ", c), views.back(), std::move(receivers),
                      traffic_->input, streams[views.size() - 1]);
          receivers.clear();
        }
        tiles_.control(c, {arrived[n]}, m_->input_whole, fresh, views);
      }
    }
  }

  /// Pieces that are sent once pass through as many buffers as there is room for; those that are
  /// sent for each tile of pixels stay, or where all of them don't fit come again.
  void feed_weights() {
    std::int64_t sends = 0;
    for (const iteration_plan& i : plan_) sends += i.takes_weights ? 1 : 0;
    const std::int64_t pieces = std::min<std::int64_t>(m_->pieces(), sends);
    for (index_t c = 0; c < work_->columns; ++c) {
      // Streams of a part of the channels take turns over its columns' memory tiles.
      const index_t part = c / m_->width_parts;
      std::vector<index_t> streams;
      std::int64_t bytes = 0;
      for (index_t r = c % m_->width_parts; r < work_->rows; r += m_->width_parts) {
        streams.push_back(r);
        bytes += traffic_->weights[group(c, r)];
      }
      if (streams.empty()) continue;
      // Both channels of the shim carry weights, half an object each, unless one carries inputs.
      const std::int64_t channels = weight_arrivals();
      const std::int64_t each = ceil_div(bytes, channels);
      const std::int64_t room = tiles_.room_for(c, each * channels);
      const bool keeps = sends > pieces && m_->weights_whole && room >= pieces;
      const std::int64_t objects = keeps ? pieces : sends;
      std::vector<bool> fresh(static_cast<std::size_t>(sends), false);
      std::fill_n(fresh.begin(), objects, true);
      std::vector<int> arrived;
      for (std::int64_t half = 0; half < channels; ++half) {
        arrived.push_back(tiles_
                              .arrive(message("weights ", c, ".", half), {c}, each, objects,
                                      std::min(objects, room))
                              .front());
      }
      std::vector<int> views;
      const std::vector<int> shared =
          tiles_.deal(message("weights of column ", c), static_cast<index_t>(streams.size()),
                      channels_to_cores() - 1, true);
      for (const index_t r : streams) {
        views.push_back(tiles_.hand_over(message("weights of row ", r), c));
        std::vector<int> receivers;
        for (index_t w = 0; w < m_->width_parts; ++w) {
          receivers.push_back(pools(part * m_->width_parts + w, r).weights);
        }
        tiles_.send(message("weights to row ", r, ", part ", part), views.back(),
                    std::move(receivers), traffic_->weights[group(c, r)], shared[views.size() - 1]);
      }
      tiles_.control(c, arrived, keeps, fresh, views);
    }
  }

  void take_results(index_t c) {
    const tile_id memory = tile_at(tile_kind::memory, c);
    const int pool =
        flow_.add_pool(message("results of column ", c), memory, 2 * work_->rows, traffic_->output);
    const std::vector<int> streams =
        tiles_.deal(message("results of column ", c), work_->rows, channels_from_cores(), false);
    for (index_t r = 0; r < work_->rows; ++r) {
      tiles_.send(message("results of core (", c, ", ", r, ")"), pools(c, r).output, {pool},
                  traffic_->output, streams[static_cast<std::size_t>(r)]);
    }
    if (traffic_->output_to_dram) {
      transfer t;
      t.name = message("results of column ", c, " to DRAM");
      t.from = pool;
      t.through = tile_at(tile_kind::shim, c % device_->shim_cols);
      t.bytes = traffic_->output;
      flow_.transfers.push_back(std::move(t));
      return;
    }
    core_script s{memory, {}};  // the next layer finds them here: room for all is the mapping's
    const index_t all = m_->pixel_tiles() * m_->channel_tiles * work_->rows;
    for (index_t n = 0; n < all; ++n) {
      s.actions.push_back({kind::acquire_full, pool, 0});
      s.actions.push_back({kind::release_empty, pool, 0});
    }
    flow_.cores.push_back(std::move(s));
  }

  const aie2::device* device_;
  const mapping* m_;
  const layer_traffic* traffic_;
  const layer_work* work_;
  std::vector<iteration_plan> plan_;
  std::vector<core_pools> pools_;
  flow_graph flow_;
  memory_tile_flow tiles_;
};

}  // namespace detail

/// The flow of a mapped layer: DRAM to memory tiles, inputs broadcast down columns, weights along
/// the columns that share output channels, results back; double buffers where anything follows.
/// Where a column has more streams than channels and ports, they share them by packet switching:
/// results of several cores merge, one channel sends weights or inputs to several cores in turn.
[[nodiscard]] inline flow_graph layer_flow(const device& d, const mapping& m,
                                           const layer_traffic& t, const layer_work& work) {
  return detail::layer_flow_builder(d, m, t, work).build();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
