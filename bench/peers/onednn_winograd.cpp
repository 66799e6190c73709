// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// oneDNN 2, which still has Winograd's convolution: fp32 3x3 of stride 1, dense.
#include <memory>

#include <omp.h>

#include <dnnl.hpp>

#include "suite/contender.hpp"

namespace bench {
namespace {

using dnnl::memory;
using tag = memory::format_tag;
constexpr auto f32 = memory::data_type::f32;

struct context {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

void reorder(context& c, memory& from, memory& to) {
  dnnl::reorder(from, to).execute(c.stream, from, to);
  c.stream.wait();
}

class onednn_winograd final : public peer {
 public:
  [[nodiscard]] std::string name() const override { return "oneDNN 2"; }
  [[nodiscard]] bool is_sparse() const override { return false; }
  [[nodiscard]] std::vector<contender> prepare(const problem& p) const override {
    const auto& l = p.layer;
    if (p.type != "f32" || l.window.kernel_h != 3 || l.window.stride.h != 1) return {};
    omp_set_num_threads(p.threads);
    auto c = std::make_shared<context>();
    using dims = memory::dims;
    const dims x{1, l.in, l.h, l.w}, w{l.out, l.in, 3, 3}, y{1, l.out, l.out_h(), l.out_w()};
    const auto& pad = l.window.padding;
    const dnnl::convolution_forward::desc what(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_winograd,
        {x, f32, tag::any}, {w, f32, tag::any}, {y, f32, tag::any}, dims{1, 1},
        dims{pad.top, pad.left}, dims{pad.bottom, pad.right});
    const dnnl::convolution_forward::primitive_desc pd(what, {}, c->engine, true);
    if (!pd) return {};  // not for these extents
    memory x_in(pd.src_desc(), c->engine), w_in(pd.weights_desc(), c->engine);
    auto y_in = std::make_shared<memory>(pd.dst_desc(), c->engine);
    memory x_plain({x, f32, tag::nchw}, c->engine, const_cast<float*>(p.x.data()));
    auto oihw = to_tensor(p.weights);  // the one plain order that it takes
    memory w_plain({w, f32, tag::oihw}, c->engine, oihw.data());
    reorder(*c, x_plain, x_in);
    reorder(*c, w_plain, w_in);
    return {
        {"oneDNN " + std::to_string(DNNL_VERSION_MAJOR) + "." + std::to_string(DNNL_VERSION_MINOR),
         std::string("Winograd ") + pd.impl_info_str(),
         [c, y_in, x_in, w_in, op = dnnl::convolution_forward(pd)] {
           op.execute(c->stream,
                      {{DNNL_ARG_SRC, x_in}, {DNNL_ARG_WEIGHTS, w_in}, {DNNL_ARG_DST, *y_in}});
           c->stream.wait();
         },
         [c, y_in, y, g = p.gemm()]() -> lacuna::dense_matrix<float> {
           lacuna::dense_matrix<float> out(g.m, g.n);
           memory plain({y, f32, tag::nchw}, c->engine, out.data());
           reorder(*c, *y_in, plain);
           return out;
         }}};
  }
};

}  // namespace
}  // namespace bench

extern "C" bench::peer* lacuna_bench_peer() {
  static bench::onednn_winograd library;
  return &library;
}
