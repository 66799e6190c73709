// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "report/tables.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "report/goals.hpp"

namespace bench {

namespace {

bool is_product(const point& p) { return p.n > 1; }

}  // namespace

speed_ups over_dense(const run& r, const std::string& pattern, double keep,
                     bool (*counts)(const point&), const std::string& against) {
  speed_ups out;
  for (const point& p : r.points) {
    const measurement* const dense = best_dense(p, against);
    const measurement* const sparse = ours(p, pattern, keep);
    if (!counts(p) || dense == nullptr || sparse == nullptr) continue;
    out.values.push_back(dense->seconds / sparse->seconds);
    if (out.values.size() == 1 || out.values.back() < out.worst) {
      out.worst = out.values.back();
      out.worst_shape = p.name();
    }
  }
  return out;
}

void write_goals(std::ostream& out, const std::vector<run>& runs) {
  out << "| kernel | keep 1/2 | worst | goal | keep 1/4 | worst | goal | keep 1/8 | worst | goal | "
         "worst shape at 1/2 | shapes "
         "|\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|\n";
  for (const goal& g : goals()) {
    for (const run& r : runs) {
      if (r.type != g.type || r.threads != 1) continue;
      std::string cells;
      speed_ups first;
      for (std::size_t i = 0; i < kept_fractions.size(); ++i) {
        const speed_ups s = over_dense(r, g.patterns[i], kept_fractions[i], g.counts, g.against);
        if (i == 0) first = s;
        cells += " " + two_digits(geometric_mean(s.values)) + " | " + two_digits(s.worst) + " | " +
                 two_digits(g.bars[i]) + " |";
      }
      if (first.values.empty()) continue;
      const std::string isa = r.about.value("isa", "");
      out << "| " << g.kernel << (isa.empty() ? "" : ", dense held to " + isa) << " |" << cells
          << " " << first.worst_shape << " | " << first.values.size() << " |\n";
    }
  }
  out << "| physical limit | 2 | | | 4 | | | 8 | | | | |\n";
}

void write_series(std::ostream& out, const run& f32) {
  std::vector<double> gains;
  double worst = 0;
  for (const point& p : f32.points) {
    const measurement* const one = ours(p, "2:4+2:8", 0.75);
    const measurement* const apart = ours(p, "2:4+2:8 apart", 0.75);
    if (one == nullptr || apart == nullptr || p.n == 1) continue;
    gains.push_back(apart->seconds / one->seconds);
    worst = gains.size() == 1 ? gains.back() : std::min(worst, gains.back());
  }
  if (gains.empty()) return;
  out << "Series 2:4 + 2:8 in one pass over its terms run apart: "
      << two_digits(geometric_mean(gains)) << "x, worst " << two_digits(worst)
      << "x, goal 1.1x, on " << gains.size() << " products.\n";
}

void write_threads(std::ostream& out, const run& two) {
  struct gain {
    std::vector<double> values;
    double worst{0};
    std::string worst_shape;
  };
  std::map<std::pair<std::string, double>, gain> gains;
  double cores = two.threads;
  std::vector<double> stores;
  std::vector<double> round_trips;
  for (const point& p : two.points) {
    cores = std::min(cores, p.cores);
    if (p.stores > 0) stores.push_back(p.stores);
    if (p.round_trip > 0) round_trips.push_back(p.round_trip * 1e9);
    for (const measurement& m : p.measurements) {
      if (m.one_thread_seconds == 0) continue;
      gain& g = gains[{is_product(p) ? m.method : m.method + ", vectors", m.keep}];
      const double ratio = m.one_thread_seconds / m.seconds;
      if (g.values.empty() || ratio < g.worst) {
        g.worst = ratio;
        g.worst_shape = p.name();
      }
      g.values.push_back(ratio);
    }
  }
  out << "In turn with these, multiply-adds alone, nothing loaded, run " << two_digits(cores)
      << " times as fast on two threads at least";
  if (!stores.empty()) {
    out << ", and stores alone, to 3 MB a thread, " << two_digits(geometric_mean(stores))
        << " times on average (" << stores.size() << " shapes, least "
        << two_digits(*std::min_element(stores.begin(), stores.end()))
        << "): neighbours on the machine take the rest";
  }
  if (!round_trips.empty()) {
    std::sort(round_trips.begin(), round_trips.end());
    out << ". A cache line goes to the other thread and back in "
        << std::lround(round_trips[round_trips.size() / 2]) << " ns, in "
        << std::lround(round_trips.back()) << " at most";
  }
  out << ". Vectors read weights from memory that both threads share.\n\n"
         "| kernel | kept | two threads over one | worst | worst shape | goal |\n"
         "|---|---:|---:|---:|---|---:|\n";
  for (const auto& [what, g] : gains) {
    out << "| " << what.first << " | " << what.second << " | "
        << two_digits(geometric_mean(g.values)) << " | " << two_digits(g.worst) << " | "
        << g.worst_shape << " | 1.90 |\n";
  }
}

std::vector<peer_ratios> against_peers(const run& f32) {
  std::vector<peer_ratios> out;
  for (const peer_goal& g : peer_goals()) {
    std::map<std::string, peer_ratios> groups;
    for (const point& p : f32.points) {
      for (const measurement& m : p.measurements) {
        if (!m.sparse || m.is_ours() || m.library.rfind(g.library, 0) != 0 ||
            m.method.rfind(g.method, 0) != 0) {
          continue;
        }
        const measurement* const mine = ours(p, m.pattern, m.keep);
        if (mine == nullptr) continue;
        const bool is_vector = !is_product(p);
        peer_ratios& r =
            groups[m.library + " " + m.method + ", " + m.pattern + (is_vector ? ", vectors" : "")];
        r.bar = is_vector ? 0 : g.bar;
        if (!is_vector) r.limits.push_back(m.seconds * p.peak_gflops * 1e9 / (p.flop() * m.kept));
        const double ratio = m.seconds / mine->seconds;
        if (r.ratios.empty() || ratio < *std::min_element(r.ratios.begin(), r.ratios.end())) {
          r.worst = p.name();
        }
        r.ratios.push_back(ratio);
      }
    }
    for (auto& [name, r] : groups) {
      r.name = name;
      out.push_back(r);
    }
  }
  return out;
}

void write_peers(std::ostream& out, const run& f32) {
  out << "| library | Lacuna is faster by | worst | worst shape | goal | limit | measurements |\n"
         "|---|---:|---:|---|---:|---:|---:|\n";
  for (const peer_ratios& r : against_peers(f32)) {
    out << "| " << r.name << " | " << two_digits(geometric_mean(r.ratios)) << " | "
        << two_digits(*std::min_element(r.ratios.begin(), r.ratios.end())) << " | " << r.worst
        << " | " << two_digits(r.bar) << " | " << two_digits(geometric_mean(r.limits)) << " | "
        << r.ratios.size() << " |\n";
  }
  out << "\nLimit: how much faster it would be to multiply what is kept at the fp32 peak.\n";
}

void write_shapes(std::ostream& out, const run& r) {
  std::vector<std::pair<std::string, double>> columns;
  for (const double keep : kept_fractions) columns.emplace_back("8x8", keep);
  if (r.type == "f32") {
    columns.insert(columns.end(), {{"2:4x8", 0.5},
                                   {"2:4", 0.5},
                                   {"1:8", 0.125},
                                   {"unstructured", 0.5},
                                   {"unstructured", 0.125}});
  }
  out << "| shape | m x k x n | layers | fastest dense | GFLOP/s | of fp32 peak |";
  for (const auto& [pattern, keep] : columns) out << " " << pattern << " " << 100 * keep << " % |";
  out << "\n|---|---:|---:|---|---:|---:|";
  for (std::size_t i = 0; i < columns.size(); ++i) out << "---:|";
  out << "\n";
  for (const point& p : r.points) {
    const measurement* const dense = best_dense(p);
    if (dense == nullptr) continue;
    const double rate = p.flop() / dense->seconds / 1e9;
    out << "| " << p.name() << (p.kernel > 1 ? ", 3x3" : "") << (p.stride > 1 ? ", stride 2" : "")
        << " | " << p.m << "x" << p.k << "x" << p.n << " | " << p.layers << " | " << dense->library
        << " " << dense->method << " | " << static_cast<long>(rate + 0.5) << " | "
        << static_cast<long>(100 * rate / p.peak_gflops + 0.5) << " % |";
    for (const auto& [pattern, keep] : columns) {
      const measurement* const m = ours(p, pattern, keep);
      out << " " << (m == nullptr ? "-" : two_digits(dense->seconds / m->seconds)) << " |";
    }
    out << "\n";
  }
}

void write_networks(std::ostream& out, const run& f32) {
  struct sums {
    double dense{0};
    std::array<double, 3> blocks{};
    bool whole{true};
  };
  std::map<std::string, sums> networks;
  for (const point& p : f32.points) {
    const measurement* const dense = best_dense(p);
    if (!is_product(p) || dense == nullptr) continue;
    sums& s = networks[p.network];
    s.dense += dense->seconds * static_cast<double>(p.layers);
    for (std::size_t i = 0; i < kept_fractions.size(); ++i) {
      const measurement* const m = ours(p, "8x8", kept_fractions[i]);
      if (m == nullptr) {
        s.whole = false;
      } else {
        s.blocks[i] += m->seconds * static_cast<double>(p.layers);
      }
    }
  }
  out << "| network | dense, ms | 8x8 keep 1/2 | keep 1/4 | keep 1/8 "
         "|\n|---|---:|---:|---:|---:|\n";
  for (const auto& [name, s] : networks) {
    if (!s.whole) continue;
    out << "| " << name << " | " << two_digits(1e3 * s.dense) << " |";
    for (const double b : s.blocks) out << " " << two_digits(s.dense / b) << "x |";
    out << "\n";
  }
}

}  // namespace bench
