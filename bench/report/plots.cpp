// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "report/plots.hpp"

#include <lacuna/io/bar_plot.hpp>
#include <lacuna/io/line_plot.hpp>

#include "report/goals.hpp"
#include "report/tables.hpp"

namespace bench {

namespace {

using lacuna::io::plot_series;

/// Bytes that a product must move: kept weights with a 32-bit position for each block or value, X
/// and Y, once each.
double bytes_of(const point& p, const measurement& m) {
  const double weights = static_cast<double>(p.m) * static_cast<double>(p.k) * m.kept;
  const double block = m.pattern == "8x8" ? 64 : 1;
  const double positions = m.pattern == "dense" ? 0 : weights / block;
  return 4 * (weights + positions + static_cast<double>(p.n) * static_cast<double>(p.k + p.m));
}

}  // namespace

void write_speed_up_plot(const std::string& path, const run& f32) {
  lacuna::io::line_plot plot{"Speed-up over the fastest dense library, fp32, one thread",
                             "weights that are zero, %",
                             "geometric mean over all shapes",
                             {}};
  plot_series limit{"limit", {}, {}};
  for (double zero = 0; zero <= 87.5; zero += 12.5) {
    limit.x.push_back(zero);
    limit.y.push_back(100 / (100 - zero));
  }
  plot.series.push_back(limit);
  const auto products = [](const point& p) { return p.n > 1; };
  for (const goal& g : goals()) {
    if (g.type != "f32" || g.counts != +products) {
      if (g.kernel.rfind("vector", 0) == 0 || !g.against.empty() || g.type != "f32") continue;
    }
    plot_series line{g.kernel, {}, {}};
    for (std::size_t i = 0; i < kept_fractions.size(); ++i) {
      const speed_ups s = over_dense(f32, g.patterns[i], kept_fractions[i], products, "");
      if (s.values.empty()) continue;
      line.x.push_back(100 * (1 - kept_fractions[i]));
      line.y.push_back(geometric_mean(s.values));
    }
    if (!line.x.empty()) plot.series.push_back(line);
  }
  write_svg(path, plot);
}

void write_roofline_plot(const std::string& path, const run& f32) {
  const double bandwidth = f32.about.at("read_gigabytes").get<double>();
  double peak = 0, least = 1e9, most = 0;
  std::vector<plot_series> clouds{{"dense", {}, {}},
                                  {"8x8, 1/2", {}, {}},
                                  {"8x8, 1/8", {}, {}},
                                  {"2:4", {}, {}},
                                  {"unstructured, 1/8", {}, {}}};
  for (const point& p : f32.points) {
    peak = std::max(peak, p.peak_gflops);
    const measurement* const shown[] = {best_dense(p), ours(p, "8x8", 0.5), ours(p, "8x8", 0.125),
                                        ours(p, "2:4", 0.5), ours(p, "unstructured", 0.125)};
    for (std::size_t i = 0; i < clouds.size(); ++i) {
      if (shown[i] == nullptr) continue;
      const double x = p.flop() * shown[i]->kept / bytes_of(p, *shown[i]);
      clouds[i].points_only = true;
      clouds[i].x.push_back(x);
      clouds[i].y.push_back(p.flop() * shown[i]->kept / shown[i]->seconds / 1e9);
      least = std::min(least, x);
      most = std::max(most, x);
    }
  }
  lacuna::io::line_plot plot{"Roofline, fp32, one thread",
                             "operations a byte that must move",
                             "GFLOP/s on kept values",
                             {}};
  plot.logarithmic = true;
  const double knee = peak / bandwidth;
  plot.series.push_back({"FMA peak and memory",
                         {std::min(least, knee / 2), knee, std::max(most, knee * 2)},
                         {std::min(least, knee / 2) * bandwidth, peak, peak}});
  plot.series.insert(plot.series.end(), clouds.begin(), clouds.end());
  write_svg(path, plot);
}

void write_peers_plot(const std::string& path, const run& f32) {
  lacuna::io::bar_plot plot{"Lacuna's speed-up over sparse libraries on the same weights", {}};
  for (const peer_ratios& r : against_peers(f32)) {
    plot.bars.push_back({r.name, geometric_mean(r.ratios), r.bar});
  }
  write_svg(path, plot);
}

}  // namespace bench
