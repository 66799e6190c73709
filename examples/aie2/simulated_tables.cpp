// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <iostream>
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

const char* kept(bool sparse, bool even) { return !sparse ? "all" : even ? "50 %, even" : "50 %"; }

/// Simulated once and kept: several tables show it. Dense, random or even half of the blocks.
/// Tells the terminal what it is at.
const simulated_network& simulated(const std::string& name, index_t mesh, bool sparse,
                                   bool even = false, bool searched = true) {
  static std::map<std::tuple<std::string, index_t, bool, bool, bool>, simulated_network> known;
  const auto key = std::tuple(name, mesh, sparse, even, searched);
  if (const auto found = known.find(key); found != known.end()) return found->second;
  std::cerr << "simulating " << name << " on " << mesh << "x" << mesh << ", " << kept(sparse, even)
            << (searched ? "" : ", as mapped") << "\n";
  const aie2::device d = aie2::mesh(mesh);
  simulated_network n{estimate_network(aie2::find_workload(name, sparse ? 0.5 : 1), d), {}};
  aie2::simulation_options o;
  o.mask = even ? aie2::mask_kind::even : aie2::mask_kind::random;
  if (!searched) o.candidates = 1;
  n.layers = simulate_network(n.estimate, d, o);
  return known.emplace(key, std::move(n)).first->second;
}

}  // namespace

double simulated_cycles(const std::string& network, index_t mesh, bool sparse) {
  return simulated(network, mesh, sparse).cycles();
}

void simulated_table(std::ostream& out) {
  out << "### Simulated, by cause\n\nMs: simulated, and in brackets its difference from analytic. "
         "Masks are random; `even` keeps as many blocks in every row. On 4x4 `as mapped` runs the "
         "analytic search's mapping of each layer where the kernels can hold it; all others the "
         "fastest of the 12 analytically best.\n\n| network | mesh | kept | analytic | simulated |";
  for (std::size_t c = 0; c < aie2::layer_causes; ++c) {
    out << " " << to_string(static_cast<aie2::layer_cause>(c)) << " |";
  }
  out << "\n|---|---|---|---:|---:|";
  for (std::size_t c = 0; c < aie2::layer_causes; ++c) out << "---:|";
  out << "\n";
  const auto row = [&](const char* name, index_t mesh, const char* what,
                       const simulated_network& n) {
    out << "| " << name << " | " << mesh << "x" << mesh << " | " << what
        << formatted(" | %.3f | %.3f |", n.estimate.cycles() / 1e6, n.cycles() / 1e6);
    for (std::size_t c = 0; c < aie2::layer_causes; ++c) {
      const auto cause = static_cast<aie2::layer_cause>(c);
      out << formatted(" %.3f (%+.3f) |", n.cycles(cause) / 1e6,
                       (n.cycles(cause) - n.estimate.cycles(cause)) / 1e6);
    }
    out << "\n";
  };
  for (const char* name : networks) {
    for (index_t mesh = 2; mesh <= 8; ++mesh) {
      row(name, mesh, "all", simulated(name, mesh, false));
      row(name, mesh, "50 %", simulated(name, mesh, true));
      row(name, mesh, "50 %, even", simulated(name, mesh, true, true));
      if (mesh != 4) continue;
      row(name, mesh, "all, as mapped", simulated(name, mesh, false, false, false));
      row(name, mesh, "50 %, as mapped", simulated(name, mesh, true, false, false));
    }
  }
  out << "\n";
}

