// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include <lacuna/hardware/tensor_core.hpp>
#include <lacuna/network/zoo/bert_base.hpp>

#include "tables.hpp"

using namespace lacuna;
namespace tc = lacuna::hardware::tensor_core;

bool vegeta_table(std::ostream& out) {
  // The mean of the speed-ups over the products with weights of BERT-base.
  struct entry {
    const char* name;
    double published;
    double cover;  // n of 4
  };
  const entry entries[] = {{"4:4", 1.09, 4},
                           {"2:4", 2.20, 2},
                           {"1:4", 3.74, 1},
                           {"unstructured 95 %", 3.28, tc::expected_row_cover(0.05)},
                           {"unstructured 90 %, row-wise", 2.36, tc::expected_row_cover(0.10)}};
  const network::network_shape net = network::bert_base_shape(512);
  out << "| weights | published | modelled | dev. | unverified |\n|---|---:|---:|---:|---|\n";
  bool good = true;
  for (const entry& e : entries) {
    double sum = 0;
    int layers = 0;
    for (const network::layer_shape& l : net.layers) {
      if (!l.has_weights) continue;
      sum += tc::vegeta_cycles(tc::dense_engine(), l.gemm(), 4) /
             tc::vegeta_cycles(tc::vegeta_s_16_2(), l.gemm(), e.cover);
      ++layers;
    }
    const double modelled = sum / layers;
    const double deviation = modelled / e.published - 1;
    good = good && std::abs(deviation) <= 0.10;
    char text[160];
    std::snprintf(text, sizeof text, "| %s | %.2f | %.2f | %+.1f %% | engine, layers |\n", e.name,
                  e.published, modelled, 100 * deviation);
    out << text;
  }
  return good;
}

bool dropped_share_table(std::ostream& out) {
  // The mean of `blocks` sampled blocks; the error bar is that of the ratio's numerator.
  constexpr int blocks = 200000;
  std::mt19937_64 random(2025);  // NOLINT: the table is to be the same each time
  out << "| series | density | formula | sampled | standard errors apart "
         "|\n|---|---:|---:|---:|---:|\n";
  bool good = true;
  for (const char* name :
       {"2:4", "1:8", "2:8", "3:8", "4:8", "2:8+1:8", "4:8+2:8", "4:8+2:4", "2:4+2:8"}) {
    const series_pattern series = parse_series_pattern(name);
    for (const double density : {0.5, 0.2, 0.1, 0.05}) {
      std::bernoulli_distribution non_zero(density);
      double sum = 0;
      double squares = 0;
      for (int b = 0; b < blocks; ++b) {
        bool block[8];
        for (bool& v : block) v = non_zero(random);
        for (const term_pattern& t : series.terms) {  // magnitudes are independent of positions, so
          const auto& g = std::get<n_m_pattern>(t.what);  // any kept ones are as good: random ones
          for (index_t from = 0; from < 8; from += g.m) {
            std::vector<index_t> found;
            for (index_t i = from; i < from + g.m; ++i) {
              if (block[i]) found.push_back(i);
            }
            std::shuffle(found.begin(), found.end(), random);
            for (std::size_t i = 0; i < found.size() && i < static_cast<std::size_t>(g.n); ++i) {
              block[found[i]] = false;
            }
          }
        }
        double left = 0;
        for (const bool v : block) left += v ? 1 : 0;
        sum += left;
        squares += left * left;
      }
      const double mean = sum / blocks;
      const double formula = hardware::expected_dropped_share(series, density);
      // rare events: the sample's own variance may be zero, Poisson's is the mean
      const double variance = std::max(squares / blocks - mean * mean, formula * 8 * density);
      const double error = std::sqrt(variance / blocks);
      const double apart = (mean - formula * 8 * density) / error;
      good = good && std::abs(apart) <= 4;
      char text[160];
      std::snprintf(text, sizeof text, "| %s | %.2f | %.4f | %.4f | %+.1f |\n", name, density,
                    formula, mean / (8 * density), apart);
      out << text;
    }
  }
  return good;
}
