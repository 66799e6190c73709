// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
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
         a.imbalance == b.imbalance && a.series == b.series && s.in == t.in && s.h == t.h &&
         s.w == t.w && s.out == t.out && s.window == t.window && s.groups == t.groups;
}
}  // namespace detail

/// Searches mappings and remembers them: networks repeat their layers.
class mapper {
 public:
  explicit mapper(const device& d) : estimate_(d) {}

  [[nodiscard]] const estimator& estimate() const noexcept { return estimate_; }

  /// Valid as long as the mapper. @throws what facts_of throws.
  const search_result& operator()(const workload_layer& l, const placement_request& wanted) {
    for (const known& k : known_) {
      if (k.wanted == wanted && detail::same_work(k.layer, l)) return k.found;
    }
    known_.push_back({l, wanted, find_mapping(estimate_, l, wanted)});
    return known_.back().found;
  }

 private:
  struct known {
    workload_layer layer;
    placement_request wanted;
    search_result found;
  };
  estimator estimate_;
  std::deque<known> known_;
};

/// Maps layers that run one after another. Whether activations pass from one to the next in memory
/// tiles or by DRAM is chosen for fewest cycles of all: dynamic programming, two states a boundary.
/// @throws what search_mapping throws, of the first layer that fits in neither way.
[[nodiscard]] inline std::vector<mapped_layer> map_chain(std::span<const workload_layer> layers,
                                                         mapper& map, bool from_dram = true,
                                                         bool to_dram = true) {
  constexpr double never = std::numeric_limits<double>::infinity();
  struct state {
    double cycles{never};
    bool input_in_dram{false};
    const mapped_layer* mapped{nullptr};
  };
  using boundary = std::array<state, 2>;  // result in memory tiles, in DRAM
  std::vector<boundary> best(layers.size() + 1);
  best[0][from_dram ? 1 : 0].cycles = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const bool last = i + 1 == layers.size();
    for (const bool in : {false, true}) {
      const double before = best[i][in ? 1 : 0].cycles;
      if (before == never) continue;
      for (const bool out : {false, true}) {
        if (last && out != to_dram) continue;
        const search_result& found = map(layers[i], {in, out});
        if (!found.best) continue;
        state& s = best[i + 1][out ? 1 : 0];
        const double cycles = before + found.best->cost.cycles();
        if (cycles < s.cycles) s = {cycles, in, &*found.best};
      }
    }
    if (best[i + 1][0].cycles == never && best[i + 1][1].cycles == never) {
      static_cast<void>(search_mapping(map.estimate(), layers[i], {true, true}));  // says why
      throw capacity_error(layers[i].shape.name, "memory tiles", 1, 0,
                           message("the layer before can't leave its result where this one finds "
                                   "it, on ",
                                   map.estimate().device().name));
    }
  }
  std::vector<mapped_layer> out(layers.size());
  bool at = to_dram;
  for (std::size_t i = layers.size(); i-- > 0;) {
    const state& s = best[i + 1][at ? 1 : 0];
    out[i] = *s.mapped;
    at = s.input_in_dram;
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
  std::vector<scheduled_layer> tiles = published_schedule(net, d);
  for (std::size_t i = 0; i < net.layers.size(); ++i) {
    const double cycles = published_rule(tiles[i], machine).total * machine.cycles_per_us;
    out.layers.push_back(
        {net.layers[i], std::move(tiles[i]), cycles, std::move(mapped[i]), std::nullopt});
  }
  return out;
}
[[nodiscard]] inline network_estimate estimate_network(const workload& net, const device& d) {
  mapper map(d);
  return estimate_network(net, map);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
