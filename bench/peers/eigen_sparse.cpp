// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Eigen's SparseMatrix times a row-major matrix; threads by OpenMP.
#include <memory>

#include <Eigen/SparseCore>

#include "peers/compressed_rows.hpp"

namespace bench {
namespace {

struct prepared : plain_product {
  using plain_product::plain_product;
  Eigen::SparseMatrix<float, Eigen::RowMajor> w;
};

class eigen_sparse final : public peer {
 public:
  [[nodiscard]] std::string name() const override { return "Eigen sparse"; }
  [[nodiscard]] bool is_sparse() const override { return true; }
  [[nodiscard]] std::vector<contender> prepare(const problem& p) const override {
    if (!is_sparse_product(p)) return {};
    Eigen::setNbThreads(p.threads);
    auto s = std::make_shared<prepared>(p);
    s->w = p.weights.matrix.sparseView();
    return {
        {"Eigen 3.4", "SparseMatrix", [s] { s->y.noalias() = s->w * s->x; }, [s] { return s->y; }}};
  }
};

}  // namespace
}  // namespace bench

extern "C" bench::peer* lacuna_bench_peer() {
  static bench::eigen_sparse library;
  return &library;
}
