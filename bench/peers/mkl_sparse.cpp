// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// MKL's inspector-executor products of CSR and BSR, hinted and optimised beforehand.
#include <memory>

#include <mkl.h>

#include "peers/compressed_rows.hpp"
#include "peers/mkl_threads.hpp"

namespace bench {
namespace {

struct prepared : plain_product {
  using plain_product::plain_product;
  ~prepared() { mkl_sparse_destroy(handle); }
  prepared(const prepared&) = delete;
  prepared& operator=(const prepared&) = delete;

  compressed_rows<MKL_INT> rows;
  sparse_matrix_t handle{nullptr};
};

contender multiply(const problem& p, MKL_INT block) {
  auto s = std::make_shared<prepared>(p);
  s->rows = compress_rows<MKL_INT>(p.weights.matrix, block);
  auto& r = s->rows;
  const auto height = static_cast<MKL_INT>(s->y.rows() / block);
  const auto width = static_cast<MKL_INT>(s->x.rows() / block);
  if (block == 1) {
    mkl_sparse_s_create_csr(&s->handle, SPARSE_INDEX_BASE_ZERO, height, width, r.offsets.data(),
                            r.offsets.data() + 1, r.columns.data(), r.values.data());
  } else {
    mkl_sparse_s_create_bsr(&s->handle, SPARSE_INDEX_BASE_ZERO, SPARSE_LAYOUT_ROW_MAJOR, height,
                            width, block, r.offsets.data(), r.offsets.data() + 1, r.columns.data(),
                            r.values.data());
  }
  matrix_descr kind{};
  kind.type = SPARSE_MATRIX_TYPE_GENERAL;
  const auto n = static_cast<MKL_INT>(s->x.cols());
  if (n == 1) {
    mkl_sparse_set_mv_hint(s->handle, SPARSE_OPERATION_NON_TRANSPOSE, kind, 100000);
  } else {
    mkl_sparse_set_mm_hint(s->handle, SPARSE_OPERATION_NON_TRANSPOSE, kind, SPARSE_LAYOUT_ROW_MAJOR,
                           n, 100000);
  }
  mkl_sparse_optimize(s->handle);
  return {mkl_name(), block == 1 ? "CSR" : "BSR",
          [s, kind, n] {
            if (n == 1) {
              mkl_sparse_s_mv(SPARSE_OPERATION_NON_TRANSPOSE, 1, s->handle, kind, s->x.data(), 0,
                              s->y.data());
            } else {
              mkl_sparse_s_mm(SPARSE_OPERATION_NON_TRANSPOSE, 1, s->handle, kind,
                              SPARSE_LAYOUT_ROW_MAJOR, s->x.data(), n, n, 0, s->y.data(), n);
            }
          },
          [s] { return s->y; }};
}

class mkl_sparse final : public peer {
 public:
  [[nodiscard]] std::string name() const override { return "MKL sparse"; }
  [[nodiscard]] bool is_sparse() const override { return true; }
  [[nodiscard]] std::vector<contender> prepare(const problem& p) const override {
    if (!is_sparse_product(p)) return {};
    set_mkl_threads(p.threads);
    return {multiply(p, p.pattern == "8x8" ? 8 : 1)};
  }
};

}  // namespace
}  // namespace bench

extern "C" bench::peer* lacuna_bench_peer() {
  static bench::mkl_sparse library;
  return &library;
}
