// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Matrix-vector products, most of whose weights lie beyond L2: what counts is bytes. GB/s is of the
// weights as packed, beside it the rate at which this machine only reads a dense matrix ("read"),
// and Eigen's dense product. One matrix is multiplied again and again, so that what fits lies in
// L3.
#include <benchmark/benchmark.h>

#include <lacuna/op/matmul.hpp>
#include <lacuna/op/matvec.hpp>
#include <lacuna/prune/prune.hpp>

#include "support/machine.hpp"
#include "support/random_operands.hpp"
#include "support/shapes.hpp"

namespace {

using lacuna::index_t, lacuna::keep;
using vector = std::shared_ptr<Eigen::VectorXf>;

template <class F>
void add(const std::string& name, double bytes, F run) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    for (auto _ : state) run();
    using benchmark::Counter;
    state.counters["GB/s"] = Counter(bytes / 1e9, Counter::kIsIterationInvariantRate);
  })->UseRealTime();
}

/// Sums a matrix, prefetched as the kernels do: what no product of as many bytes can beat.
float read(const lacuna::dense_matrix<float>& w) {
  using batch = xsimd::batch<float>;
  namespace simd = lacuna::kernel::simd;
  constexpr index_t chains = 8;
  constexpr auto lanes = static_cast<index_t>(batch::size);
  batch sum[chains];
  simd::unroll<chains>([&](auto c) { sum[static_cast<std::size_t>(c)] = batch(0.0F); });
  for (index_t i = 0; i + chains * lanes <= w.size(); i += chains * lanes) {
    simd::unroll<chains>([&](auto c) {
      simd::prefetch_ahead<lanes * 4>(w.data() + i + c * lanes);
      sum[static_cast<std::size_t>(c)] += batch::load_unaligned(w.data() + i + c * lanes);
    });
  }
  simd::unroll<chains - 1>([&](auto c) { sum[0] += sum[static_cast<std::size_t>(c + 1)]; });
  return sum[0].get(0);
}

template <class Weights>
void add_matvec(const std::string& format, double fraction, const std::string& shape,
                const Weights& weights, const vector& x, const vector& y) {
  const auto op = std::make_shared<lacuna::matvec<Weights>>(weights);
  const auto bytes = static_cast<double>(op->bytes());
  add(bench::bench_name("matvec", format, fraction, shape), bytes, [=] { (*op)(*x, *y); });
  const auto pool = std::make_shared<lacuna::thread_pool>(2);
  std::string name = bench::bench_name("matvec", format, fraction, shape);
  name.back() = '2';  // threads
  add(name, bytes, [=] { (*op)(*x, *y, *pool); });
}

/// The general operator on the same weights; its panels take an index an entry.
template <class Weights>
void add_matmul(const std::string& format, double fraction, const std::string& shape,
                const Weights& weights, const vector& x, const vector& y) {
  const auto op = std::make_shared<lacuna::matmul<Weights>>(weights);
  const auto kept = static_cast<double>(op->plan().kept.count());
  const double bytes = kept * 4 + kept / static_cast<double>(op->plan().tile_rows) * 4;
  add(bench::bench_name("matmul", format, fraction, shape), bytes, [=] { (*op)(*x, *y); });
}

void add_shape(const std::string& shape, index_t m, index_t k) {
  const auto w = bench::normal_matrix(m, k, 1);
  const auto x = std::make_shared<Eigen::VectorXf>(bench::normal_matrix(k, 1, 2));
  const auto y = std::make_shared<Eigen::VectorXf>(m);
  const auto dense_bytes = static_cast<double>(w.size()) * 4;
  const auto shared = std::make_shared<lacuna::dense_matrix<float>>(w);
  add(bench::bench_name("read", "dense", 1, shape), dense_bytes,
      [=] { benchmark::DoNotOptimize(read(*shared)); });
  add(bench::bench_name("eigen", "dense", 1, shape), dense_bytes,
      [=] { y->noalias() = *shared * *x; });
  add_matvec("dense", 1, shape, w, x, y);
  for (const double fraction : {0.5, 0.25, 0.125}) {
    add_matvec("block_csr:8x8", fraction, shape, lacuna::prune_blocks<8, 8>(w, keep{fraction}), x,
               y);
    add_matvec("block_csr:1x1", fraction, shape, lacuna::prune_unstructured(w, keep{fraction}), x,
               y);
  }
  add_matvec("block_csr:16x4", 0.5, shape, lacuna::prune_blocks<16, 4>(w, keep{0.5}), x, y);
  add_matvec("block_csr:8x1", 0.5, shape, lacuna::prune_blocks<8, 1>(w, keep{0.5}), x, y);
  add_matvec("n_m:2:4", 0.5, shape, lacuna::prune_n_m<2, 4>(w), x, y);
  add_matvec("n_m:2:8", 0.25, shape, lacuna::prune_n_m<2, 8>(w), x, y);
  add_matvec("n_m:1:8", 0.125, shape, lacuna::prune_n_m<1, 8>(w), x, y);
  add_matmul("block_csr:8x8", 0.5, shape, lacuna::prune_blocks<8, 8>(w, keep{0.5}), x, y);
  add_matmul("n_m:2:4", 0.5, shape, lacuna::prune_n_m<2, 4>(w), x, y);
}

}  // namespace

int main(int argc, char** argv) {
  add_shape("bert_base:output", 768, 3072);
  add_shape("bert_base:intermediate", 3072, 768);
  add_shape("square:4096", 4096, 4096);  // vgg16:fc15
  add_shape("wide:1024", 1024, 4096);
  add_shape("tall:1024", 4096, 1024);
  add_shape("tall:8192", 8192, 4096);
  benchmark::AddCustomContext("cpu", bench::cpu_name());
  benchmark::AddCustomContext("compiler", bench::compiler());
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
