// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// librsb's recursive sparse blocks, tuned by itself for a third of a second.
#include <memory>

#include <rsb.h>

#include "peers/compressed_rows.hpp"

namespace bench {
namespace {

struct prepared : plain_product {
  using plain_product::plain_product;
  ~prepared() { rsb_mtx_free(handle); }
  prepared(const prepared&) = delete;
  prepared& operator=(const prepared&) = delete;

  rsb_mtx_t* handle{nullptr};
};

using columns = Eigen::MatrixXf;
/// The same matrix on column-major operands.
struct by_columns {
  std::shared_ptr<prepared> by_rows;
  columns x, y;
};

class librsb final : public peer {
 public:
  [[nodiscard]] std::string name() const override { return "librsb"; }
  [[nodiscard]] bool is_sparse() const override { return true; }
  [[nodiscard]] std::vector<contender> prepare(const problem& p) const override {
    if (!is_sparse_product(p)) return {};
    static const rsb_err_t started = rsb_lib_init(RSB_NULL_INIT_OPTIONS);
    rsb_int_t threads = p.threads;
    rsb_lib_set_opt(RSB_IO_WANT_EXECUTING_THREADS, &threads);
    auto s = std::make_shared<prepared>(p);
    auto rows = compress_rows<rsb_coo_idx_t>(p.weights.matrix, 1);
    rsb_err_t error = started;
    const auto m = static_cast<rsb_coo_idx_t>(s->y.rows());
    const auto k = static_cast<rsb_coo_idx_t>(s->x.rows());
    const auto n = static_cast<rsb_coo_idx_t>(s->x.cols());
    const auto count = static_cast<rsb_nnz_idx_t>(rows.values.size());
    s->handle = rsb_mtx_alloc_from_csr_const(rows.values.data(), rows.offsets.data(),
                                             rows.columns.data(), count, RSB_NUMERICAL_TYPE_FLOAT,
                                             m, k, RSB_DEFAULT_ROW_BLOCKING,
                                             RSB_DEFAULT_COL_BLOCKING, RSB_FLAG_NOFLAGS, &error);
    if (s->handle == nullptr || error != RSB_ERR_NO_ERROR) return {};
    static constexpr float one = 1, zero = 0;
    rsb_tune_spmm(&s->handle, nullptr, nullptr, 1, 0.3, RSB_TRANSPOSITION_N, &one, nullptr, n,
                  RSB_FLAG_WANT_ROW_MAJOR_ORDER, s->x.data(), n, &zero, s->y.data(), n);
    auto t = std::make_shared<by_columns>(by_columns{s, s->x, columns(m, n)});
    return {{"librsb " RSB_LIBRSB_VER_STRING, "RSB, rows",
             [s, n] {
               rsb_spmm(RSB_TRANSPOSITION_N, &one, s->handle, n, RSB_FLAG_WANT_ROW_MAJOR_ORDER,
                        s->x.data(), n, &zero, s->y.data(), n);
             },
             [s] { return s->y; }},
            {"librsb " RSB_LIBRSB_VER_STRING, "RSB, columns",
             [t, m, n, k] {
               rsb_spmm(RSB_TRANSPOSITION_N, &one, t->by_rows->handle, n,
                        RSB_FLAG_WANT_COLUMN_MAJOR_ORDER, t->x.data(), k, &zero, t->y.data(), m);
             },
             [t]() -> lacuna::dense_matrix<float> { return t->y; }}};
  }
};

}  // namespace
}  // namespace bench

extern "C" bench::peer* lacuna_bench_peer() {
  static bench::librsb library;
  return &library;
}
