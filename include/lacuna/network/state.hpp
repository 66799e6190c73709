// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/network/graph.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Values with their shape, last index fastest, as files hold them.
template <class T>
struct named_values {
  std::vector<index_t> shape;
  aligned_vector<T> values;
};

/// Everything that training leaves behind, by name.
template <class T>
using state = std::map<std::string, named_values<T>>;

namespace detail {
[[nodiscard]] inline std::string to_string_shape(const std::vector<index_t>& shape) {
  std::string out = "(";
  for (std::size_t i = 0; i < shape.size(); ++i)
    out += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return out + ")";
}

/// Calls f(name, shape, filters or null, values) for all parameters and running statistics.
template <class T, class F>
void for_each_state(graph<T>& g, F&& f) {
  for (node_id id = 0; id < g.nodes().size(); ++id) {
    node<T>& n = g[id];
    std::visit(
        [&](auto& layer) {
          using L = std::decay_t<decltype(layer)>;
          if constexpr (
              requires { layer.weight; } || requires { layer.scale; }) {
            layer.for_each_parameter([&](const char* name, std::span<T> values, auto* filters) {
              std::vector<index_t> shape{static_cast<index_t>(values.size())};
              if (filters != nullptr) {
                const extents4 e = filters->extents();
                shape = {e.n, e.c, e.h, e.w};
                if (std::is_same_v<L, linear<T>>) shape.resize(2);
              }
              f(n.name + "." + name, shape, filters, values);
            });
          }
          if constexpr (requires { layer.running_mean; }) {
            layer.for_each_buffer([&](const char* name, std::span<T> values) {
              f(n.name + "." + name, std::vector<index_t>{static_cast<index_t>(values.size())},
                static_cast<filter<dense_matrix<T>>*>(nullptr), values);
            });
          }
        },
        n.layer);
  }
}
}  // namespace detail

/// All parameters and running statistics under the names that PyTorch's state dictionaries use:
/// node name, then weight, bias, running_mean or running_var. Filters are (out, in, h, w), linear
/// weights (out, features).
template <class T>
[[nodiscard]] state<T> save_state(const graph<T>& g) {
  state<T> out;
  graph<T> copy = g;
  detail::for_each_state(copy, [&](const std::string& name, const std::vector<index_t>& shape,
                                   const filter<dense_matrix<T>>* filters, std::span<T> values) {
    named_values<T>& to = out[name];
    to.shape = shape;
    if (filters != nullptr) {
      const tensor<T> oihw = to_tensor(*filters);
      to.values.assign(oihw.begin(), oihw.end());
    } else {
      to.values.assign(values.begin(), values.end());
    }
  });
  return out;
}

/// The inverse. `from` may hold more than the network has (PyTorch's num_batches_tracked), never
/// less. Nothing changes when it throws.
/// @throws shape_error naming the first value that is missing or has another shape, with both.
template <class T>
void load_state(graph<T>& g, const state<T>& from) {
  detail::for_each_state(g, [&](const std::string& name, const std::vector<index_t>& shape,
                                const filter<dense_matrix<T>>*, std::span<T>) {
    const auto found = from.find(name);
    const std::string wanted = "the network takes " + name + " " + detail::to_string_shape(shape);
    if (found == from.end()) {
      throw shape_error(wanted + ", which is missing among " + std::to_string(from.size()) +
                        " tensors");
    }
    index_t size = 1;
    for (const index_t extent : found->second.shape) size *= extent;
    if (found->second.shape != shape || size != static_cast<index_t>(found->second.values.size())) {
      throw shape_error(wanted + ", got " + detail::to_string_shape(found->second.shape) +
                        " with " + std::to_string(found->second.values.size()) + " values");
    }
  });
  detail::for_each_state(g, [&](const std::string& name, const std::vector<index_t>&,
                                filter<dense_matrix<T>>* filters, std::span<T> values) {
    const aligned_vector<T>& stored = from.at(name).values;
    if (filters != nullptr) {
      *filters = to_filter(tensor<T>(filters->extents(), stored));
    } else {
      std::copy(stored.begin(), stored.end(), values.begin());
    }
  });
}

}  // namespace lacuna::inline LACUNA_ABI::network
