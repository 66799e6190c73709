// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/core/conv_window.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/format/block_csr.hpp>
#include <lacuna/format/filter.hpp>
#include <lacuna/hardware/aie2/kernels/run.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// How a convolution with 8x8-block-sparse filters (all blocks kept is dense) runs on a core.
///
/// The image lies as planes of 8 channels, pixels row by row, 8 bytes each; a row's pitch is a
/// multiple of 4 pixels. An output pixel is addressed with the same pitch, so that all outputs are
/// one sequence of pixels and a tap is a constant distance: whole 32-byte lines by the pointer, the
/// rest by VSHIFT. Pixels beyond a row's width are computed and dropped. A stride of s splits the
/// image into s x s phases beforehand (a DMA pattern: a pixel is two words), each read with
/// stride 1.
///
/// One loop over all stored blocks as in block_sparse.hpp; a block is one tap of 8 x 8 channels.
/// For `groups` groups of 4 pixels: groups + 1 loads of pixels, 2 of weights, 4 of metadata;
/// `groups` shifts, multiplies and stores. 8 groups take 8 of 9 accumulators and 15 loads: 8
/// bundles at best.
struct conv_kernel_options {
  int groups{8};
  int shift{0};
  int w_bank{0};  ///< logical banks of weights, image, result and metadata
  int x_bank{1};
  int y_bank{2};
  int metadata_bank{3};
};

/// A layer in the memory of a tile.
struct conv_image {
  std::vector<std::int8_t> weights;                   ///< (in, out) blocks of 64
  std::array<std::vector<std::int32_t>, 4> metadata;  ///< steps of X and Y, starts, shifts in bytes
  std::vector<std::int8_t> x;
  index_t first_x{0};
  index_t blocks{0};
  index_t passes{0};   ///< of `groups` groups of pixels
  index_t pitch{0};    ///< pixels between rows of the result
  index_t y_plane{0};  ///< bytes of 8 channels of the result
};

namespace detail {
template <class T>
conv_image place_conv(const filter<block_csr<T, 8, 8>>& w, const conv_window& window,
                      const tensor<std::int8_t>& x, const conv_kernel_options& o) {
  const extents4 e = x.extents();
  const index_t out_h = window.out_h(e.h);
  const index_t out_w = window.out_w(e.w);
  conv_image out;
  const index_t sy = window.stride.h, sx = window.stride.w;
  const index_t reach_y = (w.kernel_h - 1) * window.dilation.h / sy;  // rows and columns of a phase
  const index_t reach_x = (w.kernel_w - 1) * window.dilation.w / sx;
  // A phase holds every sx-th column, enough for all outputs and taps.
  out.pitch = ceil_div(out_w + reach_x, 4) * 4;
  const index_t pixels = 4 * o.groups;
  out.passes = ceil_div(out_h * out.pitch, pixels);
  out.y_plane = out.passes * pixels * 8;
  const index_t phase_pixels =
      ceil_div(out.passes * pixels + reach_y * out.pitch + reach_x + 4, 4) * 4;
  const index_t planes = ceil_div(w.in, 8);
  const auto phase_of = [&](index_t ty, index_t tx) { return ty % sy * sx + tx % sx; };
  const auto plane_at = [&](index_t phase, index_t plane) {
    return (phase * planes + plane) * phase_pixels * 8;
  };
  out.x.assign(static_cast<std::size_t>(plane_at(sy * sx, 0)), 0);
  for (index_t phase = 0; phase < sy * sx; ++phase) {
    for (index_t p = 0; p < phase_pixels; ++p) {
      const index_t iy = p / out.pitch * sy + phase / sx - window.padding.top;
      const index_t ix = p % out.pitch * sx + phase % sx - window.padding.left;
      if (iy < 0 || iy >= e.h || ix < 0 || ix >= e.w) continue;
      for (index_t c = 0; c < w.in; ++c) {
        out.x[static_cast<std::size_t>(plane_at(phase, c / 8) + p * 8 + c % 8)] = x(0, c, iy, ix);
      }
    }
  }
  struct place {
    index_t x, y, shift;
    bool starts;
  };
  std::vector<place> places;
  const auto& m = w.matrix;
  const index_t across = w.padded_in() / 8;
  for (index_t row = 0; row < m.block_rows(); ++row) {
    const auto [first, last] = m.block_range(row);
    for (index_t b = first; b < std::max(last, first + 1); ++b) {  // an empty row takes zeros
      const bool empty = first == last;
      const index_t tap = empty ? 0 : m.block_column(b) / across;
      const index_t ty = tap / w.kernel_w * window.dilation.h;
      const index_t tx = tap % w.kernel_w * window.dilation.w;
      const index_t at = ty / sy * out.pitch + tx / sx;
      const index_t plane = empty ? 0 : m.block_column(b) % across;
      places.push_back({plane_at(phase_of(ty, tx), plane) + at / 4 * 32, row * out.y_plane,
                        at % 4 * 8, b == first});
      for (index_t i = 0; i < 8; ++i) {
        for (index_t j = 0; j < 8; ++j) {  // in by out: the multiply takes pixels as its rows
          out.weights.push_back(empty ? std::int8_t{0} : m.block_values(b)[j * 8 + i]);
        }
      }
    }
  }
  out.blocks = static_cast<index_t>(places.size());
  out.first_x = places.front().x;
  for (std::size_t b = 0; b < places.size(); ++b) {
    const bool wraps = b + 1 == places.size();
    const place& next = places[wraps ? 0 : b + 1];
    const index_t onward = wraps ? pixels * 8 : 0;
    out.metadata[0].push_back(static_cast<std::int32_t>(next.x - places[b].x + onward - 3 * 32));
    out.metadata[1].push_back(
        static_cast<std::int32_t>(next.y - places[b].y + onward - (o.groups - 1) * 32));
    out.metadata[2].push_back(places[b].starts ? 1 : 0);
    out.metadata[3].push_back(static_cast<std::int32_t>(places[b].shift));
  }
  return out;
}
}  // namespace detail

