// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/network.hpp>
#include <lacuna/hardware/aie2/simulated/core_timer.hpp>
#include <lacuna/hardware/aie2/simulated/executable_mapping.hpp>
#include <lacuna/hardware/aie2/simulated/layer_flow.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

struct simulation_options {
  mask_kind mask{mask_kind::random};
  std::uint32_t seed{1};       ///< of random masks
  std::size_t candidates{12};  ///< mappings to run, the analytically best first; the fastest counts
  bool every_iteration{false};  ///< runs equal iterations too, each on its own data
};

/// A layer as simulated. `by_cause` sums to the cycles: multiply as in the estimate; the rest is of
/// the core that computes longest.
struct simulated_layer {
  std::array<double, layer_causes> by_cause{};
  mapping executed;
  bool as_chosen{true};  ///< the mapping that the search chose, else the best that kernels can hold
  double compute{0};     ///< of the core that computes longest
  double mean_compute{0};  ///< of all that have work
  double filling{0};       ///< multiplies of zeros on it, within `imbalance`
  flow_run flow;

  [[nodiscard]] double operator[](layer_cause c) const noexcept {
    return by_cause[static_cast<std::size_t>(c)];
  }
  [[nodiscard]] double& operator[](layer_cause c) noexcept {
    return by_cause[static_cast<std::size_t>(c)];
  }
  [[nodiscard]] double cycles() const noexcept {
    double sum = 0;
    for (const double c : by_cause) sum += c;
    return sum;
  }
};

namespace detail {

/// One mapping of one layer, simulated.
class layer_simulation {
 public:
  layer_simulation(core_timer& timer, const workload_layer& l, const mapping& m,
                   const weight_mask* mask)
      : timer_(&timer), device_(timer.device()), l_(&l), f_(facts_of(l)), m_(m), mask_(mask) {
    std::mt19937 g(1);
    for (std::int8_t& v : values_) v = static_cast<std::int8_t>(static_cast<int>(g() % 255) - 127);
  }

  simulated_layer run() {
    plan_ = plan_iterations(m_, f_.conv);
    buffers_ = buffers_of(device_, l_->shape.window, f_, m_, mask_);
    layer_work work;
    work.columns = m_.width_parts * m_.channel_parts;
    work.rows = std::min(device_.core_rows, f_.out / 8);
    const auto cores = static_cast<std::size_t>(work.columns * work.rows);
    std::vector<iteration_run> sums(cores);
    const auto call =
        static_cast<double>(device_.core.call_cycles + 2 * device_.memory.acquire_cycles);
    for (index_t c = 0; c < work.columns; ++c) {
      for (index_t r = 0; r < work.rows; ++r) {
        std::vector<double> cycles;
        const index_t group = c / m_.width_parts * device_.core_rows + r;
        for (const iteration_plan& i : plan_) {
          const iteration_run one = iteration(i, c % m_.width_parts, group);
          sums[static_cast<std::size_t>(c * work.rows + r)] += one;
          cycles.push_back(one.cycles > 0 ? one.cycles + call : 0);
        }
        work.cycles.push_back(std::move(cycles));
      }
    }
    simulated_layer out;
    out.executed = m_;
    const flow_graph graph = layer_flow(device_, m_, traffic(work), work);
    out.flow = simulate_flow(graph, device_);
    attribute(sums, work, out);
    return out;
  }

