// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/format/n_m_matrix.hpp>
#include <lacuna/hardware/aie2/kernels/run.hpp>
#include <lacuna/hardware/aie2/kernels/two_four_layers.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Y (p, n) = X (p, k) W^T, W (n, k) 2:4 along k, int8: the sparse 4x16x8 multiply, which does the
/// work of two dense ones. An upper bound of the hardware: no public measurement of it exists, and
/// a pop is taken to cost one load of unit B whatever its mask and alignment (unverified).
struct sparse_2_4_options {
  int rows{4};  ///< tiles of 4 rows of X by `cols` of 8 rows of W stay in accumulators
  int cols{2};
  int shift{0};
  int x_bank{0};
  int w_bank{1};
  int y_bank{2};
};

/// W as sparse loads pop it: for each 16 columns of k and 8 rows, two times a mask of 64 bits and
/// the 32 kept bytes of 4 rows. Tiles [n / 8][k / 16] in groups of `cols` rows of tiles, k by k.
[[nodiscard]] inline std::vector<std::uint8_t> sparse_2_4_image(
    const n_m_matrix<std::int8_t, 2, 4>& w, int cols) {
  std::vector<std::uint8_t> out;
  for (index_t group = 0; group < w.rows() / 8; group += cols) {
    for (index_t step = 0; step < w.cols() / 16; ++step) {
      for (index_t quad = group * 2; quad < (group + cols) * 2; ++quad) {
        append_sparse_load(out, w, quad * 4, step * 16);
      }
    }
  }
  return out;
}

/// The kernel; arguments: X in 4x16 tiles row by row, W's image, Y in 4x8 tiles row by row.
/// @throws shape_error unless extents are multiples of 4 rows, 16 and 8 cols.
[[nodiscard]] inline core_kernel sparse_2_4_kernel(index_t p, index_t k, index_t n,
                                                   const sparse_2_4_options& o = {}) {
  if (p < 1 || k < 1 || n < 1 || p % (4 * o.rows) != 0 || k % 16 != 0 || n % (8 * o.cols) != 0) {
    throw shape_error(message("sparse 2:4 kernel: (", p, ", ", k, ") x (", k, ", ", n,
                              ") is not made of tiles of (", 4 * o.rows, ", 16) x (16, ",
                              8 * o.cols, ")"));
  }
  const index_t steps = k / 16;
  const index_t passes = n / (8 * o.cols);
  const index_t x_row = steps * 64;
  const index_t y_row = n / 8 * 32;
  kernel_builder b(message("sparse 2:4 int8 ", p, "x", k, "x", n));
  const std::int16_t x_buffer = b.add_buffer("X", o.x_bank);
  const std::int16_t w_buffer = b.add_buffer("W", o.w_bank);
  const std::int16_t y_buffer = b.add_buffer("Y", o.y_bank);
  const reg px = b.argument();
  const reg pw = b.argument();
  const reg py = b.argument();
  detail::set_walk(b, px, x_row - 32, o.rows, 64 - o.rows * x_row, steps, -steps * 64);
  detail::set_walk(b, pw, 40, 2 * o.cols * steps * passes, -80 * o.cols * steps * passes, 0, 0);
  detail::set_walk(b, py, y_row - (o.cols - 1) * 32, o.rows, o.cols * 32 - o.rows * y_row, passes,
                   (o.rows - 1) * y_row);
  std::vector<reg> acc;
  for (int i = 0; i < o.rows * o.cols; ++i) acc.push_back(b.accumulator());
  b.loop(p / (4 * o.rows), loop_mode::sequential, [&] {
    b.loop(passes, loop_mode::sequential, [&] {
      for (const reg r : acc) b.apply(opcode::clear, r);
      b.loop(steps, loop_mode::pipelined, [&] {
        std::vector<reg> left;
        for (int r = 0; r < o.rows; ++r) {
          left.push_back(b.vector());
          b.load(opcode::load_vector, left.back().unit(0), px, x_buffer, post::immediate, 32);
          b.load(opcode::load_vector, left.back().unit(1), px, x_buffer, post::walk);
        }
        for (int c = 0; c < o.cols; ++c) {
          const reg kept = b.vector();
          const reg mask = b.mask();
          const reg right = b.vector();
          for (int h = 0; h < 2; ++h) {
            b.load(opcode::load_sparse8, kept.unit(h), pw, w_buffer, post::walk);
            b.with_mask(mask.unit(h));
          }
          b.apply(opcode::move_vector, right, kept);  // aie_api shuffles each sparse operand once
          for (int r = 0; r < o.rows; ++r) {
            b.mac(opcode::mac_i8_sparse_4x16x8, acc[static_cast<std::size_t>(r * o.cols + c)],
                  left[static_cast<std::size_t>(r)], right);
            b.with_mask(mask);
          }
        }
      });
      for (int r = 0; r < o.rows; ++r) {
        for (int c = 0; c < o.cols; ++c) {
          b.store(opcode::store_srs8, acc[static_cast<std::size_t>(r * o.cols + c)], py, y_buffer,
                  c + 1 < o.cols ? post::immediate : post::walk, 32, o.shift);
        }
      }
    });
    b.apply(opcode::add_pointer, px, px, reg{}, static_cast<std::int32_t>(o.rows * x_row));
  });
  return std::move(b).finish();
}

/// The product on one core. `run.macs` counts what the multipliers did; in effect it is twice that.
/// @throws shape_error where operands do not meet or divide; unsupported_error where they do not
/// fit.
[[nodiscard]] inline kernel_result<std::int8_t> run_sparse_2_4(
    const device& d, matrix_view<const std::int8_t> x, const n_m_matrix<std::int8_t, 2, 4>& w,
    const sparse_2_4_options& o = {}, srs_control srs = {}) {
  if (x.cols != w.cols()) {
    throw shape_error(message("sparse 2:4 product: (", x.rows, ", ", x.cols, ") x (", w.rows(),
                              ", ", w.cols(), ")^T"));
  }
  const program p = compile(sparse_2_4_kernel(x.rows, x.cols, w.rows(), o), d.core, srs);
  data_memory memory(d.memory, "compute tile");
  std::vector<std::int8_t> tiles(static_cast<std::size_t>(x.rows * w.rows()));
  const std::vector<std::int32_t> arguments{
      detail::put(memory, "X", to_tiles(x, 4, 16), o.x_bank),
      detail::put(memory, "W", sparse_2_4_image(w, o.cols), o.w_bank),
      detail::put(memory, "Y", tiles, o.y_bank)};
  kernel_result<std::int8_t> out{{}, simulate_core(p, memory, d.core, arguments), p.program_bytes};
  memory.read(arguments[2], tiles.data(), static_cast<std::int64_t>(tiles.size()));
  out.y.resize(x.rows, w.rows());
  from_tiles(tiles, out.y, 4, 8);
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
