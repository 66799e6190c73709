// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <chrono>
#include <vector>

#include <lacuna/hardware/aie2/estimate_text.hpp>
#include <lacuna/hardware/aie2/network.hpp>

#include "tables.hpp"

namespace aie2 = lacuna::hardware::aie2;
using aie2::detail::formatted;
using lacuna::index_t;

namespace {

/// Median seconds of a call, of as many as a fifth of a second takes.
template <class Call>
double seconds_of(const Call& call) {
  using clock = std::chrono::steady_clock;
  std::vector<double> seconds;
  double all = 0;
  while (all < 0.2 || seconds.size() < 5) {
    const auto start = clock::now();
    call();
    seconds.push_back(std::chrono::duration<double>(clock::now() - start).count());
    all += seconds.back();
  }
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

/// A network's layers, those that are the same work left out.
std::vector<aie2::layer_columns> distinct_layers(const aie2::network_estimate& net) {
  std::vector<aie2::layer_columns> out;
  for (const aie2::layer_columns& l : net.layers) {
    const auto known = [&](const aie2::layer_columns& k) {
      return aie2::detail::same_work(k.layer, l.layer) &&
             k.mapped.chosen.input_from_dram == l.mapped.chosen.input_from_dram &&
             k.mapped.chosen.output_to_dram == l.mapped.chosen.output_to_dram;
    };
    if (std::none_of(out.begin(), out.end(), known)) out.push_back(l);
  }
  return out;
}

void speed_row(std::ostream& out, const char* network, index_t mesh) {
  const aie2::device d = aie2::mesh(mesh);
  const aie2::estimator estimate(d);
  const aie2::workload net = aie2::find_workload(network, 0.5);
  const std::vector<aie2::layer_columns> layers = distinct_layers(estimate_network(net, d));
  double cycles = 0;
  const auto rate = [&](const auto& one) {
    return static_cast<double>(layers.size()) / seconds_of([&] {
             for (const aie2::layer_columns& l : layers) cycles += one(l);
           });
  };
  const double rule = rate([](const auto& l) { return published_rule(l.tiles).total; });
  const double closed = rate([&](const auto& l) {
    return estimate(l.layer, aie2::facts_of(l.layer), l.mapped.chosen).cycles();
  });
  const double search = rate([&](const auto& l) {
    const aie2::mapping& m = l.mapped.chosen;
    return search_mapping(estimate, l.layer, {m.input_from_dram, m.output_to_dram}).cost.cycles();
  });
  const double whole = static_cast<double>(net.layers.size()) /
                       seconds_of([&] { cycles += estimate_network(net, d).cycles(); });
  if (!(cycles > 0)) return;  // and so nothing above can be left out
  out << "| " << network << " | " << mesh << "x" << mesh << " | " << layers.size()
      << formatted(" | %.2g | %.2g | %.2g | %.2g |\n", rule, closed, search, whole);
}

}  // namespace

void speed_table(std::ostream& out) {
  out << "Layers a second on one core, half of the blocks kept. A search remembers nothing; a "
         "whole "
         "network searches each of its distinct layers in up to four placements, and tabulates the "
         "device.\n\n| network | mesh | distinct layers | published rule | estimate of a mapping | "
         "search and estimate | whole network |\n|---|---|---:|---:|---:|---:|---:|\n";
  for (const char* network : {"resnet50", "vgg16", "inception_v3"}) {
    for (const index_t mesh : {2, 4, 8}) speed_row(out, network, mesh);
  }
}
