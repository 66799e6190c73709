// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/core/{executor,shared_runs,thread_team}.hpp
#include <lacuna/core/executor.hpp>

#include <chrono>
#include <numeric>
#include <vector>

#include "support/catch.hpp"

namespace executor_test {

using lacuna::index_t;

namespace {
template <class Executor>
void expect_each_once(const Executor& executor) {
  static_assert(lacuna::executor<Executor>);
  for (const index_t count : {0, 1, 2, 3, 1000}) {
    std::vector<std::atomic<int>> runs(static_cast<std::size_t>(count));
    executor.for_each_index(count, [&](index_t i) { ++runs[static_cast<std::size_t>(i)]; });
    for (const auto& r : runs) REQUIRE(r == 1);
  }
}
}  // namespace

TEST_CASE("every executor runs each index exactly once", "[core][executor]") {
  expect_each_once(lacuna::serial{});
  for (const int threads : {-1, 0, 1, 2, 3, 8}) expect_each_once(lacuna::thread_pool(threads));
#if defined(_OPENMP)
  expect_each_once(lacuna::openmp{3});
#endif
}

TEST_CASE("an engine's own pool is used, its threads and the caller's", "[core][executor]") {
  Eigen::ThreadPool engine(3);
  const lacuna::thread_pool executor(engine);
  CHECK(executor.concurrency() == 4);
  expect_each_once(executor);
}

TEST_CASE("a pool serves callers on several threads at once", "[core][executor]") {
  const lacuna::thread_pool pool(3);
  std::atomic<int> total{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round) pool.for_each_index(20, [&](index_t) { ++total; });
    });
  }
  for (std::thread& t : callers) t.join();
  CHECK(total == 4 * 50 * 20);
}

TEST_CASE("workers take their own runs in order and then what others left", "[core][executor]") {
  lacuna::shared_runs runs(7, 3);  // 0 1 | 2 3 | 4 5 6
  lacuna::shared_runs::worker second(runs, 1);
  lacuna::shared_runs::worker third(runs, 2);
  CHECK(second.take() == 2);
  CHECK(third.take() == 4);
  CHECK(second.take() == 3);
  CHECK_FALSE(second.helps());
  CHECK(second.take() == 5);
  CHECK(second.helps());
  CHECK(third.take() == 6);
  CHECK(third.take() == 0);
  CHECK(second.take() == 1);
  CHECK_FALSE(second.take());
  CHECK_FALSE(third.take());
}

TEST_CASE("threads that have gone to sleep or were never asked are called", "[core][executor]") {
  const lacuna::thread_pool pool(4);
  for (const index_t count : {2, 4, 3, 1, 4}) {
    std::vector<std::atomic<int>> runs(static_cast<std::size_t>(count));
    pool.for_each_index(count, [&](index_t i) { ++runs[static_cast<std::size_t>(i)]; });
    for (const auto& r : runs) REQUIRE(r == 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));  // sleep follows after 0.2
  }
}

}  // namespace executor_test