 private:
  iteration_run iteration(const iteration_plan& i, index_t part, index_t group) {
    const core_iteration on = on_core(device_, f_, m_, i, part, group);
    if (on.empty()) return {};
    if (f_.operands == 2) return timer_->addition(on.h * on.w * 8 * on.out.size());
    if (!f_.conv) {
      const conv_window& window = l_->shape.window;
      // The catalogue tells kinds of pooling apart by name.
      const bool average = l_->shape.name.find("avg") != std::string::npos;
      convolution_layout within = buffers_.layout;
      within.tile.in_blocks = within.tile.out_blocks = on.out.size();
      return timer_->pooling(lay_out_pooling(on.out.size(), on.h, on.w, window, &within), average);
    }
    convolution_iteration run{call_of(m_, i, layout_of(f_, buffers_, on)), {}, f_.layers};
    run.call.how.relu = true;
    run.call.how.shift = 8;
    for (index_t r = on.out.first; r < on.out.last; ++r) {
      std::vector<convolution_entry> entries;
      for (index_t b = on.in.first; b < on.in.last; ++b) {
        if (!mask_->keeps(r, b)) continue;
        for (index_t tap = 0; tap < f_.taps; ++tap) {
          entries.push_back({tap, b - on.in.first, values_.data()});
        }
      }
      run.rows.push_back(std::move(entries));
    }
    return f_.layers > 0 ? timer_->series(run) : timer_->convolution(run);
  }

  [[nodiscard]] layer_traffic traffic(const layer_work& work) const {
    const executed_buffers& b = buffers_;
    layer_traffic t;
    t.input = b.input;
    t.broadcast = f_.conv;
    t.output = m_.output.elements();
    t.output_to_dram = m_.output_to_dram;
    if (m_.input_from_dram)
      t.input_from_dram = l_->shape.h * l_->shape.w * l_->shape.in * f_.operands;
    if (!f_.conv) return t;
    for (index_t part = 0; part < m_.channel_parts; ++part) {
      for (index_t r = 0; r < work.rows; ++r) {
        index_t bytes = 0;
        for (index_t p = 0; p < m_.pieces(); ++p) {
          const block_run out = output_blocks(device_, f_, m_, part * device_.core_rows + r, p);
          const block_run in = input_blocks(f_, m_, p);
          index_t entries = fullest_row(*mask_, f_, out, in);
          if (f_.layers == 0 && entries > b.layout.groups()) entries += entries % 2;
          // On the way an int32 bias a channel.
          bytes += piece_bytes(f_, out.size(), in.size(), entries, 4 * 8);
        }
        t.weights.push_back(std::max<index_t>(4, ceil_div(bytes, m_.pieces())));
      }
    }
    return t;
  }

  /// Multiplies beyond the mean of cores that share the width part count as a mask's imbalance, as
  /// do zeros that fill rows up; of dense weights, as idle and as the kernel's overhead.
  void attribute(const std::vector<iteration_run>& sums, const layer_work& work,
                 simulated_layer& out) const {
    std::size_t busiest = 0;
    double compute = 0, working = 0, all = 0;
    for (std::size_t n = 0; n < sums.size(); ++n) {  // scripts of cores come first
      const core_time& c = out.flow.cores[n];
      if (c.compute > out.compute) {
        out.compute = c.compute;
        busiest = n;
      }
      if (c.compute > 0) ++working;
      compute += c.compute;
      all += sums[n].vmacs;
    }
    out.mean_compute = compute / std::max(1.0, working);
    const iteration_run& b = sums[busiest];
    const core_time& t = out.flow.cores[busiest];
    const auto part = [&](std::size_t core) {
      return static_cast<index_t>(core) / work.rows % m_.width_parts;
    };
    double shared = 0, sharing = 0;
    for (std::size_t n = 0; n < sums.size(); ++n) {
      if (part(n) != part(busiest) || out.flow.cores[n].compute <= 0) continue;
      shared += sums[n].vmacs;
      ++sharing;
    }
    const auto tiles = static_cast<double>(device_.compute_tiles());
    const double peak =
        static_cast<double>(device_.peak_macs(element::int8, element::int8)) * tiles;
    const double ideal = f_.conv ? f_.macs / peak : all / tiles;
    const bool masked = f_.conv && f_.density > 0 && f_.density < 1;
    const double mean = masked ? std::min(shared / std::max(1.0, sharing), b.vmacs) : b.vmacs;
    out.filling = b.filling;
    out[layer_cause::multiply] = ideal;
    out[layer_cause::idle] = mean - ideal;
    out[layer_cause::imbalance] = masked ? b.vmacs - mean + b.filling : 0;
    out[layer_cause::load] = b.gaps;
    out[layer_cause::conflict] = b.stalls;
    out[layer_cause::overhead] = t.compute - b.vmacs - (masked ? b.filling : 0) - b.gaps - b.stalls;
    out[layer_cause::fill] = t.first_wait + t.finished;
    double stream = 0;
    for (const transfer_time& x : out.flow.transfers) {
      if (x.name.find("DRAM") == std::string::npos) stream = std::max(stream, x.busy);
    }
    double dram = 0;
    for (const transfer_time& x : out.flow.transfers) {
      if (x.name.find("DRAM") != std::string::npos) dram = std::max(dram, x.busy);
    }
    out[dram > stream ? layer_cause::dram : layer_cause::stream] = t.input_wait + t.output_wait;
  }

