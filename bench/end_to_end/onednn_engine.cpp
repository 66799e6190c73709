// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdlib>
#include <optional>
#include <unordered_map>

#include <tbb/global_control.h>
#include <dnnl.hpp>

#include <lacuna/network/fold.hpp>
#include <lacuna/network/fuse.hpp>

#include "end_to_end/engine.hpp"

namespace bench {
namespace {

using dnnl::memory;
using lacuna::extents4;
using lacuna::network::conv, lacuna::network::linear, lacuna::network::step;
using tag = memory::format_tag;
using dims = memory::dims;
constexpr auto f32 = memory::data_type::f32;

dims dims_of(const extents4& e) { return {1, e.c, e.h, e.w}; }

class onednn_engine final : public engine {
 public:
  onednn_engine(const lacuna::network::graph<float>& g, int threads)
      : limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)),
        graph_(lacuna::network::fold_batch_norms(g)) {
    results_.resize(graph_.nodes().size());
    image_ = memory({dims_of(graph_.image_extents()), f32, tag::nchw}, engine_);
    results_[0] = image_;
    for (const step& s : lacuna::network::plan_steps(graph_)) {
      if (s.node != 0) add(s);
    }
    const memory last = results_[graph_.output()];
    scores_ = memory({last.get_desc().get_dims(), f32, tag::ab}, engine_);
    if (last.get_desc().get_ndims() != 2) throw std::runtime_error("a network ends in a vector");
    append("scores", dnnl::reorder(last, scores_), {{DNNL_ARG_FROM, last}, {DNNL_ARG_TO, scores_}});
    stream_.wait();
  }

  void run(const lacuna::tensor<float>& image, lacuna::tensor<float>& scores) override {
    image_.set_data_handle(const_cast<float*>(image.data()));
    scores_.set_data_handle(scores.data());
    for (auto& c : calls_) c.primitive.execute(stream_, c.arguments);
    stream_.wait();
  }
  [[nodiscard]] std::vector<std::pair<std::string, double>> time_layers(
      const lacuna::tensor<float>& image) override {
    using clock = std::chrono::steady_clock;
    std::vector<std::pair<std::string, double>> out;
    lacuna::tensor<float> scores({1, scores_.get_desc().get_dims()[1], 1, 1});
    image_.set_data_handle(const_cast<float*>(image.data()));
    scores_.set_data_handle(scores.data());
    for (auto& c : calls_) {
      const auto start = clock::now();
      c.primitive.execute(stream_, c.arguments);
      stream_.wait();
      const double seconds = std::chrono::duration<double>(clock::now() - start).count();
      if (!out.empty() && out.back().first == c.layer) {
        out.back().second += seconds;
      } else {
        out.emplace_back(c.layer, seconds);
      }
    }
    return out;
  }

 private:
  struct call {
    std::string layer;
    dnnl::primitive primitive;
    std::unordered_map<int, memory> arguments;
  };

  void append(const std::string& layer, dnnl::primitive p,
              std::unordered_map<int, memory> arguments) {
    calls_.push_back({layer, std::move(p), std::move(arguments)});
  }

  /// The memory, or a copy in the layout that is asked for, made in every run.
  memory in_layout(const std::string& layer, memory from, const memory::desc& wanted) {
    if (from.get_desc() == wanted) return from;
    memory to(wanted, engine_);
    append(layer, dnnl::reorder(from, to), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
    return to;
  }

  /// Weights in the layout that is asked for, made once.
  memory packed(const float* values, const memory::desc& plain, const memory::desc& wanted) {
    memory from(plain, engine_, const_cast<float*>(values));
    memory to(wanted, engine_);
    dnnl::reorder(from, to).execute(stream_, from, to);
    stream_.wait();
    return to;
  }
  memory bias_of(const lacuna::aligned_vector<float>& values, lacuna::index_t out) {
    memory b({{out}, f32, tag::a}, engine_);
    auto* const to = static_cast<float*>(b.get_data_handle());
    for (lacuna::index_t i = 0; i < out; ++i) {
      to[i] = values.empty() ? 0.0F : values[static_cast<std::size_t>(i)];
    }
    return b;
  }

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
    lacuna::conv_window window{x.get_desc().get_dims()[2], x.get_desc().get_dims()[3]};
    auto how = dnnl::algorithm::pooling_avg_include_padding;
    if (const auto* m = std::get_if<lacuna::network::max_pool>(&n.layer)) {
      window = m->window;
      how = dnnl::algorithm::pooling_max;
    } else if (!std::holds_alternative<lacuna::network::global_average_pool>(n.layer)) {
      throw std::runtime_error(n.name + ": not among the layers of ResNet-50 and VGG-16");
    }
    const dnnl::pooling_forward::primitive_desc pd(
        engine_, dnnl::prop_kind::forward_inference, how, x.get_desc(),
        {dims_of(n.extents), f32, tag::any}, {window.stride.h, window.stride.w},
        {window.kernel_h, window.kernel_w}, {0, 0}, {window.padding.top, window.padding.left},
        {window.padding.bottom, window.padding.right});
    const memory y(pd.dst_desc(), engine_);
    append(n.name, dnnl::primitive(pd), {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, y}});
    results_[s.result] = y;
  }

  tbb::global_control limit_;
  lacuna::network::graph<float> graph_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  memory image_, scores_;
  std::vector<memory> results_;  ///< by node
  std::vector<call> calls_;
};

}  // namespace

std::unique_ptr<engine> make_onednn_engine(const lacuna::network::graph<float>& g, int threads) {
  // The PyPI package runs on SYCL, which finds the processor by this.
  setenv("OCL_ICD_FILENAMES", BENCH_OPENCL_CPU, 0);
  setenv("ONEDNN_VERBOSE", "0", 0);
  return std::make_unique<onednn_engine>(g, threads);
}

}  // namespace bench
