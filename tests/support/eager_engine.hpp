// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <unsupported/Eigen/CXX11/ThreadPool>

namespace test {

/// An engine's pool that runs each task where it is scheduled: the first worker finds all others
/// late and does their share, which with real threads happens by chance.
class eager_engine : public Eigen::ThreadPoolInterface {
 public:
  explicit eager_engine(int threads) : threads_(threads) {}
  void Schedule(std::function<void()> task) override { task(); }
  [[nodiscard]] int NumThreads() const override { return threads_; }
  [[nodiscard]] int CurrentThreadId() const override { return 0; }

 private:
  int threads_;
};

}  // namespace test
