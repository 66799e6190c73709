// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// What a stored value of a term costs in a product, as Markdown for docs/other-results.md, in units of a
// value of the dense product: the defaults of `lacuna::value_costs` (decompose/exact.hpp).
// A product is timed with half and with an eighth of the values stored. What reading X and writing
// Y takes is the same for both and for every series of a matrix, so what tells series apart is the
// difference: the cost of each value more. All products of a layer run in turn, call by call.
#include <cmath>
#include <cstdio>
#include <functional>
#include <iostream>
#include <iterator>
#include <vector>

#include <lacuna/lacuna.hpp>

#include "support/interleave.hpp"
#include "support/machine.hpp"
#include "support/random_operands.hpp"
#include "support/shapes.hpp"

namespace {

using lacuna::dense_matrix, lacuna::keep, lacuna::matmul;

/// Products of one layer, and how many values each stores.
class contenders {
 public:
  explicit contenders(const lacuna::network::gemm_extents& s)
      : x_(bench::normal_matrix(s.k, s.n, 2)), y_(s.m, s.n) {}

  template <class Format>
  void add(const Format& w, std::size_t stored) {
    stored_.push_back(static_cast<double>(stored));
    runs_.push_back([this, product = matmul(w)] { product(x_, y_); });
  }
  template <class Format>
  void add(const Format& w) {
    add(w, w.values().size());
  }
  [[nodiscard]] std::vector<double> seconds() const { return bench::interleaved_medians(runs_, 1); }
  [[nodiscard]] const std::vector<double>& stored() const { return stored_; }

 private:
  dense_matrix<float> x_;
  dense_matrix<float> y_;
  std::vector<double> stored_;
  std::vector<std::function<void()>> runs_;
};

constexpr const char* patterns[] = {"8x8", "8x1", "4x4", "N:Mx8", "N:M", "CSR"};
constexpr std::size_t count = std::size(patterns);

}  // namespace

int main(int argc, char** /*argv*/) {
  if (argc > 1) {
    std::cerr << "usage: bench_value_costs: prints a Markdown table, takes about half a minute\n";
    return 2;
  }
  std::printf("%s, %s, %s, %s; one thread\n\n| layer | m x k x n | dense, ns |",
              bench::compiler().c_str(), LACUNA_BENCH_FLAGS, bench::cpu_name().c_str(),
              bench::today().c_str());
  for (const char* p : patterns) std::printf(" %s |", p);
  std::printf("\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n");
  // Logarithms: of the cost of each value more, then of all with half and with an eighth stored.
  double sums[3][count] = {};
  const auto layers = bench::resnet50_layers();
  for (const auto& layer : layers) {
    const auto s = layer.gemm();
    const auto w = bench::normal_matrix(s.m, s.k, 1);
    contenders all(s);
    all.add(w, static_cast<std::size_t>(w.size()));
    for (const double share : {0.5, 0.125}) {
      all.add(lacuna::prune_blocks<8, 8>(w, keep{share}));
      all.add(lacuna::prune_blocks<8, 1>(w, keep{share}));
      all.add(lacuna::prune_blocks<4, 4>(w, keep{share}));
      if (share == 0.5) {
        all.add(lacuna::prune_n_m<2, 4, 8>(w));
        all.add(lacuna::prune_n_m<2, 4>(w));
      } else {
        all.add(lacuna::prune_n_m<1, 8, 8>(w));
        all.add(lacuna::prune_n_m<1, 8>(w));
      }
      all.add(lacuna::prune_unstructured(w, keep{share}));
    }
    const auto t = all.seconds();
    const auto& n = all.stored();
    const double dense = t[0] / n[0];
    std::printf("| %s | %tdx%tdx%td | %.2f |", layer.name.c_str(), s.m, s.k, s.n, dense * 1e9);
    for (std::size_t p = 0; p < count; ++p) {
      const std::size_t half = 1 + p;
      const std::size_t eighth = 1 + count + p;
      const double each = (t[half] - t[eighth]) / (n[half] - n[eighth]) / dense;
      std::printf(" %.2f |", each);
      sums[0][p] += std::log(each);
      sums[1][p] += std::log(t[half] / n[half] / dense);
      sums[2][p] += std::log(t[eighth] / n[eighth] / dense);
    }
    std::printf("\n");
    std::fflush(stdout);
  }
  const auto mean_row = [&](const char* what, const double* sum, double unit) {
    std::printf("| geometric mean, %s | | |", what);
    for (std::size_t p = 0; p < count; ++p) {
      std::printf(" %.2f |", std::exp((sum[p] - unit) / static_cast<double>(layers.size())));
    }
    std::printf("\n");
  };
  mean_row("each value more", sums[0], 0);
  mean_row("the same over 8x8's", sums[0], sums[0][0]);
  mean_row("all of a half", sums[1], 0);
  mean_row("all of an eighth", sums[2], 0);
}
