// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// XNNPACK's convolution of channel-major images, which is sparse where filters are 1x1.
#include <limits>
#include <memory>

#include <pthreadpool.h>
#include <xnnpack.h>

#include "peers/compressed_rows.hpp"

namespace bench {
namespace {

struct prepared : plain_product {
  using plain_product::plain_product;
  ~prepared() { xnn_delete_operator(op); }
  prepared(const prepared&) = delete;
  prepared& operator=(const prepared&) = delete;

  xnn_operator_t op{nullptr};
};

class xnnpack final : public peer {
 public:
  [[nodiscard]] std::string name() const override { return "XNNPACK"; }
  [[nodiscard]] bool is_sparse() const override { return true; }
  [[nodiscard]] std::vector<contender> prepare(const problem& p) const override {
    if (!is_sparse_product(p) || p.gemm().n == 1) return {};
    static const xnn_status started = xnn_initialize(nullptr);
    static const pthreadpool_t pool =
        p.threads == 1 ? nullptr : pthreadpool_create(static_cast<std::size_t>(p.threads));
    auto s = std::make_shared<prepared>(p);
    const auto in = static_cast<std::size_t>(s->x.rows());
    const auto out = static_cast<std::size_t>(s->y.rows());
    constexpr float all = std::numeric_limits<float>::infinity();
    if (started != xnn_status_success ||
        xnn_create_convolution2d_nchw_f32(0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, in, out, in, out,
                                          p.weights.matrix.data(), nullptr, -all, all, 0,
                                          &s->op) != xnn_status_success ||
        xnn_setup_convolution2d_nchw_f32(s->op, 1, static_cast<std::size_t>(p.layer.h),
                                         static_cast<std::size_t>(p.layer.w), s->x.data(),
                                         s->y.data(), pool) != xnn_status_success) {
      return {};
    }
    return {
        {"XNNPACK 2022-02", "spmm", [s] { xnn_run_operator(s->op, pool); }, [s] { return s->y; }}};
  }
};

}  // namespace
}  // namespace bench

extern "C" bench::peer* lacuna_bench_peer() {
  static bench::xnnpack library;
  return &library;
}
