// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>

#include <lacuna/prune/block_mask.hpp>
#include <lacuna/prune/n_m_mask.hpp>
#include <lacuna/prune/unstructured_mask.hpp>

namespace lacuna::inline LACUNA_ABI {

/// The mask of a pattern that is known at run time, for a matrix or dense filters: what training
/// fixes while it goes on. `fraction` counts for blocks and unstructured; N:M keeps n / m whatever
/// it says, dense keeps all.
/// @throws as the pattern's own function.
template <class Weights>
[[nodiscard]] mask mask_of(const pattern& p, const Weights& weights, keep fraction,
                           score how = score::l2) {
  if (const auto* b = std::get_if<block_pattern>(&p)) {
    return block_mask(weights, b->rows, b->cols, fraction, how);
  }
  if (const auto* g = std::get_if<n_m_pattern>(&p)) {
    return n_m_mask(weights, g->n, g->m, g->shared_rows, how);
  }
  if (std::holds_alternative<unstructured_pattern>(p)) return unstructured_mask(weights, fraction);
  const auto& w = detail::as_tapped(weights).w;
  return mask::Constant(w.rows(), w.cols(), true);
}

}  // namespace lacuna::inline LACUNA_ABI
