// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/core/tensor.hpp>
#include <lacuna/format/convert.hpp>
#include <lacuna/hardware/aie2/core/simulate_core.hpp>
#include <lacuna/hardware/aie2/kernels/convolution.hpp>
#include <lacuna/hardware/aie2/kernels/run.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// An image (1, out, out_h, out_w) and what it took on one core.
struct convolution_result {
  tensor<std::int8_t> y;
  core_run run;
  convolution_layout layout;
};

namespace detail {
/// Every 8x8 block of a dense filter, zeros too.
[[nodiscard]] inline filter<block_csr<std::int8_t, 8, 8>> all_blocks(
    const filter<dense_matrix<std::int8_t>>& f) {
  return {to_block_csr_where<8, 8>(lacuna::detail::pad_channels(f, 8),
                                   [](index_t, index_t) { return true; }),
          f.in, f.kernel_h, f.kernel_w};
}
}  // namespace detail

namespace detail {
/// Where a tile's first output lies in the layer's.
struct tile_origin {
  index_t row{0};
  index_t col{0};
};
/// The bytes of `x` (1, in, h, w) that a tile holds, channels from block `first_block` on.
[[nodiscard]] inline std::vector<std::int8_t> tile_input(const convolution_layout& l,
                                                         const tensor<std::int8_t>& x,
                                                         index_t first_block = 0,
                                                         tile_origin origin = {}) {
  const extents4 e = x.extents();
  const conv_window& window = l.tile.window;
  std::vector<std::int8_t> out(static_cast<std::size_t>(l.in_bytes()));
  l.for_each_input([&](index_t at, index_t c, index_t row, index_t col) {
    const index_t channel = 8 * first_block + c;
    if (channel >= e.c || row < 0) return;
    const index_t p = window.in_y(origin.row, 0) + (l.flat ? window.stride.h : 1) * row;
    const index_t q = window.in_x(origin.col, 0) + (l.flat ? window.stride.w : 1) * col;
    if (p < 0 || p >= e.h || q < 0 || q >= e.w) return;
    out[static_cast<std::size_t>(at)] = x(0, channel, p, q);
  });
  return out;
}
/// The image that a tile's results at `address` are.
inline void read_results(const data_memory& memory, std::int32_t address,
                         const convolution_layout& l, tensor<std::int8_t>& y) {
  std::vector<std::int8_t> results(static_cast<std::size_t>(l.out_bytes()));
  memory.read(address, results.data(), l.out_bytes());
  l.for_each_output([&](index_t at, index_t c, index_t row, index_t col) {
    if (c < y.extents().c) y(0, c, row, col) = results[static_cast<std::size_t>(at)];
  });
}
}  // namespace detail

