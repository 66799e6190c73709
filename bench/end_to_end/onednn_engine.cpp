// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "end_to_end/onednn_network.hpp"

namespace bench {
namespace {

using lacuna::extents4;
using lacuna::network::conv, lacuna::network::linear, lacuna::network::step;

class onednn_engine final : public onednn_network {
 public:
  onednn_engine(const lacuna::network::graph<float>& g, int threads) : onednn_network(g, threads) {
    for (const step& s : lacuna::network::plan_steps(graph_)) {
      if (s.node != 0) add(s);
    }
    append_scores();
  }

 private:
  static dnnl::primitive_attr fused(const step& s) {
    dnnl::post_ops ops;
    if (s.adds_residual) ops.append_sum();
    if (s.ends_in_relu) ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0, 0);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(ops);
    return attributes;
  }

  template <class Description>
  void weighted(const std::string& name, const step& s, const Description& pd, memory x,
                const memory& w, const memory& b, const std::optional<memory>& sum_into) {
    x = in_layout(name, x, pd.src_desc());
    const memory y = sum_into ? *sum_into : memory(pd.dst_desc(), engine_);
    append(name, dnnl::primitive(pd),
           {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_BIAS, b}, {DNNL_ARG_DST, y}});
    results_[s.result] = y;
  }

  void add(const step& s) {
    const auto& n = graph_[s.node];
    const memory x = results_[s.inputs[0]];
    const auto kind = dnnl::prop_kind::forward_inference;
    if (const auto* c = std::get_if<conv<float>>(&n.layer)) {
      const auto& o = c->weight;
      const dims w_dims{o.out(), o.in, o.kernel_h, o.kernel_w};
      // The sum is made in place: the residual's memory becomes the result's.
      const std::optional<memory> residual =
          s.adds_residual ? std::optional(results_[s.inputs[1]]) : std::nullopt;
      const memory::desc y =
          residual ? residual->get_desc() : memory::desc(dims_of(n.extents), f32, tag::any);
      const dnnl::convolution_forward::primitive_desc pd(
          engine_, kind, dnnl::algorithm::convolution_direct,
          {dims_of(graph_[s.inputs[0]].extents), f32, tag::any}, {w_dims, f32, tag::any},
          {{o.out()}, f32, tag::a}, y, {c->stride.h, c->stride.w},
          {c->padding.top, c->padding.left}, {c->padding.bottom, c->padding.right}, fused(s));
      weighted(n.name, s, pd, x,
               packed(o.matrix.data(), {w_dims, f32, tag::ohwi}, pd.weights_desc()),
               bias_of(c->bias, o.out()), residual);
    } else if (const auto* l = std::get_if<linear<float>>(&n.layer)) {
      const extents4 in = graph_[s.inputs[0]].extents;
      const bool flat = x.get_desc().get_ndims() == 2;
      const dims x_dims = flat ? dims{1, in.c} : dims_of(in);
      const dims w_dims =
          flat ? dims{l->weight.out(), in.c} : dims{l->weight.out(), in.c, in.h, in.w};
      const dnnl::inner_product_forward::primitive_desc pd(
          engine_, kind, {x_dims, f32, tag::any}, {w_dims, f32, tag::any},
          {{l->weight.out()}, f32, tag::a}, {{1, l->weight.out()}, f32, tag::any}, fused(s));
      weighted(n.name, s, pd, x,
               packed(l->weight.matrix.data(), {w_dims, f32, flat ? tag::ab : tag::abcd},
                      pd.weights_desc()),
               bias_of(l->bias, l->weight.out()), std::nullopt);
    } else {
      pool(s, x);
    }
  }

  void pool(const step& s, const memory& x) {
    const auto& n = graph_[s.node];
    const auto [how, window] = pooling_of(n, x);
    const dnnl::pooling_forward::primitive_desc pd(
        engine_, dnnl::prop_kind::forward_inference, how, x.get_desc(),
        {dims_of(n.extents), f32, tag::any}, {window.stride.h, window.stride.w},
        {window.kernel_h, window.kernel_w}, {0, 0}, {window.padding.top, window.padding.left},
        {window.padding.bottom, window.padding.right});
    const memory y(pd.dst_desc(), engine_);
    append(n.name, dnnl::primitive(pd), {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}});
    results_[s.result] = y;
  }
};

}  // namespace

std::unique_ptr<engine> make_onednn_engine(const lacuna::network::graph<float>& g, int threads) {
  prepare_onednn();
  return std::make_unique<onednn_engine>(g, threads);
}

}  // namespace bench
