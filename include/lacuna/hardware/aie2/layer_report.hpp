// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/network.hpp>
#include <lacuna/hardware/charge.hpp>
#include <lacuna/hardware/report.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Energies of an AIE2 array: no vendor figures are public, so memories of similar size at 45 nm
/// stand in. Compare designs with it; its joules are not the silicon's.
[[nodiscard]] inline energy_table stand_in_energies() {
  const energy_table h = energy_tables::horowitz();
  access_energy core = h.at("SRAM 8 KB");
  access_energy tile = h.at("SRAM 1 MB");
  core.level = "core memory";
  tile.level = "memory tile";
  return {"Horowitz 45 nm, stand-in for AIE2", h.source, h.node_nm, h.mac, 0,
          {core, tile, h.at("DRAM")}};
}

/// How far a layer is from what its busiest resource allows.
struct roofline {
  std::string resource;  ///< that needs most cycles
  double bound{0};       ///< cycles it needs alone
  double distance{1};    ///< cycles / bound, from 1
  double intensity{0};   ///< multiply-adds a byte of DRAM
};

/// What share of the layer each unit is busy: vector unit and loads of the busiest core, the
/// busiest DMA channel of each kind, DRAM.
struct utilisation {
  double multipliers{0};  ///< kept multiply-adds against peak, whole array
  double vector_unit{0}, load_units{0};
  double input_channel{0}, weight_channel{0}, output_channel{0};
  double dram{0};
};

[[nodiscard]] inline utilisation utilisation_of(const layer_estimate& e) noexcept {
  const double t = e.cycles();
  if (!(t > 0)) return {};
  return {e.macs > 0 ? e[layer_cause::multiply] / t : 0,
          e.multiply_cycles / t,
          e.core_loads / 2 / t,
          e.input_stream / t,
          e.weight_stream / t,
          e.output_stream / t,
          e.dram_cycles / t};
}

/// The cycles each resource needs alone; none of them exceeds the layer's.
[[nodiscard]] inline std::vector<resource_bound> bounds_of(const layer_estimate& e) {
  return {{"multipliers", e.macs > 0 ? e[layer_cause::multiply] : 0},
          {"vector unit", e.multiply_cycles},
          {"input channels", e.input_stream},
          {"weight channels", e.weight_stream},
          {"output channels", e.output_stream},
          {"DRAM", e.dram_cycles}};
}

[[nodiscard]] inline roofline roofline_of(const layer_estimate& e) {
  roofline r;
  for (resource_bound& b : bounds_of(e)) {
    if (b.cycles > r.bound) {
      r.bound = b.cycles;
      r.resource = std::move(b.resource);
    }
  }
  r.distance = r.bound > 0 ? e.cycles() / r.bound : 1;
  const double bytes = e.dram_read + e.dram_written;
  r.intensity = bytes > 0 ? e.macs / bytes : 0;
  return r;
}

/// A layer's estimate as a report: causes fold into those that all models share, cycles round so
/// that they still sum to the total, which is the estimate rounded up.
[[nodiscard]] inline report report_of(const std::string& device, const workload_layer& l,
                                      const mapped_layer& m) {
  const layer_estimate& e = m.cost;
  report r;
  r.device = device;
  r.workload = l.shape.name;
  r.cycles.total = static_cast<std::int64_t>(std::ceil(e.cycles() - 1e-6));
  static constexpr std::array<cycle_cause, layer_causes> fold{
      cycle_cause::compute,           cycle_cause::compute,
      cycle_cause::imbalance,         cycle_cause::on_chip_bandwidth,
      cycle_cause::on_chip_bandwidth, cycle_cause::fill_and_drain,
      cycle_cause::on_chip_bandwidth, cycle_cause::fill_and_drain,
      cycle_cause::off_chip_bandwidth};
  double before = 0;
  for (std::size_t c = 0; c < layer_causes; ++c) {
    // Differences of rounded running sums: each within a cycle, all together exact.
    const double after = before + e.by_cause[c];
    const bool last = c + 1 == layer_causes;
    const std::int64_t to = last ? r.cycles.total : static_cast<std::int64_t>(std::floor(after));
    r.cycles[fold[c]] += to - static_cast<std::int64_t>(std::floor(before));
    before = after;
  }
  const layer_facts f = facts_of(l);
  r.macs = {f.macs / f.kept, f.macs, std::max(f.macs, e.executed)};
  const double read_features = e.dram_read - e.weights_from_dram;
  r.memory = {{"DRAM", 'A', e.weights_from_dram, 0, 0, 0, f.weight_bytes},
              {"DRAM", 'B', read_features, 0, 0, 0, 0},
              {"DRAM", 'Z', 0, e.dram_written, 0, 0, 0},
              {"memory tile", 'B', e.tile_read, 0, 0, 0, 0},
              {"memory tile", 'Z', 0, e.tile_written, 0, 0, 0},
              {"core memory", 'B', e.core_loads * 32 * e.cores, 0, 0, 0, 0}};
  charge(r, stand_in_energies());
  r.bounds = bounds_of(e);
  const mapping& c = m.chosen;
  r.notes.push_back(message("tile ", to_string(c.input), " to ", to_string(c.output), ", ",
                            c.iterations(), " iterations, ", c.width_parts, " columns of width x ",
                            c.channel_parts, " of channels"));
  r.provenance = {"analytic: latencies and widths of the AIE2 device description"};
  r.unverified = {"energies: 45 nm memories stand in for AIE2's",
                  "pooling and additions: 64 and 32 int8 values a cycle"};
  if (f.layers > 0) {
    r.unverified.push_back("2:4 multiplies: an upper bound, as none was measured in public");
  }
  return r;
}

/// A network's layers summed. @throws contract_violation where a layer's report contradicts itself.
[[nodiscard]] inline report report_of(const network_estimate& n) {
  report sum;
  for (const layer_columns& l : n.layers) {
    report r = report_of(n.device, l.layer, l.mapped);
    require_consistent(r);
    r.notes.clear();  // one a layer
    add(sum, r);
  }
  sum.workload = n.name;
  return sum;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
