// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// ResNet-50, its weights pruned to 5 % without structure, on every tensor core: what each makes of
// it. Structured cores get the cheapest pattern they run that drops at most 2 % of the non-zeros.
#include <cstdio>

#include <lacuna/hardware/tensor_core.hpp>
#include <lacuna/network/zoo/resnet50.hpp>

using namespace lacuna;
namespace tc = lacuna::hardware::tensor_core;

int main() {
  constexpr double weights = 0.05;      // share of non-zeros; the first layer stays dense
  constexpr double activations = 0.49;  // mean of the five layers of the Sparseloop case study
  const network::network_shape net = network::resnet50_shape();

  double cycles = 0, energy = 0, edp = 0;  // of the dense core, first in the list
  std::printf("%-30s %12s %10s %8s %8s %8s\n", "device", "cycles", "uJ", "speed", "energy", "EDP");
  for (const tc::device& d : tc::all_devices()) {
    const hardware::report r = tc::simulate_network(d, net, [&](const network::layer_shape& l) {
      tc::layer_patterns p{hardware::uniform_density{weights},
                           hardware::uniform_density{activations}};
      if (&l == &net.layers.front()) {
        p.weights = dense_pattern{};
      } else if (d.order != tc::dataflow::outer_product) {
        p.weights = tc::cheapest_series(d, weights, 0.02);
      }
      return p;
    });
    const auto total = static_cast<double>(r.cycles.total);
    if (cycles == 0) {
      cycles = total;
      energy = r.energy_uj();
      edp = r.edp();
    }
    std::printf("%-30s %12.0f %10.1f %7.2fx %7.2fx %7.3fx\n", d.name.c_str(), total, r.energy_uj(),
                cycles / total, r.energy_uj() / energy, r.edp() / edp);
    if (r.cycles.total <= 0 || r.energy_uj() <= 0) return 1;
  }
  return 0;
}