/// Y = relu(srs(bias + W * X)), X (1, in, h, w), a whole layer as one tile of one core. `bias` has
/// a value an output channel, or none. `calls` splits the input channels: partial sums then pass
/// through memory. @throws shape_error where shapes do not meet; unsupported_error where the
/// operands do not fit the tile.
[[nodiscard]] inline convolution_result run_convolution(
    const device& d, const filter<block_csr<std::int8_t, 8, 8>>& f, const conv_window& window,
    const tensor<std::int8_t>& x, const std::vector<std::int32_t>& bias = {},
    convolution_options o = {}, index_t calls = 1, srs_control srs = {}) {
  const extents4 e = x.extents();
  const index_t out_h = window.out_h(e.h);
  const index_t out_w = window.out_w(e.w);
  const index_t in_blocks = f.padded_in() / 8;
  if (e.n != 1 || e.c != f.in || window.kernel_h != f.kernel_h || window.kernel_w != f.kernel_w ||
      out_h < 1 || out_w < 1) {
    throw shape_error(message("convolution of an image ", e, " by a filter ", f.extents(),
                              " with a window of ", window.kernel_h, "x", window.kernel_w));
  }
  if (!bias.empty() && static_cast<index_t>(bias.size()) != f.out()) {
    throw shape_error(message("convolution: ", bias.size(), " biases, ", f.out(), " channels"));
  }
  if (calls < 1 || calls > in_blocks) {
    throw shape_error(
        message("convolution: ", in_blocks, " blocks of channels in ", calls, " calls"));
  }
  std::vector<std::int32_t> padded_bias(bias);
  if (!bias.empty()) padded_bias.resize(static_cast<std::size_t>(f.matrix.block_rows() * 8), 0);
  const convolution_rows rows = rows_of(f);
  const index_t share = ceil_div(in_blocks, calls);
  index_t longest = 1;
  for (const auto& row : rows) longest = std::max(longest, static_cast<index_t>(row.size()));
  convolution_result out{tensor<std::int8_t>({1, f.out(), out_h, out_w}), {}, {}};
  data_memory memory(d.memory, "compute tile");
  const convolution_layout widest =
      lay_out({share, f.matrix.block_rows(), out_h, out_w, window}, longest);
  const auto place = [&](const char* name, index_t bytes, int bank) {
    return static_cast<std::int32_t>(memory.place(name, bytes, bank).address);
  };
  const index_t most =
      widest.tile.out_blocks * 128 +
      68 * widest.tile.out_blocks * round_up(std::min(longest, share * f.taps()), 2);
  const std::int32_t at_w = place("W", most, o.w_bank);
  const std::int32_t at_x = place("X", widest.in_bytes(), o.x_bank);
  const std::int32_t at_y = place("Y", widest.out_bytes(), o.y_bank);
  const std::int32_t at_partial =
      calls > 1 ? place("partial sums", widest.partial_bytes(), o.y_bank) : 0;
  for (index_t first = 0; first < in_blocks; first += share) {
    convolution_layout l = widest;
    l.tile.in_blocks = std::min(share, in_blocks - first);
    convolution_rows mine(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
      for (const convolution_entry& entry : rows[r]) {
        if (entry.block >= first && entry.block < first + l.tile.in_blocks) {
          mine[r].push_back({entry.tap, entry.block - first, entry.values});
        }
      }
    }
    const convolution_image image = to_image(mine, padded_bias, l);
    const std::vector<std::int8_t> input = detail::tile_input(l, x, first);
    memory.write(at_x, input.data(), l.in_bytes());
    const auto weights = static_cast<std::int64_t>(image.weights.size());
    const auto steps = static_cast<std::int64_t>(4 * image.x_step.size());
    memory.write(at_w, image.weights.data(), weights);
    memory.write(at_w + weights, image.bias.data(),
                 static_cast<std::int64_t>(4 * image.bias.size()));
    const std::int64_t at_steps = at_w + weights + static_cast<std::int64_t>(4 * image.bias.size());
    memory.write(at_steps, image.x_step.data(), steps);
    o.equal_rows = image.equal_rows;
    o.from_partial = first > 0;
    o.to_partial = first + share < in_blocks;
    const program p = compile(convolution_kernel(l, image.entries, o), d.core, srs);
    out.run += simulate_core(
        p, memory, d.core,
        {at_w, static_cast<std::int32_t>(at_steps), at_x + static_cast<std::int32_t>(image.first_x),
         o.from_partial ? at_partial : static_cast<std::int32_t>(at_w + weights),
         o.to_partial ? at_partial : at_y});
  }
  detail::read_results(memory, at_y, widest, out.y);
  out.layout = widest;
  return out;
}

/// The same with dense weights: every block of every tap is multiplied.
[[nodiscard]] inline convolution_result run_convolution(
    const device& d, const filter<dense_matrix<std::int8_t>>& f, const conv_window& window,
    const tensor<std::int8_t>& x, const std::vector<std::int32_t>& bias = {},
    const convolution_options& o = {}, index_t calls = 1, srs_control srs = {}) {
  return run_convolution(d, detail::all_blocks(f), window, x, bias, o, calls, srs);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
