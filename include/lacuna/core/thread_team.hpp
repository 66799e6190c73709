// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/extents.hpp>

#if defined(__linux__)
#include <sched.h>
#endif

namespace lacuna::inline LACUNA_ABI::detail {

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

/// What a thread keeps of a T in another's frame: a copy where that is plain memory.
template <class T>
using own_copy = std::conditional_t<std::is_trivially_copyable_v<T>, const T, const T&>;

/// Threads that run one function at once with their caller. Each has a cache line of its own, which
/// goes there with the call and back with the end: 0.5 us a call where two processors have a cache
/// in common and 1.5 where they have none, for 0.9 and 2.1 of a queue of tasks (Zen 4,
/// docs/decisions/0011-a-team-of-threads.md).
class thread_team {
 public:
  explicit thread_team(index_t workers) {
    try {
      for (index_t w = 0; w < workers; ++w) {
        desks_.push_back(std::make_unique<desk>());
        threads_.emplace_back([&mine = *desks_.back(), w] { work(mine, w + 1); });
      }
    } catch (...) {  // the system has no more threads
      stop();
      throw;
    }
  }
  thread_team(const thread_team&) = delete;
  thread_team& operator=(const thread_team&) = delete;
  ~thread_team() { stop(); }

  [[nodiscard]] index_t workers() const noexcept { return static_cast<index_t>(desks_.size()); }

  /// f(0) by the caller, f(1) ... f(workers) by as many of the team at once; returns when all have.
  /// Callers on several threads take turns. `f` must not throw, nor call this.
  ///
  /// Each worker takes an `own_copy` of f: f lies in its caller's frame, beside what the caller
  /// writes while it works, and every line of that would come from there again and again. Let f
  /// capture numbers by value (docs/decisions/0011-a-team-of-threads.md).
  template <class F>
  void run(index_t workers, const F& f) {
    const std::lock_guard turn(one_caller_);
    const int here = current_cpu();
    const function call_f = [](const void* g, index_t i) {
      own_copy<F> own = *static_cast<const F*>(g);
      own(i);
    };
    for (index_t w = 0; w < workers; ++w) at(w).call(call_f, &f, here);
    f(0);
    for (index_t w = 0; w < workers; ++w) at(w).wait_for_end();
  }

 private:
  using function = void (*)(const void*, index_t);

  /// Where a worker is told what to do.
  struct alignas(cache_line) desk {
    std::atomic<std::uint32_t> asked{0};
    std::atomic<std::uint32_t> done{0};
    function f{nullptr};
    const void* argument{nullptr};
    int caller_cpu{-1};

    void call(function g, const void* with, int from) noexcept {
      f = g;
      argument = with;
      caller_cpu = from;
      asked.store(asked.load(std::memory_order_relaxed) + 1);
      asked.notify_one();
    }
    /// Looks without a break for some microseconds, as others end as soon as that as a rule, then
    /// leaves the processor to them.
    void wait_for_end() const noexcept {
      const std::uint32_t call = asked.load(std::memory_order_relaxed);
      for (int i = 0; done.load(std::memory_order_acquire) != call; ++i) {
        if (i >= looks) std::this_thread::yield();
      }
    }
    /// The same for the call after `last`, and sleeps if none comes for ten times as long as it
    /// takes to be woken: a network has layers that one thread does alone.
    void wait_for_call(std::uint32_t last) const noexcept {
      for (int i = 0; i < looks; ++i) {
        if (asked.load(std::memory_order_acquire) != last) return;
      }
      constexpr std::chrono::microseconds patience{200};
      const auto start = std::chrono::steady_clock::now();
      while (std::chrono::steady_clock::now() - start < patience) {
        if (asked.load(std::memory_order_acquire) != last) return;
        std::this_thread::yield();
      }
      asked.wait(last, std::memory_order_acquire);
    }
  };
  static constexpr int looks = 20'000;  // 5 us on Zen 5

  void stop() noexcept {
    for (const auto& d : desks_) d->call(nullptr, nullptr, -1);
    for (std::thread& t : threads_) t.join();
  }
  static void work(desk& mine, index_t number) {
    for (std::uint32_t call = 1;; ++call) {
      mine.wait_for_call(call - 1);
      if (mine.f == nullptr) return;
      leave_cpu(mine.caller_cpu);
      mine.f(mine.argument, number);
      mine.done.store(call, std::memory_order_release);
    }
  }
  [[nodiscard]] desk& at(index_t w) const noexcept { return *desks_[static_cast<std::size_t>(w)]; }

  std::mutex one_caller_;
  std::vector<std::unique_ptr<desk>> desks_;
  std::vector<std::thread> threads_;
};

}  // namespace lacuna::inline LACUNA_ABI::detail
