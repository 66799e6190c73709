// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "end_to_end/onednn_network.hpp"

namespace bench {
namespace {

using lacuna::extents4, lacuna::index_t;
using lacuna::network::conv, lacuna::network::linear, lacuna::network::step;

/// Rows of W in 8 signed bits, one scale a row.
struct int8_rows {
  std::vector<std::int8_t> values;
  std::vector<float> scales;
};

int8_rows quantize_rows(const lacuna::dense_matrix<float>& w) {
  int8_rows out;
  out.values.reserve(static_cast<std::size_t>(w.size()));
  for (index_t r = 0; r < w.rows(); ++r) {
    const float most = w.row(r).cwiseAbs().maxCoeff();
    const float scale = most > 0 ? most / 127 : 1.0F;
    out.scales.push_back(scale);
    for (index_t c = 0; c < w.cols(); ++c) {
      out.values.push_back(static_cast<std::int8_t>(std::lround(w(r, c) / scale)));
    }
  }
  return out;
}

/// Activations are unsigned bytes from the image to the last layer, which writes fp32.
class onednn_int8_engine final : public onednn_network {
 public:
  onednn_int8_engine(const lacuna::network::graph<float>& g, std::vector<activation_scale> scales,
                     int threads)
      : onednn_network(g, threads), scales_(std::move(scales)) {
    if (scales_.size() != graph_.nodes().size()) {
      throw std::runtime_error("oneDNN int8: " + std::to_string(scales_.size()) + " scales for " +
                               std::to_string(graph_.nodes().size()) + " nodes");
    }
    for (const step& s : lacuna::network::plan_steps(graph_)) {
      if (s.node != 0) add(s);
    }
    append_scores();
  }

 private:
  static constexpr auto u8 = memory::data_type::u8;
  static constexpr auto s8 = memory::data_type::s8;
  static constexpr auto s32 = memory::data_type::s32;

  memory scales_memory(const std::vector<float>& values) {
    memory m({{static_cast<index_t>(values.size())}, f32, tag::a}, engine_);
    std::copy(values.begin(), values.end(), static_cast<float*>(m.get_data_handle()));
    return m;
  }
  memory zero_point_memory(int value) {
    memory m({{1}, s32, tag::a}, engine_);
    *static_cast<std::int32_t*>(m.get_data_handle()) = value;
    return m;
  }

  /// Scale and zero point of an operand: part of the attributes, handed over with every call.
  void quantize(int operand, const activation_scale& a, dnnl::primitive_attr& attributes,
                arguments& all) {
    attributes.set_scales_mask(operand, 0);
    all.emplace(DNNL_ARG_ATTR_SCALES | operand, scales_memory({a.scale}));
    if (a.zero_point == 0) return;
    attributes.set_zero_points_mask(operand, 0);
    all.emplace(DNNL_ARG_ATTR_ZERO_POINTS | operand, zero_point_memory(a.zero_point));
  }

  /// X in bytes and in the layout that is asked for.
  memory as_bytes(const std::string& layer, const step& s, const memory::desc& wanted) {
    const memory x = results_[s.inputs[0]];
    if (x.get_desc().get_data_type() != f32) return in_layout(layer, x, wanted);
    const memory to(wanted, engine_);
    dnnl::primitive_attr attributes;
    arguments all{{DNNL_ARG_FROM, x}, {DNNL_ARG_TO, to}};
    quantize(DNNL_ARG_TO, scales_[s.inputs[0]], attributes, all);
    append(layer, dnnl::reorder(x, to, attributes), std::move(all));
    return to;
  }

  /// Attributes and scales of a convolution or inner product with all that is fused into it.
  dnnl::primitive_attr attributes_of(const step& s, const std::vector<float>& weight_scales,
                                     bool bytes_out, arguments& all) {
    dnnl::primitive_attr attributes;
    quantize(DNNL_ARG_SRC, scales_[s.inputs[0]], attributes, all);
    attributes.set_scales_mask(DNNL_ARG_WEIGHTS, 1);  // along the first extent
    all.emplace(DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, scales_memory(weight_scales));
    if (bytes_out) quantize(DNNL_ARG_DST, scales_[s.result], attributes, all);
    dnnl::post_ops ops;
    if (s.adds_residual) {
      const activation_scale& r = scales_[s.inputs[1]];
      ops.append_sum(r.scale, r.zero_point, u8);
    }
    if (s.ends_in_relu) ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0, 0);
    attributes.set_post_ops(ops);
    return attributes;
  }

