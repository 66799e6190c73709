// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/hardware/aie2/kernels/pooling.hpp>
#include <lacuna/hardware/aie2/simulated/core_call.hpp>
#include <lacuna/hardware/aie2/simulated/core_iteration.hpp>
#include <lacuna/hardware/aie2/simulated/weight_mask.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// What a mapping takes of a core with the kernels' layouts, in bytes.
struct executed_buffers {
  convolution_layout layout;  ///< of a whole tile
  index_t entries{1};         ///< of the fullest row of all pieces, of the blocks of a series
  index_t input{0};           ///< of one half
  index_t weights{0};         ///< of the fullest piece
  index_t output{0};
  index_t total{0};
};

/// Entries of a piece's fullest row, to which kernels fill up all; at least one unless the weights
/// are a series, whose kernel does without blocks.
[[nodiscard]] inline index_t fullest_row(const weight_mask& mask, const layer_facts& f,
                                         const block_run& out, const block_run& in) {
  index_t most = f.layers > 0 ? 0 : 1;
  for (index_t r = out.first; r < out.last; ++r) {
    most = std::max(most, f.taps * mask.count(r, in.first, in.last));
  }
  return most;
}

/// The same of real weights.
[[nodiscard]] inline index_t fullest_row(const convolution_rows& rows, const layer_facts& f,
                                         const block_run& out, const block_run& in) {
  index_t most = f.layers > 0 ? 0 : 1;
  const auto end = std::min(out.last, static_cast<index_t>(rows.size()));
  for (index_t r = out.first; r < end; ++r) {
    const auto& row = rows[static_cast<std::size_t>(r)];
    most = std::max(most, static_cast<index_t>(std::count_if(
                              row.begin(), row.end(), [&](const convolution_entry& e) {
                                return e.block >= in.first && e.block < in.last;
                              })));
  }
  return most;
}

/// Bytes of a piece of weights of `out` x `in` blocks with `entries` a row: 64 values each and a
/// step of 4 (of dense rows one list of steps serves all), `bias` bytes a block of outputs, and of
/// a series all of its 2:4 layers.
[[nodiscard]] inline index_t piece_bytes(const layer_facts& f, index_t out, index_t in,
                                         index_t entries, index_t bias) noexcept {
  if (f.layers == 0) {
    return out * (64 * entries + bias) + 4 * entries * (f.density < 1 ? out : 1);
  }
  const index_t rows = round_up(out, series_rows);
  const index_t sparse_loads = 2 * rows * f.taps * ceil_div(in, 2) * f.layers;
  return rows * (68 * entries + bias) + 40 * sparse_loads;
}

/// The layout of a convolution's or series' tile; `within` as of lay_out.
[[nodiscard]] inline convolution_layout lay_out_tile(const layer_facts& f,
                                                     const convolution_tile& t, index_t entries,
                                                     const convolution_layout* within = nullptr) {
  if (f.layers == 0) return lay_out(t, entries, 8, within);
  return lay_out_series(t, entries + f.taps * ceil_div(t.in_blocks, 2) * f.layers, within);
}

/// The layout of an iteration's tile in the buffers of a whole one: all pieces of a tile find its
/// input and partial sums in one layout.
[[nodiscard]] inline convolution_layout layout_of(const layer_facts& f, const executed_buffers& b,
                                                  const core_iteration& i) {
  convolution_layout l = b.layout;
  if (i.h != l.tile.h || i.w != l.tile.w) {
    convolution_tile tile = l.tile;
    tile.h = i.h;
    tile.w = i.w;
    l = lay_out_tile(f, tile, b.entries, &b.layout);
  }
  const index_t unit = f.layers > 0 ? 2 : 1;
  l.tile.in_blocks = round_up(i.in.size(), unit);
  l.tile.out_blocks = round_up(i.out.size(), unit);
  return l;
}

/// `weights`: a mask or rows of real blocks; of pooling and additions nothing.
template <class Weights>
[[nodiscard]] executed_buffers buffers_of(const device& d, const conv_window& window,
                                          const layer_facts& f, const mapping& m,
                                          const Weights* weights) {
  executed_buffers b;
  const index_t blocks = m.output.c / 8;
  const index_t in_blocks = f.conv ? m.weights.in / 8 : blocks;
  if (f.operands == 2) {
    b.output = round_up(m.output.elements(), 32);
    b.input = 2 * b.output;
  } else if (!f.conv) {
    b.layout = lay_out_pooling(blocks, m.output.h, m.output.w, window);
    b.input = b.layout.in_bytes();
    b.output = b.layout.out_bytes();
  } else {
    b.entries = 0;
    for (index_t g = 0; g < d.core_rows * m.channel_parts; ++g) {
      for (index_t p = 0; p < m.pieces(); ++p) {
        b.entries = std::max(b.entries, fullest_row(*weights, f, output_blocks(d, f, m, g, p),
                                                    input_blocks(f, m, p)));
      }
    }
    b.layout = lay_out_tile(f, {in_blocks, blocks, m.output.h, m.output.w, window}, b.entries);
    b.input = b.layout.in_bytes();
    b.output = b.layout.out_bytes();
    // The convolution kernel may take an even number of entries.
    const index_t filled = f.layers > 0 ? b.entries : round_up(b.entries, 2);
    b.weights = piece_bytes(f, blocks, in_blocks, filled, 128);
  }
  b.total = (m.iterations() > 1 ? 2 : 1) * b.input + (m.pieces() > 1 ? 2 : 1) * b.weights +
            (m.pixel_tiles() * m.channel_tiles > 1 ? 2 : 1) * b.output +
            (m.reduction_tiles > 1 ? b.layout.partial_bytes() : 0) + m.buffers.reserved;
  return b;
}

/// The call of an iteration: how its sums start and end, and which buffers have two halves.
[[nodiscard]] inline core_call call_of(const mapping& m, const iteration_plan& i,
                                       const convolution_layout& l) {
  core_call c{l, {}, m.iterations() > 1 ? 2 : 1, m.pieces() > 1 ? 2 : 1};
  c.how.from_partial = !i.first_reduction;
  c.how.to_partial = !i.last_reduction;
  return c;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
