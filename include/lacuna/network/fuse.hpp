// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include <lacuna/network/graph.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// One operator of a compiled network: a node and those that were fused into its epilogue.
struct step {
  node_id node{0};              ///< whose weights, window, ... are used
  node_id result{0};            ///< the last node fused: whose result is written
  std::vector<node_id> inputs;  ///< results of other steps: X, and the residual where there is one
  bool adds_residual{false};    ///< epilogue: + inputs[1]
  bool ends_in_relu{false};     ///< epilogue: relu
};

/// Covers the graph with steps: a convolution or linear layer takes its relu, and a convolution
/// the residual sum before it, where nothing else reads what lies between. The step runs where the
/// last of its nodes stood, so whatever it reads is there.
template <class T>
[[nodiscard]] std::vector<step> plan_steps(const graph<T>& g) {
  const std::size_t nodes = g.nodes().size();
  std::vector<std::vector<node_id>> readers(nodes);
  for (node_id id = 0; id < nodes; ++id) {
    for (const node_id in : g[id].inputs) readers[in].push_back(id);
  }

  std::vector<bool> taken(nodes, false);
  std::vector<step> ends_at(nodes);
  for (node_id id = 0; id < nodes; ++id) {
    if (taken[id]) continue;
    step s{id, id, g[id].inputs, false, false};
    const auto next = [&]() -> node_id {
      const auto& r = readers[s.result];
      return r.size() == 1 && !taken[r[0]] ? r[0] : 0;  // nothing reads into the input, node 0
    };
    const bool is_conv = std::holds_alternative<conv<T>>(g[id].layer);
    if (is_conv || std::holds_alternative<linear<T>>(g[id].layer)) {
      if (const node_id sum = next(); is_conv && std::holds_alternative<add>(g[sum].layer)) {
        const auto& terms = g[sum].inputs;
        s.inputs.push_back(terms[0] == s.result ? terms[1] : terms[0]);
        s.adds_residual = true;
        s.result = sum;
        taken[sum] = true;
      }
      if (const node_id r = next(); std::holds_alternative<relu>(g[r].layer)) {
        s.ends_in_relu = true;
        s.result = r;
        taken[r] = true;
      }
    }
    taken[id] = true;
    ends_at[s.result] = s;
  }

  std::vector<step> steps;
  for (node_id id = 0; id < nodes; ++id) {
    if (ends_at[id].result == id) steps.push_back(ends_at[id]);
  }
  return steps;
}

}  // namespace lacuna::inline LACUNA_ABI::network
