// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "suite/interleave_quietly.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include <lacuna/core/executor.hpp>

#include "support/machine.hpp"

namespace bench {

namespace {

constexpr double quiet_spread = 1.1;
constexpr double quiet_share = 0.95;  // of a core a thread
constexpr double warming = 0.008;

/// What threads gain that share nothing: contenders of their own, one thread first.
class lone_threads {
 public:
  explicit lone_threads(int threads) : pool_(threads), memory_(static_cast<std::size_t>(threads)) {
    for (stores& own : memory_) own.run();
  }

  [[nodiscard]] std::vector<std::function<void()>> runs() {
    constexpr int rounds = 20'000;  // about as long as a layer takes
    return {[] { multiply_adds::seconds(rounds); },
            [this] { on_all([](lacuna::index_t) { multiply_adds::seconds(rounds); }); },
            [this] { memory_.front().run(); },
            [this] {
              on_all([this](lacuna::index_t t) { memory_[static_cast<std::size_t>(t)].run(); });
            }};
  }
  /// Takes the times of runs() off the end of `all.times`.
  void judge(quiet_timings& all) const {
    const auto gain = [&](const timing& one, const timing& many) {
      return static_cast<double>(memory_.size()) * one.median / many.median;
    };
    const timing* const own = all.times.data() + all.times.size() - 4;
    all.multiply_adds = gain(own[0], own[1]);
    all.stores = gain(own[2], own[3]);
    all.times.resize(all.times.size() - 4);
  }
  [[nodiscard]] bool are_quiet(const quiet_timings& t) const {
    return std::min(t.multiply_adds, t.stores) >= quiet_share * static_cast<double>(memory_.size());
  }
  /// Until they are, for some time.
  void wait() {
    constexpr std::chrono::seconds patience{20};
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < patience) {
      quiet_timings now;
      now.times = interleave(runs(), {.total = 0.05, .warm = true, .warming = warming});
      judge(now);
      if (are_quiet(now)) return;
    }
  }

 private:
  template <class F>
  void on_all(const F& f) const {
    pool_.for_each_index(static_cast<lacuna::index_t>(memory_.size()), f);
  }

  lacuna::thread_pool pool_;
  std::vector<stores> memory_;
};

double spread_of(const std::vector<timing>& times) {
  std::vector<double> ratios;
  for (const timing& t : times) ratios.push_back(t.high / t.low);
  return ratios.empty() ? 1 : median(ratios);
}

}  // namespace

quiet_timings interleave_quietly(const std::vector<std::function<void()>>& contenders,
                                 double seconds, int threads) {
  constexpr int attempts = 3;
  std::optional<lone_threads> lone;
  std::vector<std::function<void()>> runs = contenders;
  if (threads > 1) {
    lone.emplace(threads);
    for (auto& run : lone->runs()) runs.push_back(std::move(run));
  }
  const auto are_quiet = [&](const quiet_timings& t) { return !lone || lone->are_quiet(t); };
  const auto gain = [](const quiet_timings& t) { return std::min(t.multiply_adds, t.stores); };
  quiet_timings best;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (lone) lone->wait();
    quiet_timings now;
    now.times = interleave(
        runs, {.total = seconds, .least = 7, .warm = true, .warming = lone ? warming : 0});
    if (lone) lone->judge(now);
    now.spread = spread_of(now.times);
    const bool is_better =
        are_quiet(now) && are_quiet(best) ? now.spread < best.spread : gain(now) > gain(best);
    if (attempt == 0 || is_better) best = std::move(now);
    if (are_quiet(best) && best.spread <= quiet_spread) break;
  }
  return best;
}

}  // namespace bench
