// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include <lacuna/network/graph.hpp>
#include <lacuna/network/layer_shape.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// The convolutions and linear layers of a graph as shapes, in order: what hardware models take.
template <class T>
[[nodiscard]] network_shape shape_of(const graph<T>& g, std::string name) {
  network_shape out{std::move(name), "a graph", {}};
  for (const node<T>& n : g.nodes()) {
    std::visit(
        [&](const auto& layer) {
          using type = std::decay_t<decltype(layer)>;
          if constexpr (std::is_same_v<type, conv<T>>) {
            const extents4 in = g[n.inputs.front()].extents;
            out.layers.push_back({n.name, in.c, in.h, in.w, layer.weight.out(), layer.window()});
          } else if constexpr (std::is_same_v<type, linear<T>>) {
            out.layers.push_back(linear_shape(n.name, layer.weight.in, layer.weight.out()));
          }
        },
        n.layer);
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::network
