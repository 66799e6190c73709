// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace bench {

/// One contender's time on one shape.
struct measurement {
  std::string library;
  std::string method;
  std::string pattern;
  double keep{1};
  double kept{1};  ///< of the values, counted
  double seconds{0};
  bool sparse{false};
  double predicted{0};           ///< seconds, by the operator's own plan; 0 where it has none
  double one_thread_seconds{0};  ///< beside `seconds` of more threads, in the same run; 0 where not

  [[nodiscard]] bool is_ours() const { return library == "Lacuna"; }
};

/// One shape and all who were right about it.
struct point {
  std::string network;
  std::string layer;
  long layers{1};
  long m{0}, k{0}, n{0};
  long kernel{1}, stride{1};
  double peak_gflops{0};
  double cores{1};         ///< that threads had meanwhile, by their multiply-adds
  double stores{0};        ///< the same by their stores, 0 where that was not measured
  double round_trip{0};    ///< seconds of a cache line to another thread and back; 0 the same
  double instructions{0};  ///< share of a core's that one thread had meanwhile; 0 the same
  std::vector<measurement> measurements;

  [[nodiscard]] std::string name() const { return network + ":" + layer; }
  [[nodiscard]] double flop() const {
    return 2.0 * static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(n);
  }
};

struct run {
  nlohmann::json about;  ///< everything but the points
  std::string type;
  int threads{1};
  std::vector<point> points;
};

/// What bench_suite wrote. @throws nlohmann::json::exception where something is missing.
[[nodiscard]] run to_run(nlohmann::json all);

/// The fastest dense library whose method begins with `method`; null where there is none. Lacuna's
/// own dense kernel is no peer.
[[nodiscard]] const measurement* best_dense(const point& p, const std::string& method = "");

/// Lacuna's time in a pattern; null where it was not measured.
[[nodiscard]] const measurement* ours(const point& p, const std::string& pattern, double keep);

/// exp of the mean of logarithms; 0 of nothing.
[[nodiscard]] double geometric_mean(const std::vector<double>& values);

/// "1.85"; "-" of zero.
[[nodiscard]] std::string two_digits(double value);

}  // namespace bench
