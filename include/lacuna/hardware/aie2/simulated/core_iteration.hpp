// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/hardware/aie2/mapping.hpp>
#include <lacuna/hardware/aie2/simulated/iteration_plan.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Blocks [first, last).
struct block_run {
  index_t first{0};
  index_t last{0};
  [[nodiscard]] index_t size() const noexcept { return std::max<index_t>(0, last - first); }
};

/// Output blocks of piece `piece` on the core that has share `group` of the output channels, and
/// the piece's input blocks.
[[nodiscard]] inline block_run output_blocks(const device& d, const layer_facts& f,
                                             const mapping& m, index_t group, index_t piece) {
  const index_t a_core = round_up(ceil_div(f.out, d.core_rows * m.channel_parts), 8) / 8;
  const index_t end = std::min((group + 1) * a_core, f.out / 8);
  const index_t first = group * a_core + piece / m.reduction_tiles * (m.output.c / 8);
  return {std::min(first, end), std::min(first + m.output.c / 8, end)};
}
[[nodiscard]] inline block_run input_blocks(const layer_facts& f, const mapping& m, index_t piece) {
  const index_t first = piece % m.reduction_tiles * (m.weights.in / 8);
  return {std::min(first, f.in / 8), std::min(first + m.weights.in / 8, f.in / 8)};
}

/// What one core computes in one iteration: h x w output pixels, from which row and column of the
/// layer's on, and which blocks of channels. Nothing where the core has no share of them.
struct core_iteration {
  index_t row{0}, col{0};
  index_t h{0}, w{0};
  block_run out, in;
  [[nodiscard]] bool empty() const noexcept {
    return h < 1 || w < 1 || out.size() == 0 || in.size() == 0;
  }
};

/// The iteration of the core that has part `part` of the width and share `group` of the output
/// channels.
[[nodiscard]] inline core_iteration on_core(const device& d, const layer_facts& f, const mapping& m,
                                            const iteration_plan& i, index_t part, index_t group) {
  const index_t width = ceil_div(f.out_w, m.width_parts);
  const index_t row = i.tile / m.width_tiles * m.output.h;
  const index_t within = i.tile % m.width_tiles * m.output.w;
  core_iteration out;
  out.row = row;
  out.col = part * width + within;
  out.h = std::min(m.output.h, f.out_h - row);
  out.w = std::min(m.output.w, std::min(width, f.out_w - part * width) - within);
  out.out = output_blocks(d, f, m, group, i.piece);
  out.in = f.conv ? input_blocks(f, m, i.piece) : out.out;
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
