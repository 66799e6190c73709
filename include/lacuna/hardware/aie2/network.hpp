// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/mapping_search.hpp>
#include <lacuna/hardware/aie2/published_tiling.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// One layer in three columns, in cycles.
struct layer_columns {
  workload_layer layer;
  scheduled_layer tiles;            ///< our tile shapes for the published rule
  double published_cycles{0};       ///< the published rule on them
  mapped_layer mapped;              ///< our mapping; `mapped.cost.cycles()`
  std::optional<double> simulated;  ///< executed; filled by whoever simulates
};

/// A network in three columns: layers one after another, batch 1.
struct network_estimate {
  std::string name;
  std::string device;
  double clock_hz{1e9};
  std::vector<layer_columns> layers;

  [[nodiscard]] double published_cycles() const noexcept {
    double sum = 0;
    for (const layer_columns& l : layers) sum += l.published_cycles;
    return sum;
  }
  [[nodiscard]] double cycles() const noexcept {
    double sum = 0;
    for (const layer_columns& l : layers) sum += l.mapped.cost.cycles();
    return sum;
  }
  /// Nothing unless every layer was simulated.
  [[nodiscard]] std::optional<double> simulated() const noexcept {
    double sum = 0;
    for (const layer_columns& l : layers) {
      if (!l.simulated) return std::nullopt;
      sum += *l.simulated;
    }
    return sum;
  }
  [[nodiscard]] double cycles(layer_cause c) const noexcept {
    double sum = 0;
    for (const layer_columns& l : layers) sum += l.mapped.cost[c];
    return sum;
  }
};

namespace detail {
[[nodiscard]] inline bool same_work(const workload_layer& a, const workload_layer& b) noexcept {
  const network::layer_shape& s = a.shape;
  const network::layer_shape& t = b.shape;
  return a.kind == b.kind && a.density == b.density && a.live_bytes == b.live_bytes &&
         s.in == t.in && s.h == t.h && s.w == t.w && s.out == t.out && s.window == t.window &&
         s.groups == t.groups;
}
}  // namespace detail

/// Searches mappings and remembers them: networks repeat their layers.
class mapper {
 public:
  explicit mapper(const device& d) : estimate_(d) {}

  [[nodiscard]] const estimator& estimate() const noexcept { return estimate_; }

  /// @throws what search_mapping throws.
  const mapped_layer& operator()(const workload_layer& l, const placement_request& wanted) {
    for (const known& k : known_) {
      if (k.wanted.input_from_dram == wanted.input_from_dram &&
          k.wanted.output_to_dram == wanted.output_to_dram && detail::same_work(k.layer, l)) {
        return k.found;
      }
    }
    known_.push_back({l, wanted, search_mapping(estimate_, l, wanted)});
    return known_.back().found;
  }

 private:
  struct known {
    workload_layer layer;
    placement_request wanted;
    mapped_layer found;
  };
  estimator estimate_;
  std::vector<known> known_;
};

/// Maps layers that run one after another, activations in memory tiles where the search finds room.
/// A layer whose input would fill the tiles takes it from DRAM, and the one before then writes it
/// there. @throws what search_mapping throws.
[[nodiscard]] inline std::vector<mapped_layer> map_chain(std::span<const workload_layer> layers,
                                                         mapper& map, bool from_dram = true,
                                                         bool to_dram = true) {
  std::vector<mapped_layer> out;
  bool in_dram = from_dram;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const mapped_layer m = map(layers[i], {in_dram, to_dram && i + 1 == layers.size()});
    if (m.chosen.input_from_dram && !in_dram && i > 0) {
      out.back() = map(layers[i - 1], {out.back().chosen.input_from_dram, true});
    }
    in_dram = m.chosen.output_to_dram;
    out.push_back(m);
  }
  return out;
}

/// A network in three columns: the image comes from DRAM and the result goes there.
/// @throws shape_error on a workload without layers; capacity_error, unsupported_error as
/// search_mapping and published_tiling.
[[nodiscard]] inline network_estimate estimate_network(const workload& net, mapper& map) {
  if (net.layers.empty()) throw shape_error(message("workload '", net.name, "' has no layers"));
  const device& d = map.estimate().device();
  network_estimate out{net.name, d.name, d.clock_hz, {}};
  const published_machine machine;
  std::vector<mapped_layer> mapped = map_chain(net.layers, map);
  for (std::size_t i = 0; i < net.layers.size(); ++i) {
    scheduled_layer tiles = published_tiling(net.layers[i], d);
    const double cycles = published_rule(tiles, machine).total * machine.cycles_per_us;
    out.layers.push_back(
        {net.layers[i], std::move(tiles), cycles, std::move(mapped[i]), std::nullopt});
  }
  return out;
}
[[nodiscard]] inline network_estimate estimate_network(const workload& net, const device& d) {
  mapper map(d);
  return estimate_network(net, map);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
