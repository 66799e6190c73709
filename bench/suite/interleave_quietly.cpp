// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "suite/interleave_quietly.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "support/machine.hpp"

namespace bench {

namespace {

double spread_of(const std::vector<timing>& times) {
  std::vector<double> ratios;
  for (const timing& t : times) ratios.push_back(t.high / t.low);
  return ratios.empty() ? 1 : median(ratios);
}

/// The contenders in turn with the gauge's own work.
quiet_timings measure(const std::vector<std::function<void()>>& contenders, gauge& g,
                      interleaving how) {
  std::vector<std::function<void()>> runs = contenders;
  for (auto& run : g.runs()) runs.push_back(std::move(run));
  how.warming = g.warming();
  quiet_timings now;
  now.times = interleave(runs, how);
  now.machine = g.judge(now.times.data() + contenders.size());
  now.times.resize(contenders.size());
  now.spread = spread_of(now.times);
  return now;
}

void wait(gauge& g, double patience) {
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() <
         patience) {
    if (g.rate(measure({}, g, {.total = 0.05}).machine) >= 1) return;
  }
}

}  // namespace

void wait_for_quiet(double patience) { wait(*make_gauge(1), patience); }

quiet_timings interleave_quietly(const std::vector<std::function<void()>>& contenders,
                                 double seconds, double patience, int threads) {
  constexpr int attempts = 3;
  constexpr double quiet_spread = 1.1;
  const auto g = make_gauge(threads);
  quiet_timings best;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    wait(*g, patience);
    quiet_timings now = measure(contenders, *g, {.total = seconds, .least = 7});
    const double rate = g->rate(now.machine);
    const double best_rate = g->rate(best.machine);
    const bool is_better = rate == best_rate ? now.spread < best.spread : rate > best_rate;
    if (attempt == 0 || is_better) best = std::move(now);
    if (g->rate(best.machine) >= 1 && best.spread <= quiet_spread) break;
  }
  return best;
}

}  // namespace bench
