// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <utility>
#include <vector>

#include <lacuna/network/graph.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// w' = w * scale / sqrt(variance + epsilon), b' = (b - mean) * scale / sqrt(variance + epsilon) +
/// shift, an output channel at a time: the convolution then computes what both did.
/// @throws shape_error when channels differ.
template <class T>
[[nodiscard]] conv<T> fold(conv<T> c, const batch_norm<T>& norm) {
  if (norm.channels() != c.weight.out()) {
    throw shape_error("fold: batch norm of " + std::to_string(norm.channels()) +
                      " channels after filters " + to_string(c.weight.extents()));
  }
  c.bias.resize(norm.scale.size(), T(0));
  for (std::size_t o = 0; o < norm.scale.size(); ++o) {
    const T factor = norm.scale[o] / std::sqrt(norm.running_variance[o] + norm.epsilon);
    c.weight.matrix.row(static_cast<index_t>(o)) *= factor;
    c.bias[o] = (c.bias[o] - norm.running_mean[o]) * factor + norm.shift[o];
  }
  return c;
}

/// The graph for inference: each batch norm that is the only reader of a convolution is folded into
/// it. Zero weights stay zero, so pruned filters stay
/// pruned. Other batch norms stay, and names of what is left do not change.
template <class T>
[[nodiscard]] graph<T> fold_batch_norms(const graph<T>& g) {
  std::vector<std::size_t> readers(g.nodes().size(), 0);
  for (const auto& n : g.nodes()) {
    for (const node_id in : n.inputs) ++readers[in];
  }

  graph<T> out(g.image_extents());
  std::vector<node_id> moved(g.nodes().size(), 0);
  for (node_id id = 1; id < g.nodes().size(); ++id) {
    const node<T>& n = g[id];
    const auto* norm = std::get_if<batch_norm<T>>(&n.layer);
    const node_id before = n.inputs.front();
    auto* folded = norm == nullptr || readers[before] != 1
                       ? nullptr
                       : std::get_if<conv<T>>(&out[moved[before]].layer);
    if (folded != nullptr) {
      *folded = fold(std::move(*folded), *norm);
      moved[id] = moved[before];
      continue;
    }
    std::visit(
        [&](const auto& layer) {
          using L = std::decay_t<decltype(layer)>;
          if constexpr (input_count<L> == 1) {
            moved[id] = out.append(n.name, layer, {moved[n.inputs[0]]});
          } else if constexpr (input_count<L> == 2) {
            moved[id] = out.append(n.name, layer, {moved[n.inputs[0]], moved[n.inputs[1]]});
          }
        },
        n.layer);
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::network
