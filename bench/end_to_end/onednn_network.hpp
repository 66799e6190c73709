// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <tbb/global_control.h>
#include <dnnl.hpp>

#include <lacuna/network/fold.hpp>
#include <lacuna/network/fuse.hpp>

#include "end_to_end/engine.hpp"

namespace bench {

/// Calls of oneDNN one after the other, from an fp32 image to fp32 scores: what its engines of
/// every type have in common. They append the calls.
class onednn_network : public engine {
 public:
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

 protected:
  using memory = dnnl::memory;
  using arguments = std::unordered_map<int, memory>;
  using tag = memory::format_tag;
  using dims = memory::dims;
  static constexpr auto f32 = memory::data_type::f32;

  onednn_network(const lacuna::network::graph<float>& g, int threads)
      : limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)),
        graph_(lacuna::network::fold_batch_norms(g)) {
    results_.resize(graph_.nodes().size());
    image_ = memory({dims_of(graph_.image_extents()), f32, tag::nchw}, engine_);
    results_[0] = image_;
  }

  /// The last call: the network's result, which must be fp32, goes where `run` is told to.
  void append_scores() {
    const memory last = results_[graph_.output()];
    if (last.get_desc().get_ndims() != 2) throw std::runtime_error("a network ends in a vector");
    scores_ = memory({last.get_desc().get_dims(), f32, tag::ab}, engine_);
    append("scores", dnnl::reorder(last, scores_), {{DNNL_ARG_FROM, last}, {DNNL_ARG_TO, scores_}});
    stream_.wait();
  }

  void append(const std::string& layer, dnnl::primitive p, arguments a) {
    calls_.push_back({layer, std::move(p), std::move(a)});
  }

  /// The memory, or a copy in the layout that is asked for, made in every run.
  memory in_layout(const std::string& layer, memory from, const memory::desc& wanted) {
    if (from.get_desc() == wanted) return from;
    memory to(wanted, engine_);
    append(layer, dnnl::reorder(from, to), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
    return to;
  }

  /// Weights in the layout that is asked for, made once.
  memory packed(const void* values, const memory::desc& plain, const memory::desc& wanted) {
    memory from(plain, engine_, const_cast<void*>(values));
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

  static dims dims_of(const lacuna::extents4& e) { return {1, e.c, e.h, e.w}; }

  /// Of a layer that pools, for X.
  struct pooling {
    dnnl::algorithm how;
    lacuna::conv_window window;
  };
  static pooling pooling_of(const lacuna::network::node<float>& n, const memory& x) {
    if (const auto* m = std::get_if<lacuna::network::max_pool>(&n.layer)) {
      return {dnnl::algorithm::pooling_max, m->window};
    }
    if (!std::holds_alternative<lacuna::network::global_average_pool>(n.layer)) {
      throw std::runtime_error(n.name + ": not among the layers of ResNet-50 and VGG-16");
    }
    const dims e = x.get_desc().get_dims();
    return {dnnl::algorithm::pooling_avg_include_padding, {e[2], e[3]}};
  }

 private:
  struct call {
    std::string layer;
    dnnl::primitive primitive;
    onednn_network::arguments arguments;
  };

  tbb::global_control limit_;

 protected:
  lacuna::network::graph<float> graph_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::vector<memory> results_;  ///< by node

 private:
  memory image_, scores_;
  std::vector<call> calls_;
};

/// What must be in the environment before oneDNN is called for the first time.
inline void prepare_onednn() {
  // The PyPI package runs on SYCL, which finds the processor by this.
  setenv("OCL_ICD_FILENAMES", BENCH_OPENCL_CPU, 0);
  setenv("ONEDNN_VERBOSE", "0", 0);
}

}  // namespace bench
