// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <lacuna/network/graph.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Which buffer holds the result of each node. Inference reuses a buffer as soon as the last
/// reader of its contents has run; elementwise layers work in place where they are that reader.
struct buffer_plan {
  std::vector<std::size_t> buffer_of;  ///< by node
  std::size_t buffers{0};
};

/// Who reads the result of each node last; itself where nobody does. `reads(id)` are the nodes that
/// node id reads.
template <class Reads>
[[nodiscard]] std::vector<std::size_t> last_readers(std::size_t nodes, Reads&& reads) {
  std::vector<std::size_t> last(nodes);
  for (std::size_t id = 0; id < nodes; ++id) {
    last[id] = id;
    for (const std::size_t in : reads(id)) last[in] = id;
  }
  return last;
}

/// `reads(id)` are the nodes that node id reads, `in_place(id)` whether its result may overwrite
/// the first of them. The output keeps a buffer to itself. Greedy: the buffer freed last is taken
/// first, as it is most likely still in cache.
template <class Reads, class InPlace>
[[nodiscard]] buffer_plan plan_buffers(std::size_t nodes, Reads&& reads, InPlace&& in_place) {
  const std::vector<std::size_t> last_reader = last_readers(nodes, reads);
  buffer_plan plan{std::vector<std::size_t>(nodes), 0};
  std::vector<std::size_t> free;  // buffers
  for (std::size_t id = 0; id < nodes; ++id) {
    const auto& inputs = reads(id);
    if (!inputs.empty() && in_place(id) && last_reader[inputs.front()] == id) {
      plan.buffer_of[id] = plan.buffer_of[inputs.front()];
    } else if (!free.empty()) {
      plan.buffer_of[id] = free.back();
      free.pop_back();
    } else {
      plan.buffer_of[id] = plan.buffers++;
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::size_t buffer = plan.buffer_of[inputs[i]];
      bool twice = false;  // x + x has one buffer to give back
      for (std::size_t j = 0; j < i; ++j) twice = twice || inputs[j] == inputs[i];
      if (!twice && last_reader[inputs[i]] == id && buffer != plan.buffer_of[id]) {
        free.push_back(buffer);
      }
    }
    const bool is_read = last_reader[id] != id;
    if (!is_read && id + 1 < nodes) free.push_back(plan.buffer_of[id]);
  }
  return plan;
}

/// Of a graph as it is, for inference.
template <class T>
[[nodiscard]] buffer_plan plan_buffers(const graph<T>& g) {
  return plan_buffers(
      g.nodes().size(), [&](std::size_t id) -> const auto& { return g[id].inputs; },
      [&](std::size_t id) {
        return std::visit(
            [](const auto& layer) { return works_in_place<std::decay_t<decltype(layer)>>; },
            g[id].layer);
      });
}

}  // namespace lacuna::inline LACUNA_ABI::network
