// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/hardware/aie2/core_cycles.hpp>
#include <lacuna/hardware/aie2/mapping.hpp>
#include <lacuna/hardware/aie2/series_cycles.hpp>

// Cycles of one core on a tile of a mapped layer, by the kernel that the layer takes.
namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Groups of 4 pixels that a convolution's kernel sweeps at once.
[[nodiscard]] inline index_t tile_sweep(const device& d, const layer_facts& f) noexcept {
  return f.layers > 0 ? series_sweep : convolution_sweep(d);
}

/// One such sweep of `groups` groups, on a core with the mean number of blocks.
[[nodiscard]] inline core_cycles tile_sweep_cycles(const device& d, const layer_facts& f,
                                                   const mapping& m, index_t groups) noexcept {
  const index_t blocks = m.output.c / 8;
  const double kept = static_cast<double>(blocks * (m.weights.in / 8) * f.taps) * f.density;
  const bool partial_sums = m.reduction_tiles > 1;
  if (f.layers > 0) {
    return series_sweep_cycles(d, groups, kept, f.taps * ceil_div(m.weights.in, 16), f.layers,
                               blocks, partial_sums, m.placement.loads_conflict);
  }
  return convolution_sweep_cycles(d, groups, kept, blocks, f.density < 1, partial_sums,
                                  m.placement.loads_conflict);
}

/// A tile of h x w pixels.
[[nodiscard]] inline core_cycles tile_cycles(const device& d, const layer_facts& f,
                                             const mapping& m, index_t h, index_t w) noexcept {
  if (!f.conv) {
    return elementwise_cycles(d, h * w * m.output.c, f.taps * f.operands, f.operands == 2);
  }
  return cycles_of_sweeps(d, h * ceil_div(w, product_pixels), tile_sweep(d, f),
                          [&](index_t groups) { return tile_sweep_cycles(d, f, m, groups); });
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
