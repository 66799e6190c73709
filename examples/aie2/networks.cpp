// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// ResNet-50, VGG-16 and Inception V3 on AIE2 meshes: the tables of docs/hardware/aie2_networks.md,
// one network layer by layer, one layer with its timeline, or layers estimated a second.
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include <CLI/CLI.hpp>

#include <lacuna/hardware/aie2/estimate_text.hpp>
#include <lacuna/hardware/aie2/layer_timeline.hpp>
#include <lacuna/hardware/aie2/simulated/simulate_layer.hpp>
#include <lacuna/hardware/report_text.hpp>
#include <lacuna/io/chrome_trace.hpp>
#include <lacuna/io/timeline_svg.hpp>

#include "../support/marked_part.hpp"
#include "tables.hpp"

namespace aie2 = lacuna::hardware::aie2;
namespace io = lacuna::io;

namespace {

bool all_tables(const std::string& into) {
  std::ostringstream tables;
  tables << "\n";
  const bool good = network_table(tables);
  difference_table(tables);
  if (!into.empty()) mesh_plot(tables, std::filesystem::path(into).replace_extension("svg"));
  cause_table(tables);
  layer_table(tables);
  simulated_table(tables);
  simulated_gain_table(tables);
  simulated_layer_table(tables);
  simulated_series_table(tables);
  depth_table(tables);
  if (into.empty()) {
    std::cout << tables.str();
  } else {
    support::replace_marked(into, "generated", tables.str());
  }
  speed_table(std::cout);  // of this machine: not for the document
  if (!good) std::cerr << "a configuration is more than 5 % from its published total\n";
  return good;
}

struct choices {
  std::string network, layer, pattern, trace, svg, into;
  lacuna::index_t mesh{4};
  double density{1};
  bool simulate{false};
  bool speed{false};
};

bool show(const choices& c) {
  aie2::mapper map(aie2::mesh(c.mesh));
  aie2::workload net = aie2::find_workload(c.network, c.density);
  if (!c.pattern.empty()) {
    net = with_series(std::move(net), lacuna::parse_series_pattern(c.pattern));
  }
  aie2::network_estimate n = estimate_network(net, map);
  if (c.simulate) static_cast<void>(simulate_network(n, map.estimate().device()));
  const auto draw = [&](const lacuna::hardware::timeline& timeline) {
    if (!c.trace.empty()) io::write_chrome_trace(c.trace, timeline);
    if (!c.svg.empty()) io::write_timeline_svg(c.svg, timeline);
    return true;
  };
  if (c.layer.empty()) {
    std::cout << n << "\n" << report_of(n);
    return draw(timeline_of(n));
  }
  for (const aie2::layer_columns& l : n.layers) {
    if (l.layer.shape.name != c.layer) continue;
    print_layer(std::cout, map.estimate(), l.layer, l.mapped);
    return draw(timeline_of(map.estimate(), l.layer, l.mapped.chosen));
  }
  std::cerr << "there is no layer '" << c.layer << "' in " << c.network << "\n";
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Estimates networks on AIE2 meshes. Without a network: all tables.",
               "aie2_networks");
  choices c;
  app.add_option("--network", c.network, "resnet50, vgg16 or inception_v3");
  app.add_option("--mesh", c.mesh, "c of the c x c mesh")
      ->check(CLI::Range(2, 8))
      ->capture_default_str();
  app.add_option("--density", c.density, "Share of 8x8 blocks kept, all convolutions but the first")
      ->check(CLI::Range(1e-6, 1.0))
      ->capture_default_str();
  app.add_option("--pattern", c.pattern,
                 "Weights of the same convolutions as a series: 8x8@0.25+2:4, 2:4+2:8, ...")
      ->needs("--network")
      ->excludes("--density");
  app.add_flag("--simulate", c.simulate, "Fill the simulated column")->needs("--network");
  app.add_flag("--speed", c.speed, "Only layers estimated a second, of all networks");
  app.add_option("--layer", c.layer, "Only this layer, in detail")->needs("--network");
  app.add_option("--trace", c.trace, "Write the timeline as Chrome trace JSON")->needs("--network");
  app.add_option("--svg", c.svg, "Write the timeline as a picture")->needs("--network");
  app.add_option("--into", c.into, "Replace the marked part of this document")
      ->check(CLI::ExistingFile);
  CLI11_PARSE(app, argc, argv);
  try {
    if (c.speed) {
      speed_table(std::cout);
      return 0;
    }
    return (c.network.empty() ? all_tables(c.into) : show(c)) ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 2;
  }
}
