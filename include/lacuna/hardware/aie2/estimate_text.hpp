// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <ostream>
#include <string>

#include <lacuna/hardware/aie2/layer_report.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

namespace detail {
template <class... Values>
[[nodiscard]] std::string formatted(const char* form, Values... values) {
  char text[256];
  const int length = std::snprintf(text, sizeof text, form, values...);
  return length < 0 ? std::string() : std::string(text);
}
}  // namespace detail

/// One layer for people: mapping, cycles by cause, what is busy, bytes a level, roofline.
inline std::ostream& print_layer(std::ostream& out, const estimator& estimate,
                                 const workload_layer& l, const mapped_layer& m) {
  const layer_estimate& e = m.cost;
  const mapping& c = m.chosen;
  const double total = e.cycles();
  const device& d = estimate.device();
  out << l.shape.name << " on " << d.name
      << detail::formatted(": %.0f cycles, %.2f us at %.2f GHz\n", total, total / d.clock_hz * 1e6,
                           d.clock_hz / 1e9)
      << (l.series ? "  weights " + to_string(*l.series) + "\n" : std::string()) << "  tile "
      << to_string(c.input) << " -> " << to_string(c.output) << ", weights " << to_string(c.weights)
      << ", " << c.row_tiles << " x " << c.width_tiles << " tiles, " << c.channel_tiles << " x "
      << c.reduction_tiles << " pieces, "
      << (c.order == loop_order::weights_stay ? "weights stay" : "pixels stay") << "\n  "
      << c.width_parts << " columns share the width, " << c.channel_parts
      << " the output channels with the rows; input from "
      << (c.input_from_dram ? "DRAM" : "memory tiles") << ", result to "
      << (c.output_to_dram ? "DRAM" : "memory tiles") << "\n  core memory " << c.buffers.total()
      << " of " << d.memory.bytes << " bytes: input " << c.buffers.input << " at "
      << c.placement.input.begin << ", weights " << c.buffers.weights << " at "
      << c.placement.weights.begin << ", output " << c.buffers.output << " at "
      << c.placement.output.begin << "\n  cycles\n";
  for (std::size_t i = 0; i < layer_causes; ++i) {
    if (e.by_cause[i] == 0) continue;
    out << detail::formatted("%14.0f  %5.1f %%  ", e.by_cause[i], 100 * e.by_cause[i] / total)
        << to_string(static_cast<layer_cause>(i)) << "\n";
  }
  const utilisation u = utilisation_of(e);
  const roofline r = roofline_of(e);
  out << detail::formatted(
             "  busy: multipliers %.1f %%, vector unit %.1f %%, load units %.1f %%\n"
             "  channels: inputs %.1f %%, weights %.1f %%, results %.1f %%, DRAM %.1f %%\n",
             100 * u.multipliers, 100 * u.vector_unit, 100 * u.load_units, 100 * u.input_channel,
             100 * u.weight_channel, 100 * u.output_channel, 100 * u.dram)
      << detail::formatted(
             "  bytes: DRAM %.0f in, %.0f out; memory tiles %.0f read, %.0f written; busiest core "
             "%.0f loaded\n",
             e.dram_read, e.dram_written, e.tile_read, e.tile_written,
             e.core_loads * static_cast<double>(d.core.load_bytes))
      << "  bound by " << r.resource
      << detail::formatted(": %.0f cycles, %.2f times that; %.1f multiply-adds a byte of DRAM\n",
                           r.bound, r.distance, r.intensity);
  return out;
}

/// A network for people: a line a layer, then the total by cause.
inline std::ostream& operator<<(std::ostream& out, const network_estimate& n) {
  out << n.name << " on " << n.device
      << detail::formatted(": %.0f cycles (%.3f ms), published rule %.0f\n", n.cycles(),
                           n.cycles() / n.clock_hz * 1e3, n.published_cycles());
  out << "      cycles   published    simulated  busy %  x bound  layer, bound by\n";
  for (const layer_columns& l : n.layers) {
    const roofline r = roofline_of(l.mapped.cost);
    out << detail::formatted("%12.0f %11.0f ", l.mapped.cost.cycles(), l.published_cycles)
        << (l.simulated ? detail::formatted("%12.0f", *l.simulated) : std::string(11, ' ') + "-")
        << detail::formatted("  %6.1f  %7.2f  ", 100 * utilisation_of(l.mapped.cost).multipliers,
                             r.distance)
        << l.layer.shape.name << ", " << r.resource << "\n";
  }
  for (std::size_t i = 0; i < layer_causes; ++i) {
    const auto c = static_cast<layer_cause>(i);
    out << detail::formatted("%12.0f  %5.1f %%  ", n.cycles(c), 100 * n.cycles(c) / n.cycles())
        << to_string(c) << "\n";
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