/// The kernel for `blocks` stored blocks and `passes` passes over them. Arguments: weights, the
/// four metadata streams, X plus `first_x`, X plus `first_x` plus 128, Y.
[[nodiscard]] inline core_kernel conv_kernel(index_t blocks, index_t passes,
                                             const conv_kernel_options& o = {}) {
  if (blocks < 1 || passes < 1 || o.groups != 8) {
    throw unsupported_error(message("conv kernel: ", blocks, " blocks, ", passes, " passes, ",
                                    o.groups, " groups of pixels; takes 1 or more and 8 groups"));
  }
  kernel_builder k(message("conv int8, ", blocks, " blocks, ", passes, " passes"));
  const std::int16_t w_buffer = k.add_buffer("W", o.w_bank);
  const std::int16_t m_buffer = k.add_buffer("metadata", o.metadata_bank);
  const std::int16_t x_buffer = k.add_buffer("X", o.x_bank);
  const std::int16_t y_buffer = k.add_buffer("Y", o.y_bank);
  const reg pw = k.argument();
  std::array<reg, 4> pm;
  for (reg& p : pm) p = k.argument();
  const std::array<reg, 2> px{k.argument(), k.argument()};  // lines 0-3, and 4-8
  const reg py = k.argument();
  detail::set_walk(k, pw, 32, 2 * blocks, -64 * blocks, 0, 0);
  for (const reg p : pm) detail::set_walk(k, p, 4, blocks, -4 * blocks, 0, 0);
  std::vector<reg> acc;
  for (int g = 0; g < o.groups; ++g) acc.push_back(k.accumulator());
  k.loop(blocks * passes, loop_mode::pipelined, [&] {
    const reg x_step = k.offset();
    const reg y_step = k.offset();
    const reg starts = k.scalar();
    const reg shift = k.scalar();
    std::size_t m = 0;
    for (const reg r : {x_step, y_step, starts, shift}) {
      k.load(opcode::load_scalar, r, pm[m++], m_buffer, post::walk);
    }
    const reg w = k.vector();
    for (int h = 0; h < 2; ++h) k.load(opcode::load_vector, w.unit(h), pw, w_buffer, post::walk);
    std::array<reg, 9> line;
    for (reg& l : line) l = k.vector(1);
    for (std::size_t l = 0; l < 8; ++l) {
      if (l == 7) {  // line 8 lies one beyond where the pointer is now, and the pointer stays
        k.load(opcode::load_vector, line[8], px[1], x_buffer, post::none, 32);
      }
      k.load(opcode::load_vector, line[l], px[l / 4], x_buffer, post::immediate, 32);
      if (l % 4 == 3) k.then_add(x_step);
    }
    for (std::size_t g = 0; g < acc.size(); ++g) {
      const reg pixels = k.vector(1);
      operation s;
      s.code = opcode::shift_pair;
      s.dst = pixels;
      s.src = {line[g], line[g + 1], shift};
      k.add(s);
      k.mac(opcode::mac_i8_4x8x8, acc[g], pixels, w);
      k.start_if(starts);
    }
    for (std::size_t g = 0; g < acc.size(); ++g) {
      k.store(opcode::store_srs8, acc[g], py, y_buffer, post::immediate, 32, o.shift);
      if (g + 1 == acc.size()) k.then_add(y_step);
    }
  });
  return std::move(k).finish();
}

