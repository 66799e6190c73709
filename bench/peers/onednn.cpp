// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// oneDNN 3: matrix products and convolutions, weights in whatever layout it asks for and
// activations in the one that it likes best, as inside a network that runs in oneDNN throughout.
#include <cstdlib>
#include <memory>
#include <unordered_map>

#include <tbb/global_control.h>
#include <dnnl.hpp>

#include "suite/contender.hpp"

namespace bench {
namespace {

using dnnl::memory, lacuna::index_t;
using tag = memory::format_tag;

struct types {
  memory::data_type x, w, y;
};
types types_of(const std::string& type) {
  using t = memory::data_type;
  if (type == "i8") return {t::u8, t::s8, t::u8};
  if (type == "bf16") return {t::bf16, t::bf16, t::f32};
  return {t::f32, t::f32, t::f32};
}

/// What oneDNN keeps for the life of the process.
struct context {
  explicit context(int threads)
      : limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)) {}
  tbb::global_control limit;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};
context& shared_context(int threads) {
#if defined(BENCH_OPENCL_CPU)
  // The PyPI package runs on SYCL, which finds the processor by this.
  setenv("OCL_ICD_FILENAMES", BENCH_OPENCL_CPU, 0);
  setenv("ONEDNN_VERBOSE", "0", 0);
#endif
  static context shared(threads);
  return shared;
}

/// A primitive and its memory.
struct prepared {
  context& with;
  dnnl::primitive primitive;
  memory x, w, y;
  std::unordered_map<int, memory> arguments;
};

/// Relu and requantising, which "i8" has.
dnnl::primitive_attr attributes(const problem& p) {
  dnnl::primitive_attr out;
  if (p.type != "i8") return out;
  dnnl::post_ops after;
  after.append_eltwise(dnnl::algorithm::eltwise_relu, 0, 0);
  out.set_post_ops(after);
  out.set_scales_mask(DNNL_ARG_DST, 0);
  return out;
}

void copy(context& c, const memory::desc& layout, const float* from, memory& to) {
  memory plain(layout, c.engine, const_cast<float*>(from));
  dnnl::reorder(plain, to).execute(c.stream, plain, to);
  c.stream.wait();
}

/// `pd` with operands from plain fp32 in the given layouts; `y_plain` is (out, pixels) by strides.
template <class Description>
contender make_contender(const problem& p, context& c, const Description& pd,
                         const memory::desc& x_plain, const memory::desc& w_plain,
                         const memory::desc& y_plain, const std::string& method) {
  auto s = std::make_shared<prepared>(prepared{c,
                                               {},
                                               memory(pd.src_desc(), c.engine),
                                               memory(pd.weights_desc(), c.engine),
                                               memory(pd.dst_desc(), c.engine),
                                               {}});
  copy(c, x_plain, p.x.data(), s->x);
  copy(c, w_plain, p.weights.matrix.data(), s->w);
  s->primitive = dnnl::primitive(pd);
  s->arguments = {{DNNL_ARG_SRC, s->x}, {DNNL_ARG_WEIGHTS, s->w}, {DNNL_ARG_DST, s->y}};
  if (p.type == "i8") {
    memory scale({{1}, memory::data_type::f32, tag::x}, c.engine);
    *static_cast<float*>(scale.get_data_handle()) = 1 / p.to_byte;
    s->arguments.insert({DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, scale});
  }
  const dnnl_version_t* v = dnnl::version();
  return {"oneDNN " + std::to_string(v->major) + "." + std::to_string(v->minor) + "." +
              std::to_string(v->patch),
          method + " " + pd.impl_info_str(),
          [s] {
            s->primitive.execute(s->with.stream, s->arguments);
            s->with.stream.wait();
          },
          [s, y_plain, g = p.gemm()]() -> lacuna::dense_matrix<float> {
            lacuna::dense_matrix<float> y(g.m, g.n);
            memory plain(y_plain, s->with.engine, y.data());
            dnnl::reorder(s->y, plain).execute(s->with.stream, s->y, plain);
            s->with.stream.wait();
            return y;
          }};
}

/// Y^T (pixels, out) = X^T (pixels, in) W^T: activations with channels innermost. Plain tensors are
/// channel by pixel, so they are described transposed.
contender product(const problem& p, context& c) {
  const auto [m, k, n] = p.gemm();
  const types t = types_of(p.type);
  const memory::desc x({n, k}, t.x, tag::ab);
  const memory::desc w({k, m}, t.w, tag::any);
  const memory::desc y({n, m}, t.y, tag::ab);
  using f = memory::data_type;
  return make_contender(p, c, dnnl::matmul::primitive_desc(c.engine, x, w, y, attributes(p)),
                        {{n, k}, f::f32, tag::ba}, {{k, m}, f::f32, tag::ba},
                        {{n, m}, f::f32, tag::ba}, "matmul");
}

contender convolution(const problem& p, context& c, dnnl::algorithm how, const char* name) {
  const auto& l = p.layer;
  const auto& o = l.window;
  const types t = types_of(p.type);
  const memory::dims x_dims{1, l.in, l.h, l.w};
  const memory::dims w_dims{l.out, l.in, o.kernel_h, o.kernel_w};
  const memory::dims y_dims{1, l.out, l.out_h(), l.out_w()};
  const dnnl::convolution_forward::primitive_desc pd(
      c.engine, dnnl::prop_kind::forward_inference, how, {x_dims, t.x, tag::any},
      {w_dims, t.w, tag::any}, {y_dims, t.y, tag::any}, {o.stride.h, o.stride.w},
      {o.padding.top, o.padding.left}, {o.padding.bottom, o.padding.right}, attributes(p));
  using f = memory::data_type;
  // The plain filter has taps outside and channels inside.
  return make_contender(p, c, pd, {x_dims, f::f32, tag::nchw}, {w_dims, f::f32, tag::ohwi},
                        {y_dims, f::f32, tag::nchw}, name);
}

class onednn final : public peer {
 public:
  [[nodiscard]] std::string name() const override { return "oneDNN"; }
  [[nodiscard]] bool is_sparse() const override { return false; }
  [[nodiscard]] std::vector<contender> prepare(const problem& p) const override {
    context& c = shared_context(p.threads);
    std::vector<contender> out;
    if (p.is_product() || p.is_pointwise()) out.push_back(product(p, c));
    if (!p.is_product()) {
      out.push_back(convolution(p, c, dnnl::algorithm::convolution_direct, "direct"));
    }
    return out;
  }
};

}  // namespace
}  // namespace bench

extern "C" bench::peer* lacuna_bench_peer() {
  static bench::onednn library;
  return &library;
}
