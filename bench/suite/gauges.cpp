// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "suite/gauges.hpp"

#include <algorithm>
#include <chrono>

#include <lacuna/core/executor.hpp>

#include "support/machine.hpp"

namespace bench {

namespace {

class lone_threads final : public gauge {
 public:
  explicit lone_threads(int threads) : pool_(threads), memory_(static_cast<std::size_t>(threads)) {
    for (stores& own : memory_) own.run();
    for (int burst = 0; burst < 200; ++burst) nearest_ = std::min(nearest_, round_trip());
  }

  [[nodiscard]] std::vector<std::function<void()>> runs() override {
    constexpr int rounds = 20'000;  // about as long as a layer takes
    return {[] { multiply_adds::seconds(rounds); },
            [this] { on_all([](lacuna::index_t) { multiply_adds::seconds(rounds); }); },
            [this] { memory_.front().run(); },
            [this] {
              on_all([this](lacuna::index_t t) { memory_[static_cast<std::size_t>(t)].run(); });
            },
            [this] { static_cast<void>(round_trip()); }};
  }
  [[nodiscard]] quietness judge(const timing* times) override {
    const auto gain = [&](const timing& one, const timing& many) {
      return static_cast<double>(memory_.size()) * one.median / many.median;
    };
    nearest_ = std::min(nearest_, times[4].low / trips);
    return {.multiply_adds = gain(times[0], times[1]),
            .stores = gain(times[2], times[3]),
            .round_trip = times[4].high / trips};
  }
  [[nodiscard]] double rate(const quietness& q) const override {
    constexpr double enough = 0.95;  // of a core a thread
    constexpr double near = 2;       // times as long as the shortest
    const double gain = std::min(q.multiply_adds, q.stores);
    return std::min({1.0, gain / (enough * static_cast<double>(memory_.size())),
                     near * nearest_ / q.round_trip});
  }
  [[nodiscard]] double warming() const override { return 0.008; }

 private:
  template <class F>
  void on_all(const F& f) const {
    pool_.for_each_index(static_cast<lacuna::index_t>(memory_.size()), f);
  }

  /// Seconds, by the first two threads.
  [[nodiscard]] double round_trip() {
    line_passed line;
    const auto start = std::chrono::steady_clock::now();
    pool_.for_each_index(2, [&](lacuna::index_t t) { line.pass(trips, t == 0); });
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / trips;
  }

  static constexpr int trips = 200;   // 20 us
  static inline double nearest_ = 1;  ///< seconds, of all that the process has measured

  lacuna::thread_pool pool_;
  std::vector<stores> memory_;
};

class lone_instructions final : public gauge {
 public:
  lone_instructions() {
    if (best_ < 1) return;
    for (int burst = 0; burst < 2000; ++burst)
      best_ = std::min(best_, no_operations::seconds(rounds));
  }

  [[nodiscard]] std::vector<std::function<void()>> runs() override {
    return {[] { no_operations::seconds(rounds); }};
  }
  [[nodiscard]] quietness judge(const timing* times) override {
    best_ = std::min(best_, times->low);
    return {.instructions = best_ / times->median};
  }
  [[nodiscard]] double rate(const quietness& q) const override {
    return std::min(1.0, q.instructions / no_operations::quiet);
  }
  [[nodiscard]] double warming() const override { return 0.001; }

 private:
  static constexpr int rounds = 3'000;  // 15 us: some of them have no neighbour even beside one
  static inline double best_ = 1;       ///< seconds, of all that the process has measured
};

}  // namespace

std::unique_ptr<gauge> make_gauge(int threads) {
  if (threads > 1) return std::make_unique<lone_threads>(threads);
  return std::make_unique<lone_instructions>();
}

}  // namespace bench
