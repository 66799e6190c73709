// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>
#include <vector>

#include <lacuna/core/conv_window.hpp>
#include <lacuna/format/pattern.hpp>
#include <lacuna/network/compressible.hpp>
#include <lacuna/prune/mask_of.hpp>
#include <lacuna/train/masks.hpp>

namespace lacuna::inline LACUNA_ABI::train {

namespace detail {
/// Rows and columns of a pattern's unit: what is kept or dropped, or looked at, together.
[[nodiscard]] inline extents2 unit_of(const pattern& p) {
  if (const auto* b = std::get_if<block_pattern>(&p)) return {b->rows, b->cols};
  if (const auto* g = std::get_if<n_m_pattern>(&p)) return {g->shared_rows, g->m};
  return 1;
}
}  // namespace detail

/// The nodes that a pattern is applied to: all `compressible_nodes` but layers smaller than the
/// pattern: for blocks, with fewer than two whole blocks of outputs or of inputs, where the guard
/// against empty block rows and columns leaves nothing to choose; for N:M, with less than one whole
/// group.
template <class T>
[[nodiscard]] std::vector<network::node_id> prunable(const network::graph<T>& g, const pattern& p) {
  std::vector<network::node_id> out;
  if (std::holds_alternative<dense_pattern>(p)) return out;
  const extents2 unit = detail::unit_of(p);
  const index_t least = std::holds_alternative<block_pattern>(p) ? 2 : 1;
  for (const network::node_id id : network::compressible_nodes(g)) {
    std::visit(
        [&](const auto& layer) {
          if constexpr (requires { layer.weight; }) {
            const bool fits =
                layer.weight.out() >= least * unit.h && layer.weight.in >= least * unit.w;
            if (fits) out.push_back(id);
          }
        },
        g[id].layer);
  }
  return out;
}

/// Zeroes the weights of `nodes` that the pattern drops, the lowest-scored of each layer, and
/// returns which stay: "prune once" of the published recipe. `fraction` counts for blocks and
/// unstructured. See `mask_of`, also for what it throws.
template <class T>
masks prune(network::graph<T>& g, const pattern& p, keep fraction,
            const std::vector<network::node_id>& nodes, score how = score::l2) {
  masks out;
  for (const auto& parameter : network::parameters(g)) {
    if (parameter.filters == nullptr) continue;
    for (const network::node_id id : nodes) {
      if (id != parameter.node) continue;
      mask m = mask_of(p, *parameter.filters, fraction, how);
      apply(m, parameter.filters->matrix);
      out.set(g, id, std::move(m));
    }
  }
  return out;
}
template <class T>
masks prune(network::graph<T>& g, const pattern& p, keep fraction) {
  return prune(g, p, fraction, prunable(g, p));
}

}  // namespace lacuna::inline LACUNA_ABI::train
