// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Products in every format on ResNet-50's layers as im2col products, Eigen's dense product beside
// each. GFLOP/s counts the kept values; effective_GFLOPs counts the zeros as if they were computed.
#include <benchmark/benchmark.h>

#include <lacuna/op/matmul.hpp>
#include <lacuna/prune/prune.hpp>

#include "support/add_product.hpp"
#include "support/machine.hpp"
#include "support/random_operands.hpp"
#include "support/shapes.hpp"

namespace {

using lacuna::dense_matrix, lacuna::keep;

void add_layer(const std::string& shape, const lacuna::network::gemm_extents& g) {
  const auto w = bench::normal_matrix(g.m, g.k, 1);
  const auto x = std::make_shared<dense_matrix<float>>(bench::normal_matrix(g.k, g.n, 2));
  const auto y = std::make_shared<dense_matrix<float>>(g.m, g.n);
  const lacuna::macs work{g.m * g.k * g.n};
  const auto product = [&](const std::string& format, double fraction, const auto& weights) {
    const auto op = std::make_shared<lacuna::matmul<std::decay_t<decltype(weights)>>>(weights);
    bench::add_product(bench::bench_name("spmm", format, fraction, shape), fraction, work,
                       [=] { (*op)(*x, *y); });
  };
  bench::add_product(bench::bench_name("spmm", "eigen", 1, shape), 1, work,
                     [=, w = w] { y->noalias() = w * *x; });
  product("dense", 1, w);
  product("block_csr:8x8", 0.5, lacuna::prune_blocks<8, 8>(w, keep{0.5}));
  product("block_csr:8x8", 0.25, lacuna::prune_blocks<8, 8>(w, keep{0.25}));
  product("block_csr:16x4", 0.5, lacuna::prune_blocks<16, 4>(w, keep{0.5}));
  product("block_csr:4x1", 0.5, lacuna::prune_blocks<4, 1>(w, keep{0.5}));
  product("n_m:2:4x8", 0.5, lacuna::prune_n_m<2, 4, 8>(w));
  product("n_m:2:4", 0.5, lacuna::prune_n_m<2, 4>(w));
  product("n_m:2:8", 0.25, lacuna::prune_n_m<2, 8>(w));
  product("csr", 0.25, lacuna::prune_unstructured(w, keep{0.25}));
}

}  // namespace

int main(int argc, char** argv) {
  for (const auto& l : bench::resnet50_layers()) add_layer("resnet50:" + l.name, l.gemm());
  benchmark::AddCustomContext("cpu", bench::cpu_name());
  benchmark::AddCustomContext("compiler", bench::compiler());
  benchmark::AddCustomContext("fma_peak_gflops", std::to_string(bench::fma_peak() / 1e9));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