  template <class Description>
  void weighted(const std::string& name, const step& s, const Description& pd, const int8_rows& w,
                const memory::desc& plain, const memory& b, const std::optional<memory>& sum_into,
                arguments all) {
    const memory y = sum_into ? *sum_into : memory(pd.dst_desc(), engine_);
    all.emplace(DNNL_ARG_SRC, as_bytes(name, s, pd.src_desc()));
    all.emplace(DNNL_ARG_WEIGHTS, packed(w.values.data(), plain, pd.weights_desc()));
    all.emplace(DNNL_ARG_BIAS, b);
    all.emplace(DNNL_ARG_DST, y);
    append(name, dnnl::primitive(pd), std::move(all));
    results_[s.result] = y;
  }

  void add(const step& s) {
    const auto& n = graph_[s.node];
    const auto kind = dnnl::prop_kind::forward_inference;
    const extents4 in = graph_[s.inputs[0]].extents;
    arguments all;
    if (const auto* c = std::get_if<conv<float>>(&n.layer)) {
      const auto& o = c->weight;
      const int8_rows w = quantize_rows(o.matrix);
      const dims w_dims{o.out(), o.in, o.kernel_h, o.kernel_w};
      // The sum is made in place: the residual's memory becomes the result's.
      const std::optional<memory> residual =
          s.adds_residual ? std::optional(results_[s.inputs[1]]) : std::nullopt;
      const memory::desc y =
          residual ? residual->get_desc() : memory::desc(dims_of(n.extents), u8, tag::any);
      const dnnl::convolution_forward::primitive_desc pd(
          engine_, kind, dnnl::algorithm::convolution_direct, {dims_of(in), u8, tag::any},
          {w_dims, s8, tag::any}, {{o.out()}, f32, tag::a}, y, {c->stride.h, c->stride.w},
          {c->padding.top, c->padding.left}, {c->padding.bottom, c->padding.right},
          attributes_of(s, w.scales, true, all));
      weighted(n.name, s, pd, w, {w_dims, s8, tag::ohwi}, bias_of(c->bias, o.out()), residual,
               std::move(all));
    } else if (const auto* l = std::get_if<linear<float>>(&n.layer)) {
      const int8_rows w = quantize_rows(l->weight.matrix);
      const index_t out = l->weight.out();
      const bool flat = results_[s.inputs[0]].get_desc().get_ndims() == 2;
      const bool last = s.result == graph_.output();
      const dims w_dims = flat ? dims{out, in.c} : dims{out, in.c, in.h, in.w};
      const dnnl::inner_product_forward::primitive_desc pd(
          engine_, kind, {flat ? dims{1, in.c} : dims_of(in), u8, tag::any}, {w_dims, s8, tag::any},
          {{out}, f32, tag::a}, {{1, out}, last ? f32 : u8, tag::any},
          attributes_of(s, w.scales, !last, all));
      weighted(n.name, s, pd, w, {w_dims, s8, flat ? tag::ab : tag::abcd}, bias_of(l->bias, out),
               std::nullopt, std::move(all));
    } else {
      pool(s);
    }
  }

  /// The largest byte is that of the largest value, in the same scale. A mean is smaller than what
  /// it is of: it is scaled to its own range before it is rounded.
  void pool(const step& s) {
    const auto& n = graph_[s.node];
    const memory x = results_[s.inputs[0]];
    const auto [how, window] = pooling_of(n, x);
    const activation_scale in = scales_[s.inputs[0]];
    dnnl::primitive_attr attributes;
    if (how == dnnl::algorithm::pooling_max) {
      scales_[s.result] = in;
    } else {
      if (in.zero_point != 0) throw std::runtime_error(n.name + ": means of negative values");
      dnnl::post_ops ops;
      ops.append_eltwise(dnnl::algorithm::eltwise_linear, in.scale / scales_[s.result].scale, 0);
      attributes.set_post_ops(ops);
    }
    const dnnl::pooling_forward::primitive_desc pd(
        engine_, dnnl::prop_kind::forward_inference, how, x.get_desc(),
        {dims_of(n.extents), u8, tag::any}, {window.stride.h, window.stride.w},
        {window.kernel_h, window.kernel_w}, {0, 0}, {window.padding.top, window.padding.left},
        {window.padding.bottom, window.padding.right}, attributes);
    const memory y(pd.dst_desc(), engine_);
    append(n.name, dnnl::primitive(pd), {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}});
    results_[s.result] = y;
  }

  std::vector<activation_scale> scales_;  ///< by node
};

}  // namespace

std::unique_ptr<engine> make_onednn_int8_engine(const lacuna::network::graph<float>& g,
                                                const std::vector<activation_scale>& scales,
                                                int threads) {
  prepare_onednn();
  return std::make_unique<onednn_int8_engine>(g, scales, threads);
}

}  // namespace bench
