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
        [call, g](call_memory<float>& m) {
          map y(m.y.data(), g.m, g.n);
          call(map(m.x.data(), g.k, g.n), y, m.pool);
        },
        predicted);
  };
  const auto whole =
      std::make_shared<const lacuna::matmul<std::decay_t<decltype(d.terms)>>>(d.terms);
  const auto& [t0, t1] = d.terms.terms();
  const auto first = std::make_shared<const lacuna::matmul<std::decay_t<decltype(t0)>>>(t0);
  const auto second = std::make_shared<const lacuna::matmul<std::decay_t<decltype(t1)>>>(t1);
  return {product(
              p.pattern, [whole](const auto& x, auto& y, auto& pool) { (*whole)(x, y, pool); },
              predicted_seconds(*whole, g.n, p)),
          product(
              p.pattern + " apart",
              [first, second](const auto& x, auto& y, auto& pool) {
                (*first)(x, y, pool);
                // An element is read just before it is written.
                (*second)(x, y, pool, lacuna::add(y));
              },
              0)};
}

}  // namespace bench
