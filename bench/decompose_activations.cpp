// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Run-time decomposition of activations against the machine's memory bandwidth: copies of the same
// matrix on the same threads, in the same run. GB/s counts the bytes that are read and written,
// once each, as a copy's are; what caches fetch besides (lines before they are written) is not
// counted for either.
//
// LACUNA_BENCH_MIB is the size of the matrix, 1024 by default: beyond the last-level cache.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include <lacuna/op/decompose_activations.hpp>

#include "support/machine.hpp"
#include "support/random_operands.hpp"

namespace {

using lacuna::dense_matrix, lacuna::index_t, lacuna::n_m;
using matrix = std::shared_ptr<dense_matrix<float>>;

constexpr index_t channels = 512;

/// Channels by pixels, as many as fill the memory asked for.
dense_matrix<float> activations() {
  const char* const asked = std::getenv("LACUNA_BENCH_MIB");
  const index_t mib = std::max<index_t>(1, asked == nullptr ? 1024 : std::atol(asked));
  const index_t pixels = mib * (index_t{1} << 20) / (channels * index_t{sizeof(float)});
  const auto tile =
      bench::normal_matrix(channels, 1024, 1);  // normal() for all would take a minute
  dense_matrix<float> x(channels, pixels);
  for (index_t j = 0; j < pixels; ++j) x.col(j) = tile.col(j % tile.cols());
  return x;
}

/// Times run(pool), which reads and writes `bytes`.
template <class F>
void add(const std::string& name, int threads, double bytes, F run) {
  const std::string full = name + "/f32/threads:" + std::to_string(threads);
  benchmark::RegisterBenchmark(full.c_str(), [=](benchmark::State& state) {
    const lacuna::thread_pool pool(threads);
    auto own = run;  // and what it allocates goes with this benchmark
    own(pool);       // first touch, page faults
    for (auto _ : state) own(pool);
    state.counters["GB/s"] =
        benchmark::Counter(bytes / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  })->UseRealTime();
}

/// f(from, to, count) on one run of both matrices for each of the pool's threads: a C library
/// copies long runs past the cache, at up to twice the speed of short ones.
template <class F>
void for_each_share(const lacuna::thread_pool& pool, const matrix& x, const matrix& y, const F& f) {
  const index_t shares = pool.concurrency();
  pool.for_each_index(shares, [&](index_t i) {
    const index_t first = x->size() * i / shares;
    f(x->data() + first, y->data() + first, x->size() * (i + 1) / shares - first);
  });
}

template <class... Terms>
void add_series(const std::string& series, const matrix& x, const matrix& y, int threads) {
  const auto values = static_cast<double>(x->size());
  const double dense = 2 * values * sizeof(float);
  add("approximate/" + series, threads, dense,
      [=](const auto& pool) { lacuna::approximate_activations<Terms...>(*x, *y, pool); });
  add("approximate_in_place/" + series, threads, dense,
      [=](const auto& pool) { lacuna::approximate_activations<Terms...>(*y, *y, pool); });
  // A slot is a value and a byte.
  const double share = (... + (static_cast<double>(lacuna::kernel::term_traits<Terms>::n) /
                               static_cast<double>(lacuna::kernel::term_traits<Terms>::m)));
  const double compressed = values * (sizeof(float) + share * (sizeof(float) + 1));
  using terms = std::array<lacuna::activation_matrix_term<float>, sizeof...(Terms)>;
  add("compress/" + series, threads, compressed, [=, to = terms{}](const auto& pool) mutable {
    lacuna::decompose_activations<Terms...>(*x, to, pool);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const auto x = std::make_shared<dense_matrix<float>>(activations());
  const auto y = std::make_shared<dense_matrix<float>>(x->rows(), x->cols());
  const double bytes = 2.0 * static_cast<double>(x->size()) * sizeof(float);
  for (const int threads : {1, 2}) {
    add("memory/memcpy", threads, bytes, [=](const auto& pool) {
      for_each_share(pool, x, y, [](const float* from, float* to, index_t count) {
        std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
      });
    });
    add("memory/scale_in_place", threads, bytes, [=](const auto& pool) {
      for_each_share(pool, y, y, [](const float* from, float* to, index_t count) {
        using array = Eigen::Array<float, Eigen::Dynamic, 1>;
        Eigen::Map<array>(to, count) = -Eigen::Map<const array>(from, count);
      });
    });
    add_series<n_m<2, 4>>("2:4", x, y, threads);
    add_series<n_m<2, 8>>("2:8", x, y, threads);
    add_series<n_m<4, 8>>("4:8", x, y, threads);
    add_series<n_m<2, 4>, n_m<2, 8>>("2:4+2:8", x, y, threads);
  }
  benchmark::AddCustomContext("cpu", bench::cpu_name());
  benchmark::AddCustomContext("compiler", bench::compiler());
  benchmark::AddCustomContext("matrix", lacuna::to_string_shape(x->rows(), x->cols()));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
