// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <iterator>
#include <vector>

#include <lacuna/network/graph.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Which buffer holds the result of each node. Inference reuses a buffer as soon as the last
/// reader of its contents has run; elementwise layers work in place where they are that reader.
struct buffer_plan {
  std::vector<std::size_t> buffer_of;  ///< by node
  std::size_t buffers{0};
};

/// `reads(id)` are the nodes that node id reads, `in_place(id)` whether its result may overwrite
/// the first of them, `same(a, b)` whether the results of a and b may share a buffer at all. The
/// output keeps a buffer to itself. Greedy: the buffer freed last is taken first, as it is most
/// likely still in cache.
template <class Reads, class InPlace, class Same>
[[nodiscard]] buffer_plan plan_buffers(std::size_t nodes, Reads&& reads, InPlace&& in_place,
                                       Same&& same) {
  std::vector<std::size_t> last_reader(nodes);
  for (std::size_t id = 0; id < nodes; ++id) {
    last_reader[id] = id;
    for (const std::size_t in : reads(id)) last_reader[in] = id;
  }

  buffer_plan plan{std::vector<std::size_t>(nodes), 0};
  std::vector<std::size_t> free;        // buffers
  std::vector<std::size_t> first_user;  // by buffer
  for (std::size_t id = 0; id < nodes; ++id) {
    const auto& inputs = reads(id);
    if (!inputs.empty() && in_place(id) && last_reader[inputs.front()] == id) {
      plan.buffer_of[id] = plan.buffer_of[inputs.front()];
    } else {
      const auto fits = std::find_if(free.rbegin(), free.rend(), [&](std::size_t buffer) {
        return same(first_user[buffer], id);
      });
      if (fits != free.rend()) {
        plan.buffer_of[id] = *fits;
        free.erase(std::next(fits).base());
      } else {
        plan.buffer_of[id] = plan.buffers++;
        first_user.push_back(id);
      }
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
      },
      [](std::size_t, std::size_t) { return true; });
}

}  // namespace lacuna::inline LACUNA_ABI::network
