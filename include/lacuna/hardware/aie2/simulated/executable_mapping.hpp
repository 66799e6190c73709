// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/mapping_search.hpp>
#include <lacuna/hardware/aie2/simulated/executed_buffers.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Tiles of equal height and width: as many as before, none much smaller than the others.
inline void even_out(const device& d, const workload_layer& l, const layer_facts& f, mapping& m) {
  m.output.h = ceil_div(f.out_h, m.row_tiles);
  m.output.w = ceil_div(ceil_div(f.out_w, m.width_parts), m.width_tiles);
  static_cast<void>(detail::complete(d, l, f, m));
}

/// Mappings that a core can execute, of fewest analytic cycles first, `chosen` before all others
/// where it can: kernels need more memory than the search counts, for halos between lanes, bias and
/// steps. At most `most`, with different tiles. Nothing where none fits.
[[nodiscard]] inline std::vector<mapping> executable_mappings(const estimator& estimate,
                                                              const workload_layer& l,
                                                              const mapping& chosen,
                                                              const weight_mask* mask,
                                                              std::size_t most) {
  const device& d = estimate.device();
  const layer_facts f = facts_of(l);
  std::vector<mapping> out;
  const auto holds = [&](const mapping& m) {
    return buffers_of(d, l.shape.window, f, m, mask).total <= d.memory.bytes;
  };
  mapping first = chosen;
  even_out(d, l, f, first);
  if (holds(first)) out.push_back(first);
  if (out.size() >= most) return out;
  std::vector<std::pair<double, mapping>> all;
  const placement_request wanted{chosen.input_from_dram, chosen.output_to_dram};
  const detail::cuts inputs(f.conv ? f.in : 8, 8);
  detail::for_each_split(d, f, wanted, [&](const mapping& split) {
    const index_t width = ceil_div(f.out_w, split.width_parts);
    for (const index_t in : inputs) {
      for (const index_t h : detail::cuts(f.out_h, 1)) {
        for (const index_t w : detail::cuts(width, 1)) {
          mapping m = split;
          m.output = {h, w, split.output.c};
          m.weights.in = f.conv ? in : 0;
          if (!detail::complete(d, l, f, m)) continue;
          even_out(d, l, f, m);
          double least = 0;
          for (const loop_order order : {loop_order::weights_stay, loop_order::pixels_stay}) {
            if (order == loop_order::weights_stay && m.reduction_tiles > 1) continue;
            if (order == loop_order::pixels_stay && (m.pieces() == 1 || !f.conv)) continue;
            m.order = order;
            if (!detail::settle(d, l, f, wanted, m, least)) continue;
            all.emplace_back(estimate(l, f, m).cycles(), m);
          }
        }
      }
    }
  });
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& candidate : all) {
    if (out.size() >= most) break;
    if (holds(candidate.second)) out.push_back(candidate.second);
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
