// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Block-sparse against dense, side by side: one table for one compiler and one optimisation level.
//
//   bench_ratio            a table for people
//   bench_ratio --markdown the same for docs/other-results.md
//
// Eigen's dense product, Lacuna's dense operator and 8x8 blocks at 50 % run in turn, call by call,
// so that clock and neighbours hit all three alike; a figure is the median of all rounds.
#include <cstdio>
#include <cstring>
#include <iostream>

#include <lacuna/op/matmul.hpp>

#include "support/interleave.hpp"
#include "support/machine.hpp"
#include "support/random_operands.hpp"
#include "support/shapes.hpp"

namespace {

using lacuna::dense_matrix, lacuna::index_t;
using lacuna::network::gemm_extents;

/// Exactly half of the 8x8 blocks of each row of blocks, at random.
dense_matrix<float> half_blocks(dense_matrix<float> w) {
  lacuna::random_source random(3);
  for (index_t i = 0; i < w.rows(); i += 8) {
    std::vector<index_t> columns(static_cast<std::size_t>(w.cols() / 8));
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c] = static_cast<index_t>(c) * 8;
    random.shuffle(columns.begin(), columns.end());
    for (std::size_t c = 0; c < columns.size() / 2; ++c) w.block(i, columns[c], 8, 8).setZero();
  }
  return w;
}

struct result {
  double eigen, dense, blocks;  // seconds
};

result measure(const gemm_extents& s) {
  const auto w = bench::normal_matrix(s.m, s.k, 1);
  const auto x = bench::normal_matrix(s.k, s.n, 2);
  dense_matrix<float> y(s.m, s.n);
  const lacuna::matmul dense(w);
  const lacuna::matmul blocks(lacuna::to_block_csr<8, 8>(half_blocks(w)));

  const auto t = bench::interleaved_medians(
      {[&] { y.noalias() = w * x; }, [&] { dense(x, y); }, [&] { blocks(x, y); }});
  return {t[0], t[1], t[2]};
}

}  // namespace

int main(int argc, char** argv) {
  const bool markdown = argc > 1 && std::strcmp(argv[1], "--markdown") == 0;
  if (argc > 1 && !markdown) {
    std::cerr << "usage: bench_ratio [--markdown]\n";
    return 2;
  }
  const double peak = bench::fma_peak();
  std::printf("%s%s, %s, %s, %s; measured FMA peak %.0f GFLOP/s a core; one thread\n\n",
              markdown ? "### " : "", bench::compiler().c_str(), LACUNA_BENCH_FLAGS,
              bench::cpu_name().c_str(), bench::today().c_str(), peak / 1e9);
  const char* const bar = markdown ? "| " : "";
  std::printf("%s%-20s %s%16s %s%8s %s%8s %s%8s %s%8s %s%8s %s\n", bar, "ResNet-50 layer", bar,
              "m x k x n", bar, "Eigen", bar, "dense", bar, "blocks", bar, "ratio", bar, "of peak",
              bar);
  if (markdown) std::printf("|---|---|---:|---:|---:|---:|---:|\n");
  double log_sum = 0;
  double worst = 1e9;
  const auto layers = bench::resnet50_layers();
  for (const auto& layer : layers) {
    const gemm_extents s = layer.gemm();
    const result t = measure(s);
    const double flop =
        2e-9 * static_cast<double>(s.m) * static_cast<double>(s.k) * static_cast<double>(s.n);
    const double ratio = t.eigen / t.blocks;
    const std::string size =
        std::to_string(s.m) + "x" + std::to_string(s.k) + "x" + std::to_string(s.n);
    std::printf("%s%-20s %s%16s %s%8.0f %s%8.0f %s%8.0f %s%7.2fx %s%7.0f%% %s\n", bar,
                layer.name.c_str(), bar, size.c_str(), bar, flop / t.eigen, bar, flop / t.dense,
                bar, flop / 2 / t.blocks, bar, ratio, bar, 100 * flop / 2 / t.blocks / (peak / 1e9),
                bar);
    log_sum += std::log(ratio);
    worst = std::min(worst, ratio);
  }
  std::printf(
      "\n%sGeometric mean %.2fx, worst %.2fx over Eigen's dense product. Rates in GFLOP/s; "
      "blocks: 8x8, 50 %% zero, rate on the kept values.\n\n",
      markdown ? "" : "  ", std::exp(log_sum / static_cast<double>(layers.size())), worst);
}
