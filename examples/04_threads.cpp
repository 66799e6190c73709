// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// The executor is yours: serial, a pool, OpenMP, or anything with two members. Results are the same
// to the last bit.
#include <iostream>
#include <thread>
#include <vector>

#include <lacuna/lacuna.hpp>

/// An engine's own way of running things: here, a thread for each index.
struct thread_each {
  [[nodiscard]] lacuna::index_t concurrency() const noexcept { return 4; }
  template <class F>
  void for_each_index(lacuna::index_t count, const F& f) const {
    std::vector<std::thread> threads;
    for (lacuna::index_t i = 0; i < count; ++i) threads.emplace_back([&f, i] { f(i); });
    for (std::thread& t : threads) t.join();
  }
};
static_assert(lacuna::executor<thread_each>);

int main() {
  const lacuna::dense_matrix<float> weights = lacuna::dense_matrix<float>::Random(512, 256);
  const lacuna::dense_matrix<float> x = lacuna::dense_matrix<float>::Random(256, 300);
  const lacuna::matmul layer(lacuna::prune_blocks<8, 8>(weights, lacuna::keep{0.5}));

  const auto alone = layer(x);
  lacuna::dense_matrix<float> pooled(512, 300);
  layer(x, pooled, lacuna::thread_pool(2));

  Eigen::ThreadPool engine(2);  // a pool that an engine already has
  lacuna::dense_matrix<float> shared(512, 300);
  layer(x, shared, lacuna::thread_pool(engine));

  lacuna::dense_matrix<float> own(512, 300);
  layer(x, own, thread_each{});

  const bool same = pooled == alone && shared == alone && own == alone;
  std::cout << (same ? "bit-identical on every executor\n" : "results differ\n");
  return same ? 0 : 1;
}
