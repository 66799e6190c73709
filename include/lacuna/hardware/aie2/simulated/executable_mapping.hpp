// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/kernels/convolution.hpp>
#include <lacuna/hardware/aie2/kernels/pooling.hpp>
#include <lacuna/hardware/aie2/mapping_search.hpp>
#include <lacuna/hardware/aie2/simulated/weight_mask.hpp>

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

/// What a mapping takes of a core with the kernels' layouts, in bytes.
struct executed_buffers {
  convolution_layout layout;  ///< of a whole tile
  index_t entries{1};         ///< of the fullest row of all pieces
  index_t input{0};           ///< of one half
  index_t weights{0};         ///< of the fullest piece
  index_t output{0};
  index_t total{0};
};

/// Entries of the fullest row of a piece, filled up as the kernel wants them.
[[nodiscard]] inline index_t fullest_row(const weight_mask& mask, const block_run& out,
                                         const block_run& in, index_t taps) {
  index_t most = 1;
  for (index_t r = out.first; r < out.last; ++r) {
    most = std::max(most, taps * mask.count(r, in.first, in.last));
  }
  return most;
}

[[nodiscard]] inline executed_buffers buffers_of(const device& d, const workload_layer& l,
                                                 const layer_facts& f, const mapping& m,
                                                 const weight_mask* mask) {
  executed_buffers b;
  const index_t blocks = m.output.c / 8;
  const index_t in_blocks = f.conv ? m.weights.in / 8 : blocks;
  if (f.operands == 2) {
    b.output = round_up(m.output.elements(), 32);
    b.input = 2 * b.output;
  } else if (!f.conv) {
    b.layout = lay_out_pooling(blocks, m.output.h, m.output.w, l.shape.window);
    b.input = b.layout.in_bytes();
    b.output = b.layout.out_bytes();
  } else {
    index_t entries = 1;
    for (index_t g = 0; g < d.core_rows * m.channel_parts; ++g) {
      for (index_t p = 0; p < m.pieces(); ++p) {
        entries = std::max(entries, fullest_row(*mask, output_blocks(d, f, m, g, p),
                                                input_blocks(f, m, p), f.taps));
      }
    }
    b.layout = lay_out({in_blocks, blocks, m.output.h, m.output.w, l.shape.window}, entries);
    b.entries = entries;
    entries += entries % 2;
    b.input = b.layout.in_bytes();
    b.output = b.layout.out_bytes();
    b.weights = blocks * (64 * entries + 128) + 4 * entries * (f.density < 1 ? blocks : 1);
  }
  b.total = (m.iterations() > 1 ? 2 : 1) * b.input + (m.pieces() > 1 ? 2 : 1) * b.weights +
            (m.pixel_tiles() * m.channel_tiles > 1 ? 2 : 1) * b.output +
            (m.reduction_tiles > 1 ? b.layout.partial_bytes() : 0) + m.buffers.reserved;
  return b;
}

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
    return buffers_of(d, l, f, m, mask).total <= d.memory.bytes;
  };
  mapping first = chosen;
  even_out(d, l, f, first);
  if (holds(first)) out.push_back(first);
  if (out.size() >= most) return out;
  std::vector<std::pair<double, mapping>> all;
  const placement_request wanted{chosen.input_from_dram, chosen.output_to_dram};
  const detail::cuts inputs(f.conv ? f.in : 8, 8);
  for (index_t parts = std::min(d.cols, f.out_w); parts >= 1; --parts) {
    const index_t width = ceil_div(f.out_w, parts);
    if (ceil_div(f.out_w, width) != parts) continue;
    mapping m;
    m.width_parts = parts;
    m.channel_parts = std::max<index_t>(1, std::min(d.cols / parts, f.out / 8));
    const index_t a_core = round_up(ceil_div(f.out, d.core_rows * m.channel_parts), 8);
    for (const index_t channels : detail::cuts(a_core, 8)) {
      for (const index_t in : inputs) {
        for (const index_t h : detail::cuts(f.out_h, 1)) {
          for (const index_t w : detail::cuts(width, 1)) {
            m.output = {h, w, channels};
            m.weights.in = f.conv ? in : 0;
            m.reduction_tiles = 1;
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
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& candidate : all) {
    if (out.size() >= most) break;
    if (holds(candidate.second)) out.push_back(candidate.second);
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