  core_timer* timer_;
  const aie2::device& device_;
  const workload_layer* l_;
  layer_facts f_;
  mapping m_;
  const weight_mask* mask_;
  std::vector<iteration_plan> plan_;
  executed_buffers buffers_;
  std::array<std::int8_t, 64> values_{};  ///< random weights of a block
};

}  // namespace detail

/// Simulates a mapped layer: each iteration's kernel runs in the core simulator, and their times
/// run through the array event by event. @throws capacity_error where no mapping fits the kernels;
/// what compile, simulate_core and simulate_flow throw.
[[nodiscard]] inline simulated_layer simulate_layer(const estimator& estimate, core_timer& timer,
                                                    const workload_layer& l, const mapping& chosen,
                                                    const simulation_options& o = {}) {
  const layer_facts f = facts_of(l);
  std::optional<weight_mask> mask;
  if (f.conv) mask.emplace(f.out / 8, f.in / 8, f.density, o.mask, o.seed);
  const weight_mask* const kept = mask ? &*mask : nullptr;
  const std::vector<mapping> candidates =
      executable_mappings(estimate, l, chosen, kept, std::max<std::size_t>(1, o.candidates));
  if (candidates.empty()) {
    throw capacity_error(
        l.shape.name, "core memory, bytes",
        static_cast<double>(buffers_of(estimate.device(), l.shape.window, f, chosen, kept).total),
        static_cast<double>(estimate.device().memory.bytes), "no tile fits the kernels' layouts");
  }
  std::optional<simulated_layer> best;
  for (const mapping& m : candidates) {
    simulated_layer s = detail::layer_simulation(timer, l, m, kept).run();
    s.as_chosen = m.output == chosen.output && m.weights == chosen.weights &&
                  m.width_parts == chosen.width_parts && m.order == chosen.order;
    if (!best || s.cycles() < best->cycles()) best = std::move(s);
  }
  return std::move(*best);
}

/// Simulates all layers of an estimate, equal ones once, and fills its third column.
/// @return the layers in the estimate's order. @throws as simulate_layer.
inline std::vector<simulated_layer> simulate_network(network_estimate& n, const device& d,
                                                     const simulation_options& o = {}) {
  const estimator estimate(d);
  core_timer timer(d, !o.every_iteration);
  std::vector<simulated_layer> out;
  for (std::size_t i = 0; i < n.layers.size(); ++i) {
    layer_columns& l = n.layers[i];
    const mapping& m = l.mapped.chosen;
    std::size_t same = 0;
    while (same < i && !(detail::same_work(n.layers[same].layer, l.layer) &&
                         n.layers[same].mapped.chosen.input_from_dram == m.input_from_dram &&
                         n.layers[same].mapped.chosen.output_to_dram == m.output_to_dram)) {
      ++same;
    }
    if (same < i) {
      simulated_layer again = out[same];
      out.push_back(std::move(again));
    } else {
      out.push_back(simulate_layer(estimate, timer, l.layer, m, o));
    }
    l.simulated = out.back().cycles();
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
