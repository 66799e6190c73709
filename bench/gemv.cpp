// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Matrix-vector products whose weights lie beyond L2: what counts is bytes. GB/s is of the stored
// values and positions, Eigen's dense product beside.
#include <benchmark/benchmark.h>

#include <lacuna/format/storage.hpp>
#include <lacuna/op/matmul.hpp>
#include <lacuna/prune/prune.hpp>

#include "support/machine.hpp"
#include "support/random_operands.hpp"
#include "support/shapes.hpp"

namespace {

using lacuna::index_t, lacuna::keep;

template <class F>
void add(const std::string& name, double bytes, F run) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    for (auto _ : state) run();
    using benchmark::Counter;
    state.counters["GB/s"] = Counter(bytes / 1e9, Counter::kIsIterationInvariantRate);
  })->UseRealTime();
}

void add_shape(const std::string& shape, index_t m, index_t k) {
  const auto w = bench::normal_matrix(m, k, 1);
  const auto x = std::make_shared<Eigen::VectorXf>(bench::normal_matrix(k, 1, 2));
  const auto y = std::make_shared<Eigen::VectorXf>(m);
  const auto product = [&](const std::string& format, double fraction, const auto& weights) {
    const auto op = std::make_shared<lacuna::matmul<std::decay_t<decltype(weights)>>>(weights);
    const auto bytes = static_cast<double>(to_bytes(lacuna::storage_of(weights).total()).count());
    add(bench::bench_name("gemv", format, fraction, shape), bytes, [=] { (*op)(*x, *y); });
  };
  add(bench::bench_name("gemv", "eigen", 1, shape), static_cast<double>(w.size()) * 4,
      [=, w = w] { y->noalias() = w * *x; });
  product("dense", 1, w);
  product("block_csr:8x8", 0.5, lacuna::prune_blocks<8, 8>(w, keep{0.5}));
  product("block_csr:8x8", 0.125, lacuna::prune_blocks<8, 8>(w, keep{0.125}));
  product("block_csr:16x4", 0.5, lacuna::prune_blocks<16, 4>(w, keep{0.5}));
  product("n_m:2:4x8", 0.5, lacuna::prune_n_m<2, 4, 8>(w));
  product("n_m:2:4", 0.5, lacuna::prune_n_m<2, 4>(w));
  product("n_m:1:8", 0.125, lacuna::prune_n_m<1, 8>(w));
}

}  // namespace

int main(int argc, char** argv) {
  add_shape("bert_base:output", 768, 3072);
  add_shape("vgg16:fc15", 4096, 4096);
  benchmark::AddCustomContext("cpu", bench::cpu_name());
  benchmark::AddCustomContext("compiler", bench::compiler());
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
