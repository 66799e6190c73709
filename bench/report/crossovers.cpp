// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "report/crossovers.hpp"

#include <algorithm>
#include <cmath>

#include <lacuna/io/line_plot.hpp>

namespace bench {

namespace {

std::vector<kept_steps> formats() {
  const auto of = [](const char* pattern) {
    kept_steps out{pattern, {}};
    for (const double keep : {0.75, 0.5, 0.25, 0.125}) out.steps.emplace_back(pattern, keep);
    return out;
  };
  return {of("8x8"),
          of("16x4"),
          of("8x1"),
          {"N:M, 8 shared rows", {{"2:4x8", 0.5}, {"1:4x8", 0.25}, {"1:8x8", 0.125}}},
          {"strict N:M", {{"2:4", 0.5}, {"2:8", 0.25}, {"1:8", 0.125}}},
          of("unstructured")};
}

std::string percent(double share) { return std::to_string(std::lround(100 * share)) + " %"; }

std::string to_cell(const crossover& c) {
  switch (c.what) {
    case crossover::kind::never:
      return "never up to " + percent(c.sparsity);
    case crossover::kind::below:
      return "at most " + percent(c.sparsity);
    case crossover::kind::between:
      return percent(c.sparsity);
    case crossover::kind::absent:
      break;
  }
  return "-";
}

/// The middle one of those measured, `never` counted as after all others.
std::string median_cell(std::vector<crossover> all) {
  const auto rank = [](const crossover& c) {
    return std::pair(c.what == crossover::kind::never, c.sparsity);
  };
  all.erase(std::remove_if(all.begin(), all.end(),
                           [](const crossover& c) { return c.what == crossover::kind::absent; }),
            all.end());
  if (all.empty()) return "-";
  std::sort(all.begin(), all.end(),
            [&](const crossover& a, const crossover& b) { return rank(a) < rank(b); });
  return to_cell(all[all.size() / 2]);
}

}  // namespace

crossover find_crossover(const point& p, const kept_steps& format) {
  const measurement* const dense = best_dense(p);
  if (dense == nullptr) return {};
  crossover out;
  const measurement* denser = nullptr;  // of two neighbours, the one that keeps more
  for (const auto& [pattern, keep] : format.steps) {
    const measurement* const m = ours(p, pattern, keep);
    if (m == nullptr) continue;
    if (m->seconds >= dense->seconds) {
      out = {crossover::kind::never, 1 - m->kept};
    } else if (denser == nullptr) {
      out = {crossover::kind::below, 1 - m->kept};
    } else if (out.what == crossover::kind::never) {
      const double share =
          std::log(dense->seconds / m->seconds) / std::log(denser->seconds / m->seconds);
      out = {crossover::kind::between, 1 - m->kept * std::pow(denser->kept / m->kept, share)};
    }
    denser = m;
  }
  return out;
}

void write_crossovers(std::ostream& out, const run& f32) {
  const auto columns = formats();
  out << "| shape | m x k x n |";
  for (const kept_steps& f : columns) out << " " << f.format << " |";
  out << "\n|---|---:|";
  for (std::size_t i = 0; i < columns.size(); ++i) out << "---:|";
  out << "\n| *median of the shapes* | |";
  for (const kept_steps& f : columns) {
    std::vector<crossover> all;
    for (const point& p : f32.points) all.push_back(find_crossover(p, f));
    out << " " << median_cell(all) << " |";
  }
  out << "\n";
  for (const point& p : f32.points) {
    if (best_dense(p) == nullptr) continue;
    out << "| " << p.name() << " | " << p.m << "x" << p.k << "x" << p.n << " |";
    for (const kept_steps& f : columns) out << " " << to_cell(find_crossover(p, f)) << " |";
    out << "\n";
  }
}

void write_crossover_plot(const std::string& path, const run& f32) {
  lacuna::io::line_plot plot{
      "Where formats begin to beat the fastest dense library, fp32, one thread",
      "weights that are zero, %",
      "% of the shapes on which a format is faster",
      {}};
  for (const kept_steps& f : formats()) {
    std::vector<double> from;  // sparsities at which shapes begin to win
    double shapes = 0;
    for (const point& p : f32.points) {
      const crossover c = find_crossover(p, f);
      if (c.what == crossover::kind::absent) continue;
      shapes += 1;
      if (c.what != crossover::kind::never) from.push_back(c.sparsity);
    }
    if (shapes == 0) continue;
    std::sort(from.begin(), from.end());
    lacuna::io::plot_series line{f.format, {}, {}};
    for (double zero = 25; zero <= 87.5; zero += 2.5) {
      const auto won = std::upper_bound(from.begin(), from.end(), zero / 100 + 0.01) - from.begin();
      line.x.push_back(zero);
      line.y.push_back(100 * static_cast<double>(won) / shapes);
    }
    plot.series.push_back(line);
  }
  write_svg(path, plot);
}

}  // namespace bench
