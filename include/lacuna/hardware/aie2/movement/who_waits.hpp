// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include <lacuna/core/message.hpp>
#include <lacuna/hardware/aie2/movement/flow_state.hpp>
#include <lacuna/hardware/aie2/movement/suppliers.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

/// Why nothing goes on: cores and transfers that wait, and for whom.
[[nodiscard]] inline std::string who_waits(const flow_graph& g, const flow_state& at) {
  std::string text = message("the flow stands still after ", at.now, " cycles:");
  for (std::size_t c = 0; c < at.cores.size(); ++c) {
    const auto& actions = g.cores[c].actions;
    if (at.cores[c].next >= actions.size()) continue;
    const action& a = actions[at.cores[c].next];
    const bool full = a.what == action::kind::acquire_full;
    const buffer_pool& p = g.pools[static_cast<std::size_t>(a.pool)];
    text += message("\n  ", to_string(g.cores[c].tile), " waits for ", full ? "a full" : "an empty",
                    " object of ", p.name, " on ", to_string(p.tile), ", from ",
                    suppliers(g, a.pool, full));
  }
  for (std::size_t i = 0; i < at.moves.size(); ++i) {
    const transfer& t = g.transfers[i];
    const bool has_source =
        t.from < 0 ? at.moves[i].objects < t.objects
                   : at.moves[i].sent > 0 || at.pools[static_cast<std::size_t>(t.from)].full > 0;
    for (const int to : t.to) {
      if (!has_source || at.pools[static_cast<std::size_t>(to)].empty > 0) continue;
      const buffer_pool& p = g.pools[static_cast<std::size_t>(to)];
      text += message("\n  transfer ", t.name, " waits for an empty object of ", p.name, " on ",
                      to_string(p.tile), ", from ", suppliers(g, to, false));
    }
    if (!has_source || t.stream < 0) continue;
    const flow_state::stream& s = at.streams[static_cast<std::size_t>(t.stream)];
    if (s.members[s.turn] == i) continue;
    text += message("\n  transfer ", t.name, " waits for transfer ",
                    g.transfers[s.members[s.turn]].name, " on packet stream ",
                    g.streams[static_cast<std::size_t>(t.stream)].name);
  }
  return text;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
