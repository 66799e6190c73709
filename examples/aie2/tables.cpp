// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <lacuna/hardware/aie2/depth_tiling.hpp>
#include <lacuna/hardware/aie2/difference.hpp>
#include <lacuna/hardware/aie2/estimate_text.hpp>

#include "tables.hpp"

namespace aie2 = lacuna::hardware::aie2;
using aie2::detail::formatted;
using lacuna::index_t;

namespace {

constexpr published_row published[] = {
    {"resnet50", 2, 24.92347, 15.82626, true},
    {"resnet50", 3, 12.69543, 8.661490},
    {"resnet50", 4, 10.77318, 7.064918, true},
    {"resnet50", 5, 0, 4.303485, true},
    {"resnet50", 6, 5.712521, 4.490127, true},
    {"resnet50", 7, 4.205991, 3.212234, true},
    {"resnet50", 8, 6.376768, 4.602027},
    {"vgg16", 2, 44.76212, 26.08593},
    {"vgg16", 3, 25.3343, 10.02015},
    {"vgg16", 4, 13.71000, 8.852128, true},
    {"vgg16", 5, 0, 4.336479, true},
    {"vgg16", 6, 0, 5.770197, true},
    {"vgg16", 7, 7.455440, 5.288551, true},
    {"vgg16", 8, 9.203393, 6.502333, true},
    {"inception_v3", 2, 42.83837, 24.40544},
    {"inception_v3", 3, 23.86600, 14.22390},
    {"inception_v3", 4, 17.40967, 10.12540},
    {"inception_v3", 5, 9.690552, 0},
    {"inception_v3", 6, 10.63962, 6.439692, true},
    {"inception_v3", 7, 8.727651, 0, true},
    {"inception_v3", 8, 9.093276, 5.666152},
};
constexpr const char* networks[] = {"resnet50", "vgg16", "inception_v3"};

aie2::network_estimate estimated(const char* name, index_t mesh, double density) {
  return estimate_network(aie2::find_workload(name, density), aie2::mesh(mesh));
}

std::string percent_of(double part, double whole) { return formatted("%.1f", 100 * part / whole); }

}  // namespace

std::span<const published_row> published_rows() { return published; }

bool network_table(std::ostream& out) {
  out << "### Networks\n\nBatch 1, ms at 1 GHz, linear layers left out as published. `-`: the "
         "published compiler failed.\n\n"
         "| network | mesh | kept | published | rule, our tiles | dev. | our mapping, exact | "
         "simulated "
         "|\n|---|---|---:|---:|---:|---:|---:|---:|\n";
  bool good = true;
  for (const published_row& row : published) {
    for (const bool sparse : {false, true}) {
      const double there = sparse ? row.sparse : row.dense;
      const aie2::network_estimate n = estimated(row.network, row.mesh, sparse ? 0.5 : 1);
      const double rule = n.published_cycles() / 1e6;
      const double deviation = there > 0 ? 100 * (rule / there - 1) : 0;
      const double simulated = simulated_cycles(row.network, row.mesh, sparse);
      out << "| " << row.network << " | " << row.mesh << "x" << row.mesh << " | "
          << (sparse ? "50 %" : "all") << " | " << (there > 0 ? formatted("%.3f", there) : "-")
          << " | " << formatted("%.3f", rule) << " | "
          << (there > 0 ? formatted("%+.1f %%", deviation) : "-") << " | "
          << formatted("%.3f", n.cycles() / 1e6) << formatted(" | %.3f |\n", simulated / 1e6);
      if (row.predicted && there > 0 && std::abs(deviation) > 5) good = false;
    }
  }
  out << "\n";
  return good;
}

void difference_table(std::ostream& out) {
  out << "### Why the columns differ\n\nMs. `published rule, our tiles` plus the changes is `our "
         "mapping`, plus what execution adds `simulated`.\n\n| network | mesh | kept | published "
         "rule, our tiles | exact multiply-adds | DRAM and weights overlap | own tiles and splits "
         "| "
         "what the rule leaves out | our mapping | execution | simulated "
         "|\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const char* name : networks) {
    for (index_t mesh = 2; mesh <= 8; ++mesh) {
      for (const double density : {1.0, 0.5}) {
        const aie2::rule_difference d = difference_of(estimated(name, mesh, density));
        const double simulated = simulated_cycles(name, mesh, density < 1);
        out << "| " << name << " | " << mesh << "x" << mesh << " | "
            << (density < 1 ? "50 %" : "all")
            << formatted(" | %.3f | %+.3f | %+.3f | %+.3f | %+.3f | %.3f | %+.3f | %.3f |\n",
                         d.published / 1e6, d.over_count / 1e6, d.serial / 1e6, d.rows / 1e6,
                         d.left_out / 1e6, d.mapped / 1e6, (simulated - d.mapped) / 1e6,
                         simulated / 1e6);
      }
    }
  }
  out << "\n";
}

