// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>

#include <lacuna/core/message.hpp>
#include <lacuna/hardware/aie2/movement/flow_graph.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Who fills (or, unless `full`, empties) objects of a pool, by name: transfers and cores, whether
/// they come to it or not; "nobody" where none does. What a report of a deadlock names.
[[nodiscard]] inline std::string suppliers(const flow_graph& g, int pool, bool full) {
  std::string names;
  for (const transfer& t : g.transfers) {
    const bool supplies =
        full ? std::find(t.to.begin(), t.to.end(), pool) != t.to.end() : t.from == pool;
    if (supplies) names += message(names.empty() ? "" : ", ", "transfer ", t.name);
  }
  const auto gives = full ? action::kind::release_full : action::kind::release_empty;
  for (const core_script& c : g.cores) {
    const bool supplies = std::any_of(c.actions.begin(), c.actions.end(), [&](const action& a) {
      return a.what == gives && a.pool == pool;
    });
    if (supplies) names += message(names.empty() ? "" : ", ", to_string(c.tile));
  }
  return names.empty() ? std::string("nobody") : names;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
