// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// ResNet-50 on AIE2 meshes of 2x2 to 8x8 cores, from all 8x8 blocks of the weights down to a
// quarter: where more cores and fewer weights stop paying. Draws sweep_meshes.svg.
#include <cstdio>

#include <lacuna/hardware/aie2/network.hpp>
#include <lacuna/io/line_plot.hpp>

using namespace lacuna;
namespace aie2 = lacuna::hardware::aie2;

int main() {
  constexpr double densities[] = {1, 0.75, 0.5, 0.25};
  io::line_plot plot{"ResNet-50 on AIE2, batch 1, 1 GHz", "cores on a side", "images a second", {}};
  std::printf("%-6s", "mesh");
  for (const double d : densities) {
    plot.series.push_back({message(static_cast<int>(100 * d), " % of blocks"), {}, {}});
    std::printf("  %8.0f %% of blocks", 100 * d);
  }
  std::printf("\n");

  for (index_t c = 2; c <= 8; ++c) {
    const aie2::device mesh = aie2::mesh(c);
    std::printf("%td x %td ", c, c);
    double dense = 0;
    for (std::size_t i = 0; i < plot.series.size(); ++i) {
      const auto net = estimate_network(aie2::resnet50_workload(densities[i]), mesh);
      if (i == 0) dense = net.cycles();
      std::printf("  %7.3f ms (%.2fx)", net.cycles() / mesh.clock_hz * 1e3, dense / net.cycles());
      plot.series[i].x.push_back(static_cast<double>(c));
      plot.series[i].y.push_back(mesh.clock_hz / net.cycles());
    }
    std::printf("\n");
  }
  io::write_svg("sweep_meshes.svg", plot);

  // What holds half of the blocks back on the largest mesh.
  const auto net = estimate_network(aie2::resnet50_workload(0.5), aie2::mesh(8));
  for (std::size_t i = 0; i < aie2::layer_causes; ++i) {
    const auto cause = static_cast<aie2::layer_cause>(i);
    std::printf("%6.1f %%  %s\n", 100 * net.cycles(cause) / net.cycles(), to_string(cause).data());
  }
  return 0;
}
