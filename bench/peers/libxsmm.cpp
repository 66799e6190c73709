// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// libxsmm's fixed-pattern products (fsspmdm): code is generated for one sparse matrix.
#include <memory>

#include <libxsmm_source.h>

#include "peers/compressed_rows.hpp"

namespace bench {
namespace {

using lacuna::dense_matrix, lacuna::index_t;

struct prepared {
  prepared() = default;
  ~prepared() { libxsmm_sfsspmdm_destroy(handle); }
  prepared(const prepared&) = delete;
  prepared& operator=(const prepared&) = delete;

  dense_matrix<float> w, x, y;
  libxsmm_sfsspmdm* handle{nullptr};
};

class libxsmm_fsspmdm final : public peer {
 public:
  [[nodiscard]] std::string name() const override { return "libxsmm"; }
  [[nodiscard]] bool is_sparse() const override { return true; }
  [[nodiscard]] std::vector<contender> prepare(const problem& p) const override {
    // It has no threads of its own.
    if (!is_sparse_product(p) || p.threads != 1 || p.gemm().n == 1) return {};
    const auto g = p.gemm();
    auto s = std::make_shared<prepared>();
    s->w = p.weights.matrix;
    // Columns in whole vectors are asked for.
    const index_t columns = lacuna::round_up(g.n, index_t{16});
    s->x = dense_matrix<float>::Zero(g.k, columns);
    s->x.leftCols(g.n) = Eigen::Map<const dense_matrix<float>>(p.x.data(), g.k, g.n);
    s->y = dense_matrix<float>::Zero(g.m, columns);
    const auto m = static_cast<int>(g.m), n = static_cast<int>(columns), k = static_cast<int>(g.k);
    s->handle = libxsmm_sfsspmdm_create(m, n, k, k, n, n, 1, 0, 0, s->w.data());
    if (s->handle == nullptr || s->handle->kernel == nullptr) return {};
    return {{"libxsmm 1.17", s->handle->a_dense == nullptr ? "fsspmdm" : "fsspmdm, dense inside",
             [s] { libxsmm_sfsspmdm_execute(s->handle, s->x.data(), s->y.data()); },
             [s, g]() -> dense_matrix<float> { return s->y.leftCols(g.n); }}};
  }
};

}  // namespace
}  // namespace bench

extern "C" bench::peer* lacuna_bench_peer() {
  static bench::libxsmm_fsspmdm library;
  return &library;
}
