// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <lacuna/hardware/aie2/mapping_fit.hpp>
#include <lacuna/hardware/aie2/mapping_splits.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

/// Says what ran out where nothing fits, by the smallest need of all mappings.
/// @throws capacity_error
[[noreturn]] inline void refuse_mapping(const device& d, const workload_layer& l,
                                        const placement_request& wanted) {
  const layer_facts f = facts_of(l);
  index_t core = std::numeric_limits<index_t>::max();
  double tile = std::numeric_limits<double>::infinity();
  for_each_split(d, f, wanted, [&](mapping m) {
    for (const index_t in : cuts(f.conv ? f.in : 8, 8)) {
      for (const index_t h : cuts(f.out_h, 1)) {
        for (const index_t w : cuts(ceil_div(f.out_w, m.width_parts), 1)) {
          m.output.h = h;
          m.output.w = w;
          m.weights.in = f.conv ? in : 0;
          const bool fits = complete(d, l, f, m);
          core = std::min(core, m.buffers.total());
          if (fits) static_cast<void>(settle(d, l, f, wanted, m, tile));
        }
      }
    }
  });
  const std::string& name = l.shape.name;
  if (std::isfinite(tile)) {
    throw capacity_error(name, "memory tile, bytes a column", std::ceil(tile),
                         static_cast<double>(d.memory_tile.bytes * d.mem_rows),
                         message("input, result, weights and what later layers need, on ", d.name));
  }
  throw capacity_error(name, "core memory, bytes", static_cast<double>(core),
                       static_cast<double>(d.memory.bytes), message("smallest tile on ", d.name));
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
