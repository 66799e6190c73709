// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <memory>
#include <thread>

#include <unsupported/Eigen/CXX11/ThreadPool>

#include <lacuna/core/extents.hpp>
#include <lacuna/core/shared_runs.hpp>
#include <lacuna/core/thread_team.hpp>

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace lacuna::inline LACUNA_ABI {

/// Runs f(0) ... f(count - 1), in any order, possibly at once, and returns when all are done.
/// `f` must not throw. `concurrency()` is how many may run at once; operators cut work by it,
/// and give bit-identical results for any value of it.
template <class E>
concept executor = requires(const E& e, index_t count, void (*f)(index_t)) {
  e.for_each_index(count, f);
  { e.concurrency() } -> std::convertible_to<index_t>;
};

/// One after the other, on the calling thread.
struct serial {
  [[nodiscard]] index_t concurrency() const noexcept { return 1; }
  template <class F>
  void for_each_index(index_t count, const F& f) const {
    for (index_t i = 0; i < count; ++i) f(i);
  }
};

/// Threads of its own, which sleep 200 us after their last call, or an engine's
/// `Eigen::ThreadPool`. The calling thread works too, so a pool of `threads` starts threads - 1.
/// Indices beyond one a thread are shared as by `shared_runs`. Don't call it from inside one of its
/// own tasks.
class thread_pool {
 public:
  explicit thread_pool(int threads)
      : team_(threads > 1 ? std::make_shared<detail::thread_team>(threads - 1) : nullptr) {}
  explicit thread_pool(Eigen::ThreadPoolInterface& engine_pool) : engine_(&engine_pool) {}

  [[nodiscard]] index_t concurrency() const noexcept {
    if (engine_ != nullptr) return engine_->NumThreads() + 1;
    return team_ != nullptr ? team_->workers() + 1 : 1;
  }

  template <class F>
  void for_each_index(index_t count, const F& f) const {
    const index_t workers = std::min(concurrency(), count) - 1;
    if (workers < 1) return serial{}.for_each_index(count, f);
    // One index a thread: their counters would be lines that go from thread to thread for nothing.
    if (team_ != nullptr && count == workers + 1) return team_->run(workers, f);
    shared_runs runs(count, workers + 1);
    const auto work = [&](index_t home) {
      shared_runs::worker worker(runs, home);
      while (const auto i = worker.take()) f(*i);
    };
    if (team_ != nullptr) return team_->run(workers, work);

    std::atomic<index_t> working{workers};
    for (index_t w = 0; w < workers; ++w) {
      engine_->Schedule([&] {
        work(1 + engine_->CurrentThreadId() % workers);
        --working;
      });
    }
    work(0);
    while (working.load() != 0) std::this_thread::yield();
  }

 private:
  std::shared_ptr<detail::thread_team> team_;
  Eigen::ThreadPoolInterface* engine_{nullptr};
};

#if defined(_OPENMP)
/// The threads of OpenMP, where the program is compiled with it.
struct openmp {
  int threads = omp_get_max_threads();

  [[nodiscard]] index_t concurrency() const noexcept { return threads; }
  template <class F>
  void for_each_index(index_t count, const F& f) const {
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (index_t i = 0; i < count; ++i) f(i);
  }
};
#endif

}  // namespace lacuna::inline LACUNA_ABI
