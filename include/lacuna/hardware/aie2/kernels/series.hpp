// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/kernels/convolution.hpp>
#include <lacuna/hardware/aie2/kernels/two_four_layers.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Groups of 4 pixels and blocks of 8 outputs whose sums a series keeps over all its terms.
inline constexpr index_t series_groups = 4;
inline constexpr index_t series_rows = 2;
/// Layers of 2:4 values in one loop; more have more masks than there are registers for.
inline constexpr index_t series_layers = 2;

/// The layout of a tile for `series_kernel`: a convolution's, of sweeps of up to 4 groups, with
/// pairs of output blocks and of input blocks (what is added to make pairs is zero).
/// `products`: entries and sparse steps of a pair of rows; `within` as of lay_out, whose errors it
/// throws.
[[nodiscard]] inline convolution_layout lay_out_series(convolution_tile t, index_t products,
                                                       const convolution_layout* within = nullptr) {
  t.in_blocks = round_up(t.in_blocks, 2);
  t.out_blocks = round_up(t.out_blocks, series_rows);
  return lay_out(t, 2 * products, series_groups, within);
}

/// Weights of a series as the kernel streams them.
struct series_image {
  std::vector<std::int8_t> blocks;   ///< of a pair of rows: 64 of each an entry, (in, out)
  std::vector<std::int32_t> x_step;  ///< two an entry: bytes to where each row's next one is
  std::array<index_t, 2> first_x{};  ///< bytes from X to what the first entry of each row takes
  std::vector<std::uint8_t> sparse;  ///< masks and kept values: 40 bytes for 4 x 16 weights
  std::vector<std::int32_t> bias;    ///< as of `convolution_image`
  index_t entries{0};                ///< of each row, filled up to the fullest; 0: no blocks
  index_t layers{0};                 ///< of 2:4 values
};

/// What a core's memory holds of blocks (a list a block of outputs) and 2:4 layers.
/// @throws shape_error where there are more rows than the tile's, or an entry lies outside it.
[[nodiscard]] inline series_image to_image(const convolution_rows& rows,
                                           const std::vector<two_four_layer>& layers,
                                           const std::vector<std::int32_t>& bias,
                                           const convolution_layout& l) {
  const convolution_tile& t = l.tile;
  const index_t taps = t.window.kernel_h * t.window.kernel_w;
  if (static_cast<index_t>(rows.size()) > t.out_blocks ||
      static_cast<index_t>(bias.size()) > 8 * t.out_blocks) {
    throw shape_error(message("series: ", rows.size(), " rows of blocks and ", bias.size(),
                              " biases, the tile has ", t.out_blocks, " blocks of 8 channels"));
  }
  series_image out;
  for (const auto& row : rows) {
    out.entries = std::max(out.entries, static_cast<index_t>(row.size()));
  }
  std::vector<std::array<index_t, 2>> places;
  for (index_t pair = 0; pair < t.out_blocks; pair += series_rows) {
    for (index_t e = 0; e < out.entries; ++e) {
      std::array<index_t, 2> here = places.empty() ? std::array<index_t, 2>{} : places.back();
      for (index_t side = 0; side < series_rows; ++side) {
        const auto r = static_cast<std::size_t>(pair + side);
        const auto at = static_cast<std::size_t>(e);
        if (r >= rows.size() || at >= rows[r].size()) {
          out.blocks.insert(out.blocks.end(), 64, std::int8_t{0});
          continue;
        }
        const convolution_entry& entry = rows[r][at];
        if (entry.block < 0 || entry.block >= t.in_blocks || entry.tap < 0 || entry.tap >= taps) {
          throw shape_error(message("series: block ", entry.block, " at tap ", entry.tap,
                                    " is outside of ", t.in_blocks, " blocks and ", taps, " taps"));
        }
        here[static_cast<std::size_t>(side)] = l.offset(entry.tap, entry.block);
        detail::append_transposed(out.blocks, entry.values);
      }
      places.push_back(here);
    }
  }
  if (!places.empty()) out.first_x = places.front();
  for (std::size_t e = 0; e < places.size(); ++e) {
    const auto& next = places[(e + 1) % places.size()];
    for (std::size_t side = 0; side < 2; ++side) {
      out.x_step.push_back(
          static_cast<std::int32_t>(next[side] - places[e][side] - detail::walked(l)));
    }
  }
  const index_t steps = taps * t.in_blocks / 2;
  for (const two_four_layer& layer : layers) {
    if (layer.cols() != 16 * steps || layer.rows() > 8 * t.out_blocks) {
      throw shape_error(message("series: a layer of ", layer.rows(), " x ", layer.cols(),
                                ", the tile takes up to ", 8 * t.out_blocks, " x ", 16 * steps));
    }
  }
  out.layers = static_cast<index_t>(layers.size());
  for (index_t row = 0; row < 8 * t.out_blocks; row += 8 * series_rows) {
    for (index_t first = 0; first < out.layers; first += series_layers) {
      const index_t last = std::min(first + series_layers, out.layers);
      for (index_t step = 0; step < steps; ++step) {
        for (index_t side = 0; side < series_rows; ++side) {
          for (index_t layer = first; layer < last; ++layer) {
            for (index_t half = 0; half < 2; ++half) {
              append_sparse_load(out.sparse, layers[static_cast<std::size_t>(layer)],
                                 row + 8 * side + 4 * half, 16 * step);
            }
          }
        }
      }
    }
  }
  out.bias = detail::bias_of(bias, t.out_blocks);
  return out;
}

