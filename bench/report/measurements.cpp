// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "report/measurements.hpp"

#include <cmath>
#include <cstdio>
#include <utility>

namespace bench {

run to_run(nlohmann::json all) {
  run out;
  out.type = all.at("type");
  out.threads = all.at("threads");
  for (const auto& from : all.at("points")) {
    point p{from.at("network"),
            from.at("layer"),
            from.at("layers"),
            from.at("m"),
            from.at("k"),
            from.at("n"),
            from.at("kernel"),
            from.at("stride"),
            from.at("peak_gflops"),
            from.value("cores", 1.0),
            from.value("stores", 0.0),
            from.value("round_trip", 0.0),
            from.value("instructions", 0.0),
            {}};
    for (const auto& c : from.at("contenders")) {
      if (c.at("seconds").is_null()) continue;
      p.measurements.push_back({c.at("library"), c.at("method"), c.at("pattern"), c.at("keep"),
                                c.at("kept"), c.at("seconds"), c.at("sparse"),
                                c.value("predicted", 0.0), c.value("one_thread_seconds", 0.0)});
    }
    out.points.push_back(std::move(p));
  }
  all.erase("points");
  out.about = std::move(all);
  return out;
}

const measurement* best_dense(const point& p, const std::string& method) {
  const measurement* best = nullptr;
  for (const measurement& m : p.measurements) {
    const bool winograd =
        m.method.rfind("Winograd", 0) == 0;  // fewer operations: only if asked for
    if (m.sparse || m.method.rfind(method, 0) != 0 || (winograd && method.empty())) continue;
    if (best == nullptr || m.seconds < best->seconds) best = &m;
  }
  return best;
}

const measurement* ours(const point& p, const std::string& pattern, double keep) {
  for (const measurement& m : p.measurements) {
    if (m.is_ours() && m.method == pattern && std::abs(m.keep - keep) < 1e-6) return &m;
  }
  return nullptr;
}

double geometric_mean(const std::vector<double>& values) {
  if (values.empty()) return 0;
  double sum = 0;
  for (const double v : values) sum += std::log(v);
  return std::exp(sum / static_cast<double>(values.size()));
}

std::string two_digits(double value) {
  if (value == 0) return "-";
  char text[32];
  std::snprintf(text, sizeof text, value < 100 ? "%.2f" : "%.0f", value);
  return text;
}

}  // namespace bench
