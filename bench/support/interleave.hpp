// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include "machine.hpp"

namespace bench {

/// Median seconds of each contender. They run in turn, call by call, so that clock and neighbours
/// hit all alike; at least 15 rounds, more for short calls: about `total` seconds in all.
inline std::vector<double> interleaved_medians(const std::vector<std::function<void()>>& contenders,
                                               double total = 0.5) {
  using clock = std::chrono::steady_clock;
  const auto seconds = [](const std::function<void()>& f) {
    const auto start = clock::now();
    f();
    return std::chrono::duration<double>(clock::now() - start).count();
  };
  double round = 0;
  for (const auto& f : contenders) {
    f();  // the first call meets cold caches and pages
    round += seconds(f);
  }
  const auto rounds = std::clamp(static_cast<int>(total / round), 15, 2000);
  std::vector<std::vector<double>> t(contenders.size());
  for (int r = 0; r < rounds; ++r) {
    for (std::size_t i = 0; i < contenders.size(); ++i) t[i].push_back(seconds(contenders[i]));
  }
  std::vector<double> out;
  for (const auto& of_one : t) out.push_back(median(of_one));
  return out;
}

}  // namespace bench
