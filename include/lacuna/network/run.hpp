// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/core/executor.hpp>
#include <lacuna/network/buffer_plan.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Everything that one pass of images through a graph writes; one a thread.
template <class T>
struct workspace {
  std::vector<feature_map<T>> outputs;  ///< by buffer; by node in training
  std::vector<feature_map<T>> gradients;
  std::vector<layer_state<T>> states;
  feature_map<T> hooked;  ///< what a layer reads instead of its input
  network::scratch<T> scratch;
};

/// Sees, and may change, what a convolution or linear layer is about to read: a copy of its own.
template <class T>
using input_hook = std::function<void(node_id, feature_map<T>&)>;

namespace detail {
/// Runs the graph over images (count, c, h, w); node id writes to buffer buffer_of(id).
template <class T, class BufferOf>
const feature_map<T>& run(const graph<T>& g, const T* images, index_t count, workspace<T>& w,
                          bool training, std::size_t buffers, BufferOf&& buffer_of,
                          const input_hook<T>& hook = {}) {
  if (w.outputs.size() < buffers) w.outputs.resize(buffers);
  w.states.resize(g.nodes().size());
  std::vector<const feature_map<T>*> in;
  for (node_id id = 0; id < g.nodes().size(); ++id) {
    const node<T>& n = g[id];
    feature_map<T>& out = w.outputs[buffer_of(id)];
    extents4 extents = n.extents;
    extents.n = count;
    in.clear();
    for (const node_id i : n.inputs) in.push_back(&w.outputs[buffer_of(i)]);
    std::visit(
        [&](const auto& layer) {
          if constexpr (std::is_same_v<std::decay_t<decltype(layer)>, input>) {
            copy_from_nchw(images, extents, out);
          } else {
            out.resize(extents);
            if constexpr (requires { layer.weight; }) {
              if (hook) {
                w.hooked.resize(in[0]->extents());
                w.hooked.array() = in[0]->array();
                hook(id, w.hooked);
                in[0] = &w.hooked;
              }
            }
            forward_pass<T> pass{in, out, w.states[id], w.scratch, training};
            layer.forward(pass);
          }
        },
        n.layer);
  }
  return w.outputs[buffer_of(g.output())];
}
}  // namespace detail

/// Runs images (count, c, h, w) through the graph and keeps what `backward` needs. Batch norm uses
/// the statistics of these images. The result lies in the workspace.
template <class T>
const feature_map<T>& forward_training(const graph<T>& g, const T* images, index_t count,
                                       workspace<T>& w) {
  return detail::run(g, images, count, w, true, g.nodes().size(),
                     [](std::size_t id) { return id; });
}

/// Backward through the graph after `forward_training`. In: the gradient of the loss by the
/// output, in w.gradients.back() (resize it with `output_gradient`). Out: the gradient by every
/// parameter, one after the other in the order of `parameters`.
template <class T>
void backward(const graph<T>& g, workspace<T>& w, std::span<T> parameter_gradients) {
  const std::size_t nodes = g.nodes().size();
  std::size_t at = parameter_gradients.size();
  for (node_id id = 1; id < nodes; ++id) w.gradients[id].resize(w.outputs[id].extents());
  std::vector<bool> written(nodes, false);
  std::vector<const feature_map<T>*> in;
  std::vector<input_gradient<T>> in_gradient;
  for (node_id id = nodes; id-- > 1;) {
    const node<T>& n = g[id];
    const auto count = static_cast<std::size_t>(parameter_count(n));
    at -= count;
    in.clear();
    in_gradient.clear();
    for (const node_id i : n.inputs) {
      in.push_back(&w.outputs[i]);
      // Node 0 are the images: nobody asks for their gradient.
      feature_map<T>* map = i == 0 ? nullptr : &w.gradients[i];
      in_gradient.push_back({map, written[i]});
      written[i] = true;
    }
    std::visit(
        [&](const auto& layer) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(layer)>, input>) {
            if (!written[id] && id != g.output()) w.gradients[id].array().setZero();
            backward_pass<T> pass{in,
                                  w.outputs[id],
                                  w.gradients[id],
                                  in_gradient,
                                  parameter_gradients.subspan(at, count),
                                  w.states[id],
                                  w.scratch};
            layer.backward(pass);
          }
        },
        n.layer);
  }
}

/// The gradient of the loss by the output, for `backward`: to be filled.
template <class T>
[[nodiscard]] feature_map<T>& output_gradient(const graph<T>& g, workspace<T>& w) {
  w.gradients.resize(g.nodes().size());
  feature_map<T>& out = w.gradients[g.output()];
  out.resize(w.outputs[g.output()].extents());
  return out;
}

/// Inference with dense Eigen products, layer by layer. A hook, where one is given, sees what
/// convolutions and linear layers read, and is called on the executor's threads. Images go through
/// `chunk` at a time, one chunk a task: large enough to make one good product of many images, small
/// enough to stay in cache.
template <class T>
class dense_inference {
 public:
  explicit dense_inference(const graph<T>& g, index_t chunk = 16, input_hook<T> hook = {})
      : graph_(&g),
        plan_(plan_buffers(g)),
        chunk_(std::max<index_t>(1, chunk)),
        hook_(std::move(hook)) {}

  /// (n, c, h, w) of the output for `images` (n, ...).
  [[nodiscard]] extents4 output_extents(const extents4& images) const {
    return network::output_extents(*graph_, images);
  }

  /// y = network(x). @throws shape_error when extents do not fit.
  template <executor Executor = serial>
  void operator()(const tensor<T>& x, tensor<T>& y, const Executor& executor = {}) {
    expect_fits(*graph_, x.extents(), y.extents());
    const extents4& images = x.extents();
    const extents4& out = y.extents();
    if (images.n == 0) return;
    const index_t tasks =
        std::min(ceil_div(images.n, chunk_), std::max<index_t>(1, executor.concurrency()));
    if (static_cast<index_t>(workspaces_.size()) < tasks) {
      workspaces_.resize(static_cast<std::size_t>(tasks));
    }
    const index_t chunks = ceil_div(images.n, chunk_);
    executor.for_each_index(tasks, [&](index_t task) {
      workspace<T>& w = workspaces_[static_cast<std::size_t>(task)];
      for (index_t c = chunks * task / tasks; c < chunks * (task + 1) / tasks; ++c) {
        const index_t first = c * chunk_;
        const index_t count = std::min(chunk_, images.n - first);
        const auto& result = detail::run(
            *graph_, x.data() + first * images.size() / images.n, count, w, false, plan_.buffers,
            [&](std::size_t id) { return plan_.buffer_of[id]; }, hook_);
        copy_to_nchw(result, y.data() + first * out.size() / images.n);
      }
    });
  }

  [[nodiscard]] tensor<T> operator()(const tensor<T>& x) {
    tensor<T> y(output_extents(x.extents()));
    (*this)(x, y, serial{});
    return y;
  }

 private:
  const graph<T>* graph_;
  buffer_plan plan_;
  index_t chunk_;
  input_hook<T> hook_;
  std::vector<workspace<T>> workspaces_;
};

}  // namespace lacuna::inline LACUNA_ABI::network
