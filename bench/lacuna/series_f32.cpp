// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// A series 2:4 + 2:8 in one pass, and its terms one after the other.
#include <lacuna/decompose/decompose.hpp>

#include "lacuna/make_operator.hpp"

namespace bench {

std::vector<contender> series_f32(const problem& p) {
  if (!p.is_product()) return {};  // convolutions run the same panels
  using lacuna::n_m;
  const auto d = lacuna::decompose<n_m<2, 4>, n_m<2, 8>>(p.weights.matrix);
  const auto g = p.gemm();
  using map = Eigen::Map<lacuna::dense_matrix<float>>;
  const auto product = [&](const std::string& method, auto call, double predicted) {
    return make_contender<float>(
        p, method,
        [call, g, threads = p.threads](call_memory<float>& m) {
          map y(m.y.data(), g.m, g.n);
          call(map(m.x.data(), g.k, g.n), y, pool_of(threads));
        },
        predicted);
  };
  const auto both = [&](const auto& whole, const auto& first, const auto& second,
                        double predicted) -> std::vector<contender> {
    return {product(
                p.pattern, [whole](const auto& x, auto& y, auto& pool) { (*whole)(x, y, pool); },
                predicted),
            product(
                p.pattern + " apart",
                [first, second](const auto& x, auto& y, auto& pool) {
                  (*first)(x, y, pool);
                  // An element is read just before it is written.
                  (*second)(x, y, pool, lacuna::add(y));
                },
                0)};
  };
  const auto& [t0, t1] = d.terms.terms();
  using series = std::decay_t<decltype(d.terms)>;
  using term_0 = std::decay_t<decltype(t0)>;
  using term_1 = std::decay_t<decltype(t1)>;
  // What users would take: `matvec` for one column.
  if (g.n == 1) {
    return both(std::make_shared<const lacuna::matvec<series>>(d.terms),
                std::make_shared<const lacuna::matvec<term_0>>(t0),
                std::make_shared<const lacuna::matvec<term_1>>(t1), 0);
  }
  const auto whole = std::make_shared<const lacuna::matmul<series>>(d.terms);
  return both(whole, std::make_shared<const lacuna::matmul<term_0>>(t0),
              std::make_shared<const lacuna::matmul<term_1>>(t1),
              predicted_seconds(*whole, g.n, p));
}

}  // namespace bench
