// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>
#include <vector>

#include <lacuna/network/graph.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// The convolutions and linear layers that are pruned or become series: all but the first
/// convolution, which reads few channels and whose errors everything after it inherits (left dense
/// by arXiv 2407.09453 and 2104.08378 alike).
template <class T>
[[nodiscard]] std::vector<node_id> compressible_nodes(const graph<T>& g) {
  std::vector<node_id> out;
  bool first = true;
  for (node_id id = 0; id < g.nodes().size(); ++id) {
    std::visit(
        [&](const auto& layer) {
          if constexpr (requires { layer.weight; }) {
            const bool is_conv = requires { layer.stride; };
            if (!(is_conv && first)) out.push_back(id);
            first = first && !is_conv;
          }
        },
        g[id].layer);
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::network