void simulated_gain_table(std::ostream& out) {
  out << "### Simulated gain of half of the blocks\n\nDense over half, at most 2 where only "
         "multiplying counts (more where smaller weights leave room for another mapping). "
         "`imbalance costs`: "
         "random over even masks. Layers: convolutions but the first.\n\n| network | mesh | gain, "
         "random | gain, even | imbalance costs | layers: least | median | most | even: least | "
         "median | most |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const char* name : networks) {
    for (index_t mesh = 2; mesh <= 8; ++mesh) {
      const simulated_network& dense = simulated(name, mesh, false);
      const simulated_network& random = simulated(name, mesh, true);
      const simulated_network& even = simulated(name, mesh, true, true);
      const auto gains = [&](const simulated_network& half) {
        std::vector<double> all;
        for (std::size_t i = 0; i < dense.layers.size(); ++i) {
          if (half.estimate.layers[i].layer.density == 1) continue;
          all.push_back(dense.layers[i].cycles() / half.layers[i].cycles());
        }
        std::sort(all.begin(), all.end());
        return formatted(" | %.2f | %.2f | %.2f", all.front(), all[all.size() / 2], all.back());
      };
      out << "| " << name << " | " << mesh << "x" << mesh
          << formatted(" | %.2f | %.2f | %.1f %%", dense.cycles() / random.cycles(),
                       dense.cycles() / even.cycles(), 100 * (random.cycles() / even.cycles() - 1))
          << gains(random) << gains(even) << " |\n";
    }
  }
  out << "\n";
}

void simulated_layer_table(std::ostream& out) {
  out << "### ResNet-50 layer by layer, simulated\n\n4x4, thousand cycles; gains of half of the "
         "blocks over dense.\n\n| layer | analytic | simulated | 50 % | gain | even | gain | "
         "dense tile, input channels, iterations |\n|---|---:|---:|---:|---:|---:|---:|---|\n";
  const simulated_network& dense = simulated("resnet50", 4, false);
  const simulated_network& random = simulated("resnet50", 4, true);
  const simulated_network& even = simulated("resnet50", 4, true, true);
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

void simulated_series_table(std::ostream& out) {
  constexpr const char* patterns[] = {"dense",   "8x8@0.5",      "2:4",
                                      "2:4+2:8", "8x8@0.25+2:4", "8x8@0.5+2:4"};
  out << "### ResNet-50 of series, simulated\n\n4x4, thousand cycles, all convolutions but the "
         "first, in brackets the gain over dense; random masks of blocks. A sparse multiply is an "
         "upper bound of the hardware.\n\n| layer |";
  for (const char* pattern : patterns) out << " " << pattern << " |";
  out << "\n|---|";
  for (std::size_t p = 0; p < std::size(patterns); ++p) out << "---:|";
  out << "\n";
  const aie2::device d = aie2::mesh(4);
  std::vector<simulated_network> columns;
  for (const char* pattern : patterns) {
    std::cerr << "simulating resnet50 on 4x4, " << pattern << "\n";
    const auto weights = lacuna::parse_series_pattern(pattern);
    columns.push_back({estimate_network(with_series(aie2::resnet50_workload(), weights), d), {}});
    columns.back().layers = simulate_network(columns.back().estimate, d);
  }
  const auto row = [&](const std::string& name, const auto& cycles_of) {
    out << "| " << name << " |";
    const double dense = cycles_of(columns.front());
    for (const simulated_network& n : columns) {
      const double cycles = cycles_of(n);
      out << formatted(&n == &columns.front() ? " %.1f |" : " %.1f (%.2f) |", cycles / 1e3,
                       dense / cycles);
    }
    out << "\n";
  };
  const std::vector<aie2::layer_columns>& layers = columns.front().estimate.layers;
  for (std::size_t i = 1; i < layers.size(); ++i) {
    if (layers[i].layer.kind != aie2::layer_kind::convolution) continue;
    row(layers[i].layer.shape.name,
        [&](const simulated_network& n) { return n.layers[i].cycles(); });
  }
  row("network, simulated", [](const simulated_network& n) { return n.cycles(); });
  row("network, estimated", [](const simulated_network& n) { return n.estimate.cycles(); });
  out << "| of it mask imbalance |";
  for (const simulated_network& n : columns) {
    out << formatted(" %.1f |", n.cycles(aie2::layer_cause::imbalance) / 1e3);
  }
  out << "\n\n";
}