/// Y = relu(srs(bias + (W_1 + W_2 + ...) * X)) on one core in one pass: W_i of 8x8 blocks, or 2:4
/// (`two_four_layers`). The sums of J = 4 groups of 4 pixels and 2 blocks of 8 outputs, 8 of the 9
/// accumulators, stay in registers over all terms:
///   one loop over the entries of the block terms, of both rows at once: 4 loads of weights, 2 J of
///   X, 2 words that move the two pointers to X, 2 J products: 8 bundles an entry of each row;
///   one loop over taps and pairs of input blocks for each L <= 2 layers of 2:4: 2 J loads of X, J
///   shuffles that join two blocks of 8 channels to one operand of 16 (T64_2x8 of aie_api), 4 L
///   sparse loads, 2 L shuffles of what they give, 2 J L products: 8 L bundles.
/// X lies in 4x8 tiles for both. Its bank gives one vector a bundle, which is why four groups share
/// two rows of outputs rather than eight groups one. A sparse product is an upper bound of the
/// hardware: see `sparse_2_4_options`.
///
/// `entries` a row (0: no blocks) and `layers` (0: no 2:4 term). Arguments, addresses: with
/// entries, of blocks, of steps, and of X plus each `first_x`; with layers, of sparse values and of
/// X; where sums start (bias or partial sums); Y. @throws shape_error on a layout that is not of
/// lay_out_series.
[[nodiscard]] inline core_kernel series_kernel(const convolution_layout& l, index_t entries,
                                               index_t layers, const convolution_options& o = {}) {
  const convolution_tile& t = l.tile;
  const index_t pairs = t.out_blocks / series_rows;
  if (entries < 0 || layers < 0 || t.out_blocks % series_rows != 0 || t.in_blocks % 2 != 0 ||
      l.groups() > series_groups) {
    throw shape_error(message("series kernel: ", entries, " entries, ", layers, " layers, ",
                              t.in_blocks, " to ", t.out_blocks, " blocks in sweeps of ",
                              l.groups(), " groups"));
  }
  kernel_builder k(message("series int8, ", entries, " blocks a row and ", layers,
                           " layers of 2:4, ", t.window.kernel_h, "x", t.window.kernel_w, ", ",
                           t.in_blocks * 8, " to ", t.out_blocks * 8, " channels, ", t.h, "x", t.w,
                           " pixels"));
  const std::int16_t w_buffer = k.add_buffer("W", o.w_bank);
  const std::int16_t m_buffer = k.add_buffer("steps", o.w_bank);
  const std::int16_t s_buffer = k.add_buffer("sparse W", o.w_bank);
  const std::int16_t x_buffer = k.add_buffer("X", o.x_bank);
  const auto cyclic = [&](index_t step, index_t count) {
    const reg p = k.argument();
    detail::set_walk(k, p, step, count, -step * count, 0, 0);
    return p;
  };
  std::vector<reg> inputs;
  const reg pw = entries > 0 ? cyclic(32, 4 * entries * pairs) : reg{};
  const reg pstep = entries > 0 ? cyclic(4, 2 * entries * pairs) : reg{};
  for (index_t side = 0; side < series_rows && entries > 0; ++side) inputs.push_back(k.argument());
  const index_t taps = t.window.kernel_h * t.window.kernel_w;
  const index_t steps = taps * t.in_blocks / 2;
  const reg psparse = layers > 0 ? cyclic(40, 4 * layers * steps * pairs) : reg{};
  const reg px = layers > 0 ? k.argument() : reg{};
  const index_t right = l.flat ? 0 : t.window.dilation.w * 32;  // from a tap to the next
  const index_t down = l.flat ? 0 : t.window.dilation.h * l.cols * 32;
  if (layers > 0) {
    inputs.push_back(px);
    detail::set_walk(k, px, l.in_plane() - detail::walked(l), t.in_blocks / 2,
                     right - t.in_blocks * l.in_plane(), t.window.kernel_w,
                     down - t.window.kernel_w * right);
  }
  const reg pstart = k.argument();
  const reg py = k.argument();
  detail::convolution_frame frame(k, l, o, pstart, py, series_rows);
  const auto j = static_cast<std::size_t>(l.groups());

  const auto block_entry = [&] {
    for (std::size_t side = 0; side < 2; ++side) {
      const reg step = k.offset();
      k.load(opcode::load_scalar, step, pstep, m_buffer, post::walk);
      const reg w = k.vector();
      for (int h = 0; h < 2; ++h) k.load(opcode::load_vector, w.unit(h), pw, w_buffer, post::walk);
      for (std::size_t i = 0; i < j; ++i) {
        const reg x = k.vector(1);
        k.load(opcode::load_vector, x, inputs[side], x_buffer, post::immediate,
               frame.next_input(i));
        if (i + 1 == j) k.then_add(step);
        k.mac(opcode::mac_i8_4x8x8, frame.sum(i, side), x, w);
      }
    }
  };
  const auto sparse_step = [&](index_t at_once) {
    std::vector<reg> x;  // (4, 16) each
    reg lower;
    reg upper;
    const auto plane = static_cast<std::int32_t>(l.in_plane());
    for (std::size_t i = 0; i < j; ++i) {
      // The shuffle joins equal halves of two registers: two neighbouring groups share both.
      const int half = static_cast<int>(i % 2);
      if (half == 0) {
        lower = k.vector();
        upper = k.vector();
      }
      k.load(opcode::load_vector, lower.unit(half), px, x_buffer, post::immediate, plane);
      k.load(opcode::load_vector, upper.unit(half), px, x_buffer,
             i + 1 == j ? post::walk : post::immediate, frame.next_input(i) - plane);
      x.push_back(k.vector());
      k.apply(opcode::shuffle_interleave, x.back(), lower.unit(half), upper.unit(half));
    }
    // A row's and layer's products together: its mask then lives no longer than an iteration.
    for (index_t w = 0; w < series_rows * at_once; ++w) {
      const reg kept = k.vector();
      const reg mask = k.mask();
      const reg values = k.vector();
      for (int h = 0; h < 2; ++h) {
        k.load(opcode::load_sparse8, kept.unit(h), psparse, s_buffer, post::walk);
        k.with_mask(mask.unit(h));
      }
      k.apply(opcode::move_vector, values, kept);  // aie_api shuffles each sparse operand once
      for (std::size_t i = 0; i < j; ++i) {
        k.mac(opcode::mac_i8_sparse_4x16x8, frame.sum(i, static_cast<std::size_t>(w / at_once)),
              x[i], values);
        k.with_mask(mask);
      }
    }
  };
  frame.sweep(inputs, [&] {
    if (entries > 0) k.loop(entries, loop_mode::pipelined, block_entry);
    for (index_t first = 0; first < layers; first += series_layers) {
      const index_t at_once = std::min(series_layers, layers - first);
      // Two steps an iteration have a register each for what lives long; of two layers, whose
      // products give them time, the masks would be too many.
      const index_t unrolled = at_once == 1 && steps % 2 == 0 ? 2 : 1;
      k.loop(steps / unrolled, loop_mode::pipelined, [&] {
        for (index_t u = 0; u < unrolled; ++u) sparse_step(at_once);
      });
      // Within 16 bundles the vector registers would not do; said here, it leaves other loops be.
      if (unrolled == 2 && l.groups() == series_groups) k.widen_last_loop(17);
      frame.move(px, -t.window.kernel_h * down);
    }
  });
  return std::move(k).finish();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
