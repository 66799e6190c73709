// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "report/plan_accuracy.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bench {

namespace {

struct expectation {
  const point* shape;
  const measurement* measured;
  double ratio;  ///< predicted over measured
};

std::vector<expectation> expectations(const run& r) {
  std::vector<expectation> out;
  for (const point& p : r.points) {
    for (const measurement& m : p.measurements) {
      if (m.predicted > 0) out.push_back({&p, &m, m.predicted / m.seconds});
    }
  }
  return out;
}

std::string kind_of(const point& p) {
  if (p.n == 1) return "one column";
  if (p.kernel == 1 && p.stride == 1) return "products and 1x1";
  return std::to_string(p.kernel) + "x" + std::to_string(p.kernel) + ", stride " +
         std::to_string(p.stride);
}

std::string format_of(const measurement& m) {
  return m.pattern == "dense" ? m.pattern : m.pattern + " " + two_digits(100 * m.keep) + " %";
}

struct tally {
  int all{0};
  int near{0};
  int choices{0};  ///< with dense beside them
  int right{0};    ///< that say rightly which is faster
  std::vector<double> ratios;

  void add(double ratio) {
    ++all;
    near += std::abs(ratio - 1) <= 0.2 ? 1 : 0;
    ratios.push_back(ratio);
  }
};

void write_tallies(std::ostream& out, const char* what,
                   const std::map<std::string, tally>& tallies) {
  out << "| " << what
      << " | plans | within 20 % | predicted over measured, geometric mean |\n"
         "|---|---:|---:|---:|\n";
  for (const auto& [name, t] : tallies) {
    out << "| " << name << " | " << t.all << " | " << 100 * t.near / t.all << " % | "
        << two_digits(geometric_mean(t.ratios)) << " |\n";
  }
  out << "\n";
}

}  // namespace

bool has_predictions(const run& r) { return !expectations(r).empty(); }

void write_plan_accuracy(std::ostream& out, const run& r) {
  auto all = expectations(r);
  tally total;
  std::map<std::string, tally> formats;
  std::map<std::string, tally> kinds;
  for (const expectation& e : all) {
    for (tally* t : {&total, &formats[format_of(*e.measured)], &kinds[kind_of(*e.shape)]}) {
      t->add(e.ratio);
    }
    const measurement* const dense = ours(*e.shape, "dense", 1);
    if (dense == nullptr || dense == e.measured || dense->predicted <= 0) continue;
    ++total.choices;
    total.right +=
        (e.measured->seconds < dense->seconds) == (e.measured->predicted < dense->predicted) ? 1
                                                                                             : 0;
  }
  out << "Predicted seconds over measured ones, " << total.all
      << " plans: " << two_digits(100.0 * total.near / total.all)
      << " % within 20 % (goal: 90 %), geometric mean " << two_digits(geometric_mean(total.ratios))
      << ".";
  if (total.choices > 0) {
    out << " Which of sparse and this library's own dense kernel is faster is said rightly "
        << total.right << " times of " << total.choices << ".";
  }
  out << "\n\n";
  write_tallies(out, "shapes", kinds);
  write_tallies(out, "format, kept", formats);
  std::sort(all.begin(), all.end(), [](const expectation& a, const expectation& b) {
    return std::abs(std::log(a.ratio)) > std::abs(std::log(b.ratio));
  });
  all.resize(std::min<std::size_t>(all.size(), 12));
  out << "The furthest off:\n\n| shape | m x k x n | format, kept | measured, us | predicted, us | "
         "ratio |\n|---|---:|---|---:|---:|---:|\n";
  for (const expectation& e : all) {
    out << "| " << e.shape->name() << " | " << e.shape->m << "x" << e.shape->k << "x" << e.shape->n
        << " | " << format_of(*e.measured) << " | " << std::lround(1e6 * e.measured->seconds)
        << " | " << std::lround(1e6 * e.measured->predicted) << " | " << two_digits(e.ratio)
        << " |\n";
  }
}

}  // namespace bench
