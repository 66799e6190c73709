// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>

#include <lacuna/network/graph.hpp>
#include <lacuna/prune/mask.hpp>

namespace lacuna::inline LACUNA_ABI::train {

/// Which weights of which convolutions and linear layers may be other than zero; every other
/// parameter is free. Kept while a network trains: the number of non-zeros never rises and pruned
/// weights stay zero.
class masks {
 public:
  /// Nothing is masked.
  masks() = default;

  /// Fixes the weights of a node. @throws shape_error when the node has no weights or they have
  /// another shape.
  template <class T>
  void set(network::graph<T>& g, network::node_id id, mask m) {
    for (const auto& p : network::parameters(g)) {
      if (p.node != id || p.filters == nullptr) continue;
      const auto& w = p.filters->matrix;
      if (w.rows() != m.rows() || w.cols() != m.cols()) {
        throw shape_error(p.name + " " + to_string_shape(w.rows(), w.cols()) + " under a mask " +
                          to_string_shape(m.rows(), m.cols()));
      }
      by_node_[id] = std::move(m);
      return;
    }
    throw shape_error(g[id].name + " has no weights to mask");
  }

  [[nodiscard]] bool empty() const noexcept { return by_node_.empty(); }
  /// Null when the node is free.
  [[nodiscard]] const mask* find(network::node_id id) const {
    const auto found = by_node_.find(id);
    return found == by_node_.end() ? nullptr : &found->second;
  }

  /// Zeroes those of `values`, in the order of parameter p, that p's mask drops.
  template <class T>
  void apply(const network::parameter<T>& p, std::span<T> values) const {
    const mask* m = p.filters == nullptr ? nullptr : find(p.node);
    if (m == nullptr) return;
    const bool* stays = m->data();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = stays[i] ? values[i] : T(0);
  }

 private:
  std::map<network::node_id, mask> by_node_;
};

}  // namespace lacuna::inline LACUNA_ABI::train