void cause_table(std::ostream& out) {
  out << "### Where the cycles go\n\nOur mapping, percent of the network's cycles; `gain` is dense "
         "over half of the blocks, at most 2, and `balanced` the same with every core given the "
         "mean "
         "number of blocks.\n\n| network | mesh | kept |";
  for (std::size_t c = 0; c < aie2::layer_causes; ++c) {
    out << " " << to_string(static_cast<aie2::layer_cause>(c)) << " |";
  }
  out << " gain | balanced |\n|---|---|---:|";
  for (std::size_t c = 0; c < aie2::layer_causes + 2; ++c) out << "---:|";
  out << "\n";
  for (const char* name : networks) {
    for (index_t mesh = 2; mesh <= 8; ++mesh) {
      double dense = 0;
      for (const double density : {1.0, 0.5}) {
        const aie2::network_estimate n = estimated(name, mesh, density);
        out << "| " << name << " | " << mesh << "x" << mesh << " | "
            << (density < 1 ? "50 %" : "all") << " |";
        for (std::size_t c = 0; c < aie2::layer_causes; ++c) {
          out << " " << percent_of(n.cycles(static_cast<aie2::layer_cause>(c)), n.cycles()) << " |";
        }
        if (density < 1) {
          const double uneven = n.cycles(aie2::layer_cause::imbalance);
          out << formatted(" %.2f | %.2f |\n", dense / n.cycles(), dense / (n.cycles() - uneven));
        } else {
          dense = n.cycles();
          out << " | |\n";
        }
      }
    }
  }
  out << "\n";
}

void layer_table(std::ostream& out) {
  out << "### Gain of single layers\n\nConvolutions but the first, dense over half of the 8x8 "
         "blocks.\n\n| network | mesh | layers | least | median | most | above 1.8 | below 1.1 "
         "|\n|---|---|---:|---:|---:|---:|---:|---:|\n";
  for (const char* name : networks) {
    for (index_t mesh = 2; mesh <= 8; ++mesh) {
      const aie2::network_estimate a = estimated(name, mesh, 1);
      const aie2::network_estimate b = estimated(name, mesh, 0.5);
      std::vector<double> gains;
      for (std::size_t i = 0; i < a.layers.size(); ++i) {
        if (b.layers[i].layer.density == 1) continue;
        gains.push_back(a.layers[i].mapped.cost.cycles() / b.layers[i].mapped.cost.cycles());
      }
      std::sort(gains.begin(), gains.end());
      const auto above = gains.end() - std::upper_bound(gains.begin(), gains.end(), 1.8);
      const auto below = std::lower_bound(gains.begin(), gains.end(), 1.1) - gains.begin();
      out << "| " << name << " | " << mesh << "x" << mesh << " | " << gains.size()
          << formatted(" | %.2f | %.2f | %.2f | %td | %td |\n", gains.front(),
                       gains[gains.size() / 2], gains.back(), above, below);
    }
  }
  out << "\n";
}

void depth_table(std::ostream& out) {
  out << "### Depth-wise tiling\n\nVGG-16 on 3x3, ms; DRAM at the published rate and 16 times "
         "slower. "
         "Published for the slow one: 25 dense, 21 half of the blocks, 22 to 24 tiled, 14 both "
         "(arXiv "
         "2407.09453, later version).\n\n| DRAM | kept | layer by layer | tiled in depth | groups "
         "(layers x bands) | multiply-adds repeated |\n|---|---:|---:|---:|---|---:|\n";
  for (const double slower : {1.0, 16.0}) {
    for (const double density : {1.0, 0.5}) {
      aie2::device d = aie2::mesh(3);
      d.transport.dram_bytes_per_s /= slower;
      aie2::mapper map(d);
      const aie2::workload net = aie2::vgg16_workload(density);
      const double plain = estimate_network(net, map).cycles();
      double tiled = 0, repeated = 0, macs = 0;
      std::string groups;
      for (const aie2::depth_tiled& g : plan_depth_tiling(net.layers, map)) {
        tiled += g.cycles;
        repeated += g.repeated_macs;
        groups += (groups.empty() ? "" : ", ") + std::to_string(g.last - g.first) + "x" +
                  std::to_string(g.bands);
      }
      for (const aie2::workload_layer& l : net.layers) macs += aie2::facts_of(l).macs;
      out << "| " << (slower > 1 ? "1/16" : "1") << " | " << (density < 1 ? "50 %" : "all")
          << formatted(" | %.2f | %.2f | ", plain / 1e6, tiled / 1e6) << groups << " | "
          << percent_of(repeated, macs) << " % |\n";
    }
  }
  out << "\n";
}
