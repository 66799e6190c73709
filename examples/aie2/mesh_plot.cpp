// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <cmath>
#include <filesystem>
#include <string>

#include <lacuna/core/message.hpp>
#include <lacuna/io/line_plot.hpp>

#include "tables.hpp"

namespace io = lacuna::io;
using lacuna::index_t;

void mesh_plot(std::ostream& out, const std::string& svg) {
  io::line_plot plot{"Gain of half of the 8x8 blocks, simulated and published (at most 2)",
                     "cores on a side",
                     "times faster than dense",
                     {}};
  for (const char* name : {"resnet50", "vgg16", "inception_v3"}) {
    io::plot_series simulated{lacuna::message(name, ", simulated"), {}, {}};
    io::plot_series published{lacuna::message(name, ", published"), {}, {}};
    for (const published_row& row : published_rows()) {
      if (std::string(row.network) != name) continue;
      simulated.x.push_back(static_cast<double>(row.mesh));
      simulated.y.push_back(simulated_cycles(name, row.mesh, false) /
                            simulated_cycles(name, row.mesh, true));
      published.x.push_back(static_cast<double>(row.mesh));
      published.y.push_back(row.dense > 0 && row.sparse > 0 ? row.dense / row.sparse : NAN);
    }
    plot.series.push_back(std::move(simulated));
    plot.series.push_back(std::move(published));
  }
  io::write_svg(svg, plot);
  out << "![" << plot.title << "](" << std::filesystem::path(svg).filename().string() << ")\n\n";
}
