// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Series of terms on CPU, as Markdown for docs/other-results.md:
//   - a product of a series against the products of its terms, run one by one;
//   - exact series of unstructured matrices against CSR and dense;
//   - how fast a matrix is decomposed, and what an order of columns saves.
// All contenders of a row run in turn, call by call; a figure is a median.
#include <cstdio>
#include <iostream>

#include <lacuna/lacuna.hpp>

#include "support/interleave.hpp"
#include "support/machine.hpp"
#include "support/random_operands.hpp"
#include "support/shapes.hpp"

namespace {

using lacuna::at_most, lacuna::block, lacuna::dense_matrix, lacuna::index_t, lacuna::keep;
using lacuna::matmul, lacuna::n_m, lacuna::unstructured;
using lacuna::network::gemm_extents;

/// Kept at random: no structure to find.
dense_matrix<float> sparse_matrix(index_t rows, index_t cols, double density) {
  dense_matrix<float> w = bench::normal_matrix(rows, cols, 1);
  lacuna::random_source random(3);
  for (index_t i = 0; i < w.size(); ++i) {
    if (random.uniform() >= density) w.data()[i] = 0;
  }
  return w;
}

template <class... Terms>
void terms_row(const gemm_extents& s) {
  const auto w = bench::normal_matrix(s.m, s.k, 1);
  const auto x = bench::normal_matrix(s.k, s.n, 2);
  dense_matrix<float> y(s.m, s.n);
  const auto d = lacuna::decompose<Terms...>(w);
  const matmul whole(d.terms);
  const matmul first(d.terms.template term<0>());
  const matmul second(d.terms.template term<1>());
  const auto t = bench::interleaved_medians({[&] { y.noalias() = w * x; }, [&] { first(x, y); },
                                             [&] { second(x, y); },
                                             // Apart: the second adds to what the first wrote.
                                             [&] {
                                               first(x, y);
                                               second(x, y, lacuna::serial{}, lacuna::add(y));
                                             },
                                             [&] { whole(x, y); }});
  const lacuna::series_pattern p{{lacuna::as_term(Terms{})...}};
  std::printf("| %s | %tdx%tdx%td | %.0f | %.0f | %.0f | %.0f | %.0f | %.2f | %.2f |\n",
              to_string(p).c_str(), s.m, s.k, s.n, t[0] * 1e6, t[1] * 1e6, t[2] * 1e6, t[3] * 1e6,
              t[4] * 1e6, t[4] / (t[1] + t[2]), t[3] / t[4]);
}

/// Rows in groups of eight that share nine of ten of their values' places, as matrices have whose
/// inputs were pruned for groups of outputs.
dense_matrix<float> related_rows(index_t rows, index_t cols, double density) {
  dense_matrix<float> w = sparse_matrix(rows, cols, density / 10);
  const dense_matrix<float> values = bench::normal_matrix(rows, cols, 2);
  lacuna::random_source random(4);
  for (index_t i = 0; i < rows; i += 8) {
    for (index_t k = 0; k < cols; ++k) {
      if (random.uniform() < density * 0.9) w.col(k).segment(i, 8) = values.col(k).segment(i, 8);
    }
  }
  return w;
}

void exact_row(const char* kind, const gemm_extents& s, const dense_matrix<float>& w) {
  const auto x = bench::normal_matrix(s.k, s.n, 2);
  dense_matrix<float> y(s.m, s.n);
  const double density =
      static_cast<double>((w.array() != 0).count()) / static_cast<double>(w.size());
  const matmul dense(w);
  const matmul csr(lacuna::to_block_csr<1, 1>(w));
  const matmul half(lacuna::decompose<n_m<2, 4>, unstructured>(w).terms);
  const matmul eighth(lacuna::decompose<n_m<1, 8>, unstructured>(w).terms);
  const matmul shared(lacuna::decompose<n_m<1, 4, 8>, unstructured>(w).terms);
  const auto exact = lacuna::decompose_exact(w, {lacuna::block_pattern{8, 1}});
  const matmul columns(lacuna::collect<block<8, 1>, unstructured>(w, exact.term_of).terms);
  const auto t = bench::interleaved_medians(
      {[&] { y.noalias() = w * x; }, [&] { dense(x, y); }, [&] { csr(x, y); }, [&] { half(x, y); },
       [&] { eighth(x, y); }, [&] { shared(x, y); }, [&] { columns(x, y); }});
  std::printf("| %s | %tdx%tdx%td | %.2f |", kind, s.m, s.k, s.n, density);
  for (const double seconds : t) std::printf(" %.0f |", seconds * 1e6);
  const auto best = lacuna::decompose_exact(w).best();
  std::string picked;
  for (const auto& term : best.series.terms) {
    picked += (picked.empty() ? "" : "+") + to_string(term.what);
  }
  std::printf(" %s |\n", picked.c_str());
}

void decompose_row(index_t size) {
  const auto w = bench::normal_matrix(size, size, 1);
  const auto t = bench::interleaved_medians(
      {[&] { static_cast<void>(lacuna::decompose<n_m<2, 4>>(w)); },
       [&] { static_cast<void>(lacuna::decompose<n_m<2, 4>, n_m<2, 8>>(w)); },
       [&] { static_cast<void>(lacuna::decompose<n_m<2, 4>, unstructured>(w)); }},
      2);
  const double gigabytes = static_cast<double>(w.size()) * 4e-9;
  std::printf("| %tdx%td | %.2f | %.2f | %.2f |\n", size, size, gigabytes / t[0], gigabytes / t[1],
              gigabytes / t[2]);
}

void order_row(const char* name, const dense_matrix<float>& w, const char* series) {
  const auto p = lacuna::parse_series_pattern(series);
  const double all = w.cast<double>().cwiseAbs().sum();
  std::printf("| %s | %s |", name, series);
  for (const index_t trials : {2000, 20000, 200000}) {
    const auto order = improve_order(w, p, {trials, 1});
    if (trials == 2000) std::printf(" %.2f |", 100 * order.dropped_greedy / all);
    std::printf(" %.2f |", 100 * order.dropped / all);
    std::fflush(stdout);
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** /*argv*/) {
  if (argc > 1) {
    std::cerr << "usage: bench_series: prints Markdown tables, takes about two minutes\n";
    return 2;
  }
  std::printf("%s, %s, %s, %s; measured FMA peak %.0f GFLOP/s a core; one thread\n\n",
              bench::compiler().c_str(), LACUNA_BENCH_FLAGS, bench::cpu_name().c_str(),
              bench::today().c_str(), bench::fma_peak() / 1e9);
  std::printf(
      "Series in one pass, microseconds. Sum: over its terms' own products. Gain: of one "
      "pass over two.\n\n| series | m x k x n | Eigen dense | first | second | apart | "
      "series | of sum | gain |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n");
  for (const auto& layer : bench::resnet50_layers()) {
    const gemm_extents s = layer.gemm();
    terms_row<n_m<2, 4>, n_m<2, 8>>(s);
    terms_row<n_m<2, 4>, n_m<1, 8>>(s);
    terms_row<n_m<2, 4, 8>, n_m<1, 8, 8>>(s);
    terms_row<at_most<block<8, 8>, 25>, n_m<1, 8>>(s);
  }
  std::printf(
      "\nExact series, microseconds; what `decompose_exact` picks last. Related: eight rows "
      "share nine of ten places.\n\n| places | m x k x n | density | Eigen dense | dense | "
      "CSR | 2:4 + rest | 1:8 + rest | 1:4x8 + rest | 8x1 + rest | picked |\n"
      "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|\n");
  for (const gemm_extents& s : {gemm_extents{256, 2304, 196}, gemm_extents{512, 128, 784}}) {
    for (const double density : {0.5, 0.3, 0.2, 0.1, 0.05, 0.02}) {
      exact_row("random", s, sparse_matrix(s.m, s.k, density));
    }
    for (const double density : {0.5, 0.25, 0.1}) {
      exact_row("related", s, related_rows(s.m, s.k, density));
    }
  }
  std::printf(
      "\nDecomposition, GB/s of the matrix.\n\n| matrix | 2:4 | 2:4+2:8 | 2:4+rest |\n"
      "|---|---:|---:|---:|\n");
  decompose_row(1024);
  decompose_row(4096);
  std::printf(
      "\nMagnitude dropped, %%, greedily and in a better order of columns after so many "
      "trials.\n\n| matrix | series | greedy | 2,000 | 20,000 | 200,000 |\n"
      "|---|---|---:|---:|---:|---:|\n");
  dense_matrix<float> uniform = bench::normal_matrix(128, 64, 1);
  lacuna::random_source random(1);
  for (index_t i = 0; i < uniform.size(); ++i) {
    uniform.data()[i] = static_cast<float>(random.uniform());
  }
  order_row("uniform 128x64", uniform, "2:4");
  order_row("normal 128x64", bench::normal_matrix(128, 64, 1), "2:4");
  order_row("normal 128x64", bench::normal_matrix(128, 64, 1), "2:4+2:8");
  order_row("90 % zeros 256x256", sparse_matrix(256, 256, 0.1), "1:8");
  order_row("90 % zeros 256x256", sparse_matrix(256, 256, 0.1), "2:8");
}
