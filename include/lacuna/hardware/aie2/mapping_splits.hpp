// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <utility>

#include <lacuna/hardware/aie2/mapping.hpp>
#include <lacuna/hardware/aie2/tile_extents.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

/// Calls visit(mapping) with every split of the width over columns and of the output channels over
/// cores and tiles that a search tries: channels of a tile are set, extents and weights are not.
template <class Visit>
void for_each_split(const device& d, const layer_facts& f, const placement_request& wanted,
                    Visit&& visit) {
  for (index_t parts = std::min(d.cols, f.out_w); parts >= 1; --parts) {
    const index_t width = ceil_div(f.out_w, parts);
    if (ceil_div(f.out_w, width) != parts) continue;  // fewer columns do the same
    mapping m;
    m.input_from_dram = wanted.input_from_dram;
    m.output_to_dram = wanted.output_to_dram;
    m.width_parts = parts;
    m.channel_parts = std::max<index_t>(1, std::min(d.cols / parts, f.out / 8));
    const index_t a_core = round_up(ceil_div(f.out, d.core_rows * m.channel_parts), 8);
    for (const index_t channels : cuts(a_core, 8)) {
      m.output.c = channels;
      m.channel_tiles = ceil_div(a_core, channels);
      visit(std::as_const(m));
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
