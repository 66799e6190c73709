// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <lacuna/hardware/aie2/estimate_text.hpp>
#include <lacuna/hardware/aie2/simulated/simulate_layer.hpp>

#include "tables.hpp"

namespace aie2 = lacuna::hardware::aie2;
using aie2::detail::formatted;
using lacuna::index_t;

namespace {

constexpr const char* networks[] = {"resnet50", "vgg16", "inception_v3"};

/// A network with its third column, and the layers behind it.
struct simulated_network {
  aie2::network_estimate estimate;
  std::vector<aie2::simulated_layer> layers;

  [[nodiscard]] double cycles() const { return *estimate.simulated(); }
  [[nodiscard]] double cycles(aie2::layer_cause c) const {
    double sum = 0;
    for (const aie2::simulated_layer& l : layers) sum += l[c];
    return sum;
  }
};

/// Simulated once and kept: several tables show it. Dense, random or even half of the blocks on
/// 4x4.
const simulated_network& simulated(const std::string& name, bool sparse, bool even = false,
                                   bool searched = true) {
  static std::map<std::tuple<std::string, bool, bool, bool>, simulated_network> known;
  const auto key = std::tuple(name, sparse, even, searched);
  if (const auto found = known.find(key); found != known.end()) return found->second;
  const aie2::device d = aie2::mesh(4);
  simulated_network n{estimate_network(aie2::find_workload(name, sparse ? 0.5 : 1), d), {}};
  aie2::simulation_options o;
  o.mask = even ? aie2::mask_kind::even : aie2::mask_kind::random;
  if (!searched) o.candidates = 1;
  n.layers = simulate_network(n.estimate, d, o);
  return known.emplace(key, std::move(n)).first->second;
}

const char* kept(bool sparse, bool even) { return !sparse ? "all" : even ? "50 %, even" : "50 %"; }

}  // namespace

double simulated_cycles(const std::string& network, index_t mesh, bool sparse) {
  return mesh == 4 ? simulated(network, sparse).cycles() : 0;
}

void simulated_table(std::ostream& out) {
  out << "### Simulated against analytic\n\n4x4, ms. `as mapped` runs the analytic search's "
         "mapping "
         "of each layer where the kernels can hold it; `simulated` the fastest of the 12 "
         "analytically best. `even` masks keep as many blocks in every row.\n\n| network | kept | "
         "analytic | as mapped | simulated |";
  for (std::size_t c = 0; c < aie2::layer_causes; ++c) {
    out << " " << to_string(static_cast<aie2::layer_cause>(c)) << " |";
  }
  out << "\n|---|---|---:|---:|---:|";
  for (std::size_t c = 0; c < aie2::layer_causes; ++c) out << "---:|";
  out << "\n";
  for (const char* name : networks) {
    for (const auto& [sparse, even] : {std::pair(false, false), {true, false}, {true, true}}) {
      const simulated_network& n = simulated(name, sparse, even);
      const simulated_network& mapped = simulated(name, sparse, even, false);
      out << "| " << name << " | " << kept(sparse, even)
          << formatted(" | %.3f | %.3f | %.3f |", n.estimate.cycles() / 1e6, mapped.cycles() / 1e6,
                       n.cycles() / 1e6);
      for (std::size_t c = 0; c < aie2::layer_causes; ++c) {
        const auto cause = static_cast<aie2::layer_cause>(c);
        out << formatted(" %.3f (%+.3f) |", n.cycles(cause) / 1e6,
                         (n.cycles(cause) - n.estimate.cycles(cause)) / 1e6);
      }
      out << "\n";
    }
  }
  out << "\nBy cause: simulated, and in brackets its difference from analytic.\n\n";
}

void simulated_gain_table(std::ostream& out) {
  out << "### Simulated gain of half of the blocks\n\n4x4; dense over half, at most 2 where only "
         "multiplying counts (a little more where smaller weights leave room). Layers: "
         "convolutions but the first.\n\n| network | gain, random | gain, even | imbalance costs | "
         "layers: least | median | most | even: least | median | most "
         "|\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const char* name : networks) {
    const simulated_network& dense = simulated(name, false);
    const simulated_network& random = simulated(name, true);
    const simulated_network& even = simulated(name, true, true);
    const auto gains = [&](const simulated_network& half) {
      std::vector<double> all;
      for (std::size_t i = 0; i < dense.layers.size(); ++i) {
        if (half.estimate.layers[i].layer.density == 1) continue;
        all.push_back(dense.layers[i].cycles() / half.layers[i].cycles());
      }
      std::sort(all.begin(), all.end());
      return formatted(" | %.2f | %.2f | %.2f", all.front(), all[all.size() / 2], all.back());
    };
    out << "| " << name
        << formatted(" | %.2f | %.2f | %.1f %%", dense.cycles() / random.cycles(),
                     dense.cycles() / even.cycles(), 100 * (random.cycles() / even.cycles() - 1))
        << gains(random) << gains(even) << " |\n";
  }
  out << "\n";
}

void simulated_layer_table(std::ostream& out) {
  out << "### ResNet-50 layer by layer, simulated\n\n4x4, thousand cycles; gains of half of the "
         "blocks over dense.\n\n| layer | analytic | simulated | 50 % | gain | even | gain | "
         "dense tile, input channels, iterations |\n|---|---:|---:|---:|---:|---:|---:|---|\n";
  const simulated_network& dense = simulated("resnet50", false);
  const simulated_network& random = simulated("resnet50", true);
  const simulated_network& even = simulated("resnet50", true, true);
  for (std::size_t i = 0; i < dense.layers.size(); ++i) {
    const aie2::layer_columns& l = dense.estimate.layers[i];
    const double all = dense.layers[i].cycles();
    const double half = random.layers[i].cycles();
    const double balanced = even.layers[i].cycles();
    const aie2::mapping& m = dense.layers[i].executed;
    out << "| " << l.layer.shape.name
        << formatted(" | %.1f | %.1f | %.1f | %.2f | %.1f | %.2f | ", l.mapped.cost.cycles() / 1e3,
                     all / 1e3, half / 1e3, all / half, balanced / 1e3, all / balanced)
        << to_string(m.output) << ", " << m.input.c << ", " << m.iterations() << " |\n";
  }
  out << "\n";
}
