// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <memory>
#include <thread>
#include <vector>

#include <unsupported/Eigen/CXX11/ThreadPool>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/extents.hpp>

#if defined(__linux__)
#include <sched.h>
#endif
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

namespace detail {
/// The CPU that the calling thread is on, or -1 where that is not known.
[[nodiscard]] inline int current_cpu() noexcept {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

/// Keeps the calling thread, a pool's worker, off the CPU of the thread that it works for. Left to
/// themselves, workers woken for short tasks were seen to stay on their waker's CPU on virtual
/// machines whose kernel knows no scheduling domains, and two threads ran no faster than one. Costs
/// a system call when the CPU has changed since the last time.
inline void leave_cpu([[maybe_unused]] int cpu) noexcept {
#if defined(__linux__)
  static thread_local int left = -1;
  if (cpu < 0 || cpu >= CPU_SETSIZE || cpu == left) return;
  static thread_local const cpu_set_t allowed = [] {
    cpu_set_t all;
    CPU_ZERO(&all);
    sched_getaffinity(0, sizeof(all), &all);
    return all;
  }();
  cpu_set_t others = allowed;
  CPU_CLR(static_cast<unsigned>(cpu), &others);
  if (CPU_COUNT(&others) > 0) sched_setaffinity(0, sizeof(others), &others);
  left = cpu;
#endif
}
}  // namespace detail

/// Threads of an `Eigen::ThreadPool`, its own or the engine's. The calling thread works too, so a
/// pool of `threads` starts threads - 1 workers. None sleeps while others finish: Eigen's workers
/// spin for some 10 us, and waking one takes 20 to 50 us more of the next call. A thread begins
/// with a run of indices of its own, the same in every call, so that it meets what it left in its
/// caches, and then helps the others. Don't call it from inside one of its own tasks.
class thread_pool {
 public:
  explicit thread_pool(int threads)
      : owned_(threads > 1 ? std::make_shared<Eigen::ThreadPool>(threads - 1) : nullptr),
        pool_(owned_.get()) {}
  explicit thread_pool(Eigen::ThreadPoolInterface& engine_pool) : pool_(&engine_pool) {}

  [[nodiscard]] index_t concurrency() const noexcept {
    return pool_ == nullptr ? 1 : pool_->NumThreads() + 1;
  }

  template <class F>
  void for_each_index(index_t count, const F& f) const {
    const index_t workers = std::min(concurrency(), count) - 1;
    if (workers < 1) return serial{}.for_each_index(count, f);
    struct alignas(cache_line) run {
      std::atomic<index_t> next;
      index_t end;
    };
    std::vector<run> runs(static_cast<std::size_t>(workers) + 1);
    for (index_t t = 0; t <= workers; ++t) {
      run& r = runs[static_cast<std::size_t>(t)];
      r.next = count * t / (workers + 1);
      r.end = count * (t + 1) / (workers + 1);
    }
    std::atomic<index_t> working{workers};
    std::atomic<index_t> undone{count};
    const auto work = [&](index_t home) {
      for (index_t t = 0; t <= workers; ++t) {
        run& r = runs[static_cast<std::size_t>((home + t) % (workers + 1))];
        for (index_t i = r.next++; i < r.end; i = r.next++) {
          f(i);
          --undone;
        }
      }
    };
    const int here = owned_ == nullptr ? -1 : detail::current_cpu();  // an engine's pool is its own
    for (index_t w = 0; w < workers; ++w) {
      pool_->Schedule([&, here] {
        detail::leave_cpu(here);
        work(1 + pool_->CurrentThreadId() % workers);
        if (owned_ != nullptr) wait_for(undone);  // an engine has other work for its own
        --working;
      });
    }
    work(0);
    wait_for(working);
  }

 private:
  static void wait_for(const std::atomic<index_t>& count) noexcept {
    while (count.load() != 0) std::this_thread::yield();
  }

  std::shared_ptr<Eigen::ThreadPool> owned_;
  Eigen::ThreadPoolInterface* pool_{nullptr};
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