/// A convolution's result (1, out, out_h, out_w) and what it took on one core.
struct conv_result {
  tensor<std::int8_t> y;
  core_run run;
  std::int64_t program_bytes{0};
};

/// Y = srs(W * X) on one core, batch 1, any kernel size, stride, dilation and padding.
/// @throws shape_error where channels or batch do not meet; unsupported_error where the layer does
/// not fit the tile.
[[nodiscard]] inline conv_result run_conv(const device& d,
                                          const filter<block_csr<std::int8_t, 8, 8>>& w,
                                          const conv_window& window, const tensor<std::int8_t>& x,
                                          const conv_kernel_options& o = {}, srs_control srs = {}) {
  expect_consistent(w);
  const extents4 e = x.extents();
  if (e.n != 1 || e.c != w.in || w.out() < 1 || w.in < 1 || window.kernel_h != w.kernel_h ||
      window.kernel_w != w.kernel_w || window.out_h(e.h) < 1 || window.out_w(e.w) < 1) {
    throw shape_error(message("conv on a core: filter ", w.extents(), ", image ", e,
                              "; expected a batch of 1 and a result"));
  }
  const conv_image image = detail::place_conv(w, window, x, o);
  const program p = compile(conv_kernel(image.blocks, image.passes, o), d.core, srs);
  data_memory memory(d.memory, "compute tile");
  std::vector<std::int32_t> arguments{detail::put(memory, "W", image.weights, o.w_bank)};
  for (const auto& m : image.metadata) {
    arguments.push_back(detail::put(memory, "metadata", m, o.metadata_bank));
  }
  arguments.push_back(detail::put(memory, "X", image.x, o.x_bank) +
                      static_cast<std::int32_t>(image.first_x));
  arguments.push_back(arguments.back() + 128);
  std::vector<std::int8_t> y(static_cast<std::size_t>(w.matrix.block_rows() * image.y_plane));
  arguments.push_back(detail::put(memory, "Y", y, o.y_bank));
  conv_result out{tensor<std::int8_t>({1, w.out(), window.out_h(e.h), window.out_w(e.w)}),
                  simulate_core(p, memory, d.core, arguments), p.program_bytes};
  memory.read(arguments.back(), y.data(), static_cast<std::int64_t>(y.size()));
  for (index_t c = 0; c < w.out(); ++c) {
    for (index_t i = 0; i < out.y.extents().h; ++i) {
      for (index_t j = 0; j < out.y.extents().w; ++j) {
        out.y(0, c, i, j) =
            y[static_cast<std::size_t>(c / 8 * image.y_plane + (i * image.pitch + j) * 8 + c % 8)];
      }
    }
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
