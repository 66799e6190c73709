// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>
#include <utility>

#include <lacuna/core/random.hpp>
#include <lacuna/network/graph.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Filters (out, in, kernel, kernel) with independent normal values of variance 2 / (in * taps):
/// what keeps the variance of activations through relu (He et al., arXiv 1502.01852, eq. 10).
template <class T>
[[nodiscard]] filter<dense_matrix<T>> he_normal(index_t out, index_t in, index_t kernel,
                                                random_source& random) {
  filter<dense_matrix<T>> f{dense_matrix<T>(out, kernel * kernel * in), in, kernel, kernel};
  const double deviation = std::sqrt(2.0 / static_cast<double>(kernel * kernel * in));
  for (T& v : f.matrix.reshaped()) v = static_cast<T>(deviation * random.normal());
  return f;
}

/// Appends layers with fresh random weights to a graph; what the models are written in. Input
/// channels are taken from the graph.
template <class T>
class builder {
 public:
  builder(extents4 image, std::uint64_t seed) : graph_(image), random_(seed) {}

  struct window_options {
    index_t kernel{3};
    index_t stride{1};
    index_t padding{0};
    bool bias{false};
  };

  node_id conv(const std::string& name, node_id from, index_t out, const window_options& o) {
    network::conv<T> layer{
        he_normal<T>(out, channels(from), o.kernel, random_), {}, o.stride, o.padding};
    if (o.bias) layer.bias.assign(static_cast<std::size_t>(out), T(0));
    return graph_.append(name, std::move(layer), {from});
  }
  /// Takes whatever `from` has, flattened; with a bias of zero.
  node_id linear(const std::string& name, node_id from, index_t out) {
    const extents4& e = graph_[from].extents;
    network::linear<T> layer{he_normal<T>(out, e.c * e.h * e.w, 1, random_), {}};
    layer.bias.assign(static_cast<std::size_t>(out), T(0));
    return graph_.append(name, std::move(layer), {from});
  }
  node_id norm(const std::string& name, node_id from) {
    return graph_.append(name, batch_norm<T>(channels(from)), {from});
  }
  node_id relu(const std::string& name, node_id from) {
    return graph_.append(name, network::relu{}, {from});
  }
  node_id add(const std::string& name, node_id a, node_id b) {
    return graph_.append(name, network::add{}, {a, b});
  }
  node_id max_pool(const std::string& name, node_id from, const window_options& o) {
    return graph_.append(name, network::max_pool{{o.kernel, o.kernel, o.stride, o.padding}},
                         {from});
  }
  node_id average_pool(const std::string& name, node_id from, const window_options& o) {
    return graph_.append(name, network::average_pool{{o.kernel, o.kernel, o.stride, o.padding}},
                         {from});
  }
  node_id global_average_pool(const std::string& name, node_id from) {
    return graph_.append(name, network::global_average_pool{}, {from});
  }

  [[nodiscard]] index_t channels(node_id id) const { return graph_[id].extents.c; }
  [[nodiscard]] graph<T> take() && { return std::move(graph_); }

 private:
  graph<T> graph_;
  random_source random_;
};

}  // namespace lacuna::inline LACUNA_ABI::network
