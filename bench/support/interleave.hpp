// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include "machine.hpp"

namespace bench {

/// Seconds of a call: median and quartiles.
struct timing {
  double median, low, high;
};

struct interleaving {
  double total{0.5};  ///< seconds, about, were calls not repeated for `least`
  int least{15};      ///< rounds
  /// Untimed calls of that many seconds before timed ones, none for 0: a contender finds its own
  /// weights and code where its last call left them and not those of the others. Behind them are up
  /// to five timed calls, as long as these take less: of single ones, seven in all, two threads had
  /// medians of 1.1 to 2.1 times one thread's, by what else had happened on the machine.
  double warming{0};
};

/// The contenders run in turn, call by call, so that clock and neighbours hit all alike.
inline std::vector<timing> interleave(const std::vector<std::function<void()>>& contenders,
                                      const interleaving& how) {
  using clock = std::chrono::steady_clock;
  const auto seconds = [](const std::function<void()>& f) {
    const auto start = clock::now();
    f();
    return std::chrono::duration<double>(clock::now() - start).count();
  };
  double round = 0;
  for (const auto& f : contenders) {
    f();  // the first call meets cold caches and pages
    const double once = seconds(f);
    round += once + (how.warming > 0 ? std::max(once, how.warming) : 0);
  }
  const auto rounds = std::clamp(static_cast<int>(how.total / round), how.least, 2000);
  std::vector<std::vector<double>> t(contenders.size());
  for (int r = 0; r < rounds; ++r) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      for (double warm = 0; warm < how.warming;) warm += seconds(contenders[i]);
      constexpr int most_timed = 5;
      double timed = 0;
      int calls = 0;
      do {
        t[i].push_back(seconds(contenders[i]));
        timed += t[i].back();
      } while (++calls < most_timed && timed < how.warming);
    }
  }
  std::vector<timing> out;
  for (auto& of_one : t) {
    std::sort(of_one.begin(), of_one.end());
    const std::size_t n = of_one.size();
    out.push_back({of_one[n / 2], of_one[n / 4], of_one[3 * n / 4]});
  }
  return out;
}

/// Median seconds of each contender: at least 15 rounds, more for short calls, about `total`
/// seconds in all.
inline std::vector<double> interleaved_medians(const std::vector<std::function<void()>>& contenders,
                                               double total = 0.5) {
  std::vector<double> out;
  for (const timing& t : interleave(contenders, {.total = total})) out.push_back(t.median);
  return out;
}

}  // namespace bench
