// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// MKL's single-precision product with the weights packed beforehand: as the left operand, and as
// the right one with tokens or pixels as rows.
#include <memory>

#include <mkl.h>

#include "peers/mkl_threads.hpp"
#include "suite/contender.hpp"

namespace bench {
namespace {

using lacuna::dense_matrix, lacuna::index_t;

struct prepared {
  dense_matrix<float> x, y;
  lacuna::aligned_vector<float> packed;
};

std::shared_ptr<prepared> make_prepared(CBLAS_IDENTIFIER what, MKL_INT m, MKL_INT n, MKL_INT k) {
  auto s = std::make_shared<prepared>();
  s->packed.resize(cblas_sgemm_pack_get_size(what, m, n, k) / sizeof(float) + 1);
  s->y.resize(m, n);
  return s;
}

contender weights_left(const problem& p) {
  const auto g = p.gemm();
  const auto m = static_cast<MKL_INT>(g.m), n = static_cast<MKL_INT>(g.n),
             k = static_cast<MKL_INT>(g.k);
  auto s = make_prepared(CblasAMatrix, m, n, k);
  s->x = Eigen::Map<const dense_matrix<float>>(p.x.data(), g.k, g.n);
  cblas_sgemm_pack(CblasRowMajor, CblasAMatrix, CblasNoTrans, m, n, k, 1, p.weights.matrix.data(),
                   k, s->packed.data());
  return {mkl_name(), "sgemm_compute, weights left",
          [s, m, n, k] {
            cblas_sgemm_compute(CblasRowMajor, static_cast<MKL_INT>(CblasPacked), CblasNoTrans, m,
                                n, k, s->packed.data(), k, s->x.data(), n, 0, s->y.data(), n);
          },
          [s] { return s->y; }};
}

contender weights_right(const problem& p) {
  const auto g = p.gemm();
  const auto m = static_cast<MKL_INT>(g.n), n = static_cast<MKL_INT>(g.m),
             k = static_cast<MKL_INT>(g.k);
  auto s = make_prepared(CblasBMatrix, m, n, k);
  s->x = Eigen::Map<const dense_matrix<float>>(p.x.data(), g.k, g.n).transpose();
  cblas_sgemm_pack(CblasRowMajor, CblasBMatrix, CblasTrans, m, n, k, 1, p.weights.matrix.data(), k,
                   s->packed.data());
  return {mkl_name(), "sgemm_compute, weights right",
          [s, m, n, k] {
            cblas_sgemm_compute(CblasRowMajor, CblasNoTrans, static_cast<MKL_INT>(CblasPacked), m,
                                n, k, s->x.data(), k, s->packed.data(), n, 0, s->y.data(), n);
          },
          [s]() -> dense_matrix<float> { return s->y.transpose(); }};
}

/// Not packed: a single column leaves nothing to gain from it.
contender vector(const problem& p) {
  const auto g = p.gemm();
  auto s = std::make_shared<prepared>();
  s->x = Eigen::Map<const dense_matrix<float>>(p.x.data(), g.k, 1);
  s->y.resize(g.m, 1);
  return {mkl_name(), "sgemv",
          [s, w = p.weights.matrix] {
            cblas_sgemv(CblasRowMajor, CblasNoTrans, static_cast<MKL_INT>(w.rows()),
                        static_cast<MKL_INT>(w.cols()), 1, w.data(), static_cast<MKL_INT>(w.cols()),
                        s->x.data(), 1, 0, s->y.data(), 1);
          },
          [s] { return s->y; }};
}

class mkl_dense final : public peer {
 public:
  [[nodiscard]] std::string name() const override { return "MKL"; }
  [[nodiscard]] bool is_sparse() const override { return false; }
  [[nodiscard]] std::vector<contender> prepare(const problem& p) const override {
    if (p.type != "f32" || !p.is_pointwise()) return {};
    set_mkl_threads(p.threads);
    if (p.gemm().n == 1) return {vector(p), weights_left(p)};
    return {weights_left(p), weights_right(p)};
  }
};

}  // namespace
}  // namespace bench

extern "C" bench::peer* lacuna_bench_peer() {
  static bench::mkl_dense library;
  return &library;
}
