// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// A published schedule (CSV) against the reconstructed cost rule: a line a layer, and the total.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <lacuna/io/wbs_schedule.hpp>

namespace aie2 = lacuna::hardware::aie2;

namespace {

struct sums {
  double published{0}, modelled{0}, exact{0};
  double worst{0};   ///< percent, of one layer
  double beyond{0};  ///< the same, less what printing explains
};

/// The logs print the time since the start in 7 digits, and a layer's time is the difference of
/// two: microseconds that it may be off by.
double print_error(double us_since_start) {
  return us_since_start > 0 ? std::pow(10.0, std::floor(std::log10(us_since_start)) - 6) : 0;
}

/// The instruction that the rule misses most, of a layer whose total is off.
std::string worst_instruction(const aie2::instruction_times& modelled,
                              const aie2::instruction_times& published) {
  using times = aie2::instruction_times;
  constexpr std::pair<const char*, double times::*> instructions[] = {
      {"LOAD", &times::load},           {"LOADW", &times::load_weights},
      {"LOADWM", &times::send_weights}, {"LOADFM", &times::load_features},
      {"COMP", &times::compute},        {"WRITEFM", &times::write_features},
      {"WRITE", &times::write}};
  const auto error = [&](const auto& i) {
    return std::abs(modelled.*i.second - published.*i.second);
  };
  const auto* worst =
      std::max_element(std::begin(instructions), std::end(instructions),
                       [&](const auto& a, const auto& b) { return error(a) < error(b); });
  char text[96];
  std::snprintf(text, sizeof text, "; %s %.4f published, %.4f modelled", worst->first,
                published.*worst->second, modelled.*worst->second);
  return text;
}

double percent(double modelled, double published) {
  return published == 0 ? 0 : 100 * (modelled / published - 1);
}

sums print(const std::string& path, double density, double tolerance, bool quiet) {
  sums s;
  const std::vector<lacuna::io::scheduled_row> rows = lacuna::io::read_wbs_schedule(path, density);
  if (!quiet) {
    std::printf("%12s %12s %9s %12s  layer\n", "published us", "modelled us", "dev. %",
                "exact MACs");
  }
  for (const auto& [layer, published] : rows) {
    const aie2::instruction_times times = aie2::published_rule(layer);
    const double modelled = times.total;
    const double exact = aie2::published_rule(layer, {}, aie2::mac_estimator::exact).total;
    const double deviation = percent(modelled, published.total);
    const bool off = std::abs(deviation) > tolerance;
    if (!quiet || off) {
      std::printf("%12.4f %12.4f %+9.4f %12.4f  %s%s\n", published.total, modelled, deviation,
                  exact, layer.name.c_str(),
                  off ? worst_instruction(times, published).c_str() : "");
    }
    s.published += published.total;
    s.modelled += modelled;
    s.exact += exact;
    s.worst = std::max(s.worst, std::abs(deviation));
    const double error = std::abs(modelled - published.total) - print_error(s.published);
    s.beyond = std::max(s.beyond, published.total > 0 ? 100 * error / published.total : 0);
  }
  return s;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Compares published AIE2 schedules with the reconstructed cost rule, layer by layer.",
      "aie2_schedule");
  std::vector<std::string> files;
  double density = 0, tolerance = 0.1;
  bool quiet = false;
  app.add_option("files", files, "Schedules, comma-separated")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option(
         "--density", density,
         "Share of 8x8 blocks kept in all convolutions but the first (default: 0.5 where the "
         "file's name has 'sparse', else 1)")
      ->check(CLI::Range(1e-6, 1.0));
  app.add_option(
         "--tolerance", tolerance,
         "Percent; the exit status is 1 where a total or, beyond the rounding of printed times, a "
         "layer is outside")
      ->capture_default_str();
  app.add_flag("--quiet", quiet, "Totals, and layers outside the tolerance, only");
  CLI11_PARSE(app, argc, argv);
  try {
    bool good = true;
    for (const std::string& file : files) {
      const std::string name = std::filesystem::path(file).filename().string();
      const bool sparse = name.find("sparse") != std::string::npos;
      const sums s = print(file, density > 0 ? density : (sparse ? 0.5 : 1.0), tolerance, quiet);
      std::printf(
          "%s: published %.3f us, modelled %.3f us (%+.4f %%), worst layer %.4f %%; with exact "
          "multiply-adds %.3f us\n",
          name.c_str(), s.published, s.modelled, percent(s.modelled, s.published), s.worst,
          s.exact);
      good =
          good && s.beyond <= tolerance && std::abs(percent(s.modelled, s.published)) <= tolerance;
    }
    return good ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 2;
  }
}
