// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "suite/contender.hpp"
#include "suite/make_problem.hpp"

namespace bench {

struct measure_options {
  std::vector<const peer*> peers;
  std::vector<std::string> kernels;  ///< patterns that names must contain; all where empty
  std::string type{"f32"};
  int threads{1};
  double seconds{2};    ///< of timing a shape, about
  double patience{20};  ///< seconds that each of three attempts waits for a quiet machine at most
  /// Each contender's calls one after the other, as a plan expects them, instead of in turn.
  bool alone{false};
};

/// Everybody's time on one shape as JSON: extents, the machine's peak just before, and one entry a
/// contender. Each result is compared with Eigen's; who is wrong is named, with the error, and not
/// timed.
[[nodiscard]] nlohmann::json measure_shape(const shape& s, const measure_options& o);

/// The fields above all points: machine, compiler, date, peers.
[[nodiscard]] nlohmann::json describe_run(const measure_options& o);

}  // namespace bench
