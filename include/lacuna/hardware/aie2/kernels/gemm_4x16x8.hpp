// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/kernels/gemm.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// How int8 C (m, n) = A (m, k) B (k, n) runs in tiles of 4x16x8.
struct gemm_4x16x8_options {
  int rows{2};               ///< tiles of A, one above the other, that meet each tile of B
  element c{element::int8};  ///< int8, int16 or int32
  int shift{0};
  /// Pointers as the tutorial's source moves them: A's and B's are set back by additions of their
  /// own after each tile and each row of C, and rows of C are a loop around a loop. Otherwise 3-D
  /// walks set them back for nothing and all tiles of C are one loop.
  bool as_published{false};
  int a_bank{0};  ///< logical banks
  int b_bank{1};
  int c_bank{2};
};

/// The kernel of AMD's AIE-ML matrix tutorial (Vitis-Tutorials, AIE-ML Design_Tutorials/01): a tile
/// of 4x16x8 takes two multiplies and two shuffles of A (aie_api's mmul of that shape), the
/// reduction is unrolled, one tile's results leave while the next tile's products arrive.
/// Arguments: A as 4x16 tiles [m / (4 rows)][k / 16][rows], B as 16x8 tiles [n / 8][k / 16], C as
/// 4x8 tiles [m / (4 rows)][n / 8][rows], all row-major inside.
///
/// As published, a row of C is a pipelined loop over its tiles; rows are unrolled here, so that the
/// drain of one overlaps the fill of the next, as the tutorial's compiler arranged by rotating the
/// loop: its loop ran 90 times of 16 x 8 tiles, 6 of the 8 in each row but the last.
/// An iteration then takes at least 4 rows (k / 16) + 1 bundles: A's accesses share a bank and A's
/// pointer, and the addition that sets it back stands between the last and the next first of them.
/// @throws shape_error unless extents are multiples of 4 rows, 16 and 8.
[[nodiscard]] inline core_kernel gemm_4x16x8_kernel(const network::gemm_extents& g,
                                                    const gemm_4x16x8_options& o = {}) {
  const auto [m, k, n] = std::array<std::int64_t, 3>{g.m, g.k, g.n};
  if (o.rows < 1 || m < 1 || k < 1 || n < 1 || m % (4 * o.rows) != 0 || k % 16 != 0 || n % 8 != 0) {
    throw shape_error(message("gemm 4x16x8 kernel: (", m, ", ", k, ") x (", k, ", ", n,
                              ") is not made of tiles of (", 4 * o.rows, ", 16) x (16, 8)"));
  }
  const detail::c_access out = detail::access_of(int8_mmul, o.c);
  const std::int64_t steps = k / 16;
  const std::int64_t passes = n / 8;
  const std::int64_t a_row = steps * o.rows * 64;  // bytes that a tile of C takes of A
  const std::int64_t b_all = passes * steps * 128;
  kernel_builder b(message("gemm 4x16x8 ", m, "x", k, "x", n));
  const std::int16_t a_buffer = b.add_buffer("A", o.a_bank);
  const std::int16_t b_buffer = b.add_buffer("B", o.b_bank);
  const std::int16_t c_buffer = b.add_buffer("C", o.c_bank);
  const reg pa = b.argument();
  const reg pb = b.argument();
  const reg pc = b.argument();
  const post move = o.as_published ? post::immediate : post::walk;
  if (!o.as_published) {  // a row of tiles, again for each tile of B, then the next row
    detail::set_walk(b, pa, 32, a_row / 32, -a_row, passes, a_row);
    detail::set_walk(b, pb, 32, b_all / 32, -b_all, 0, 0);
  }
  const auto one_tile = [&] {
    std::vector<reg> acc(static_cast<std::size_t>(o.rows));  // each multiply has a sum of its own
    for (std::int64_t s = 0; s < steps; ++s) {
      std::vector<reg> left;
      for (int r = 0; r < o.rows; ++r) {
        left.push_back(b.vector());
        for (int l = 0; l < 2; ++l) {
          b.load(opcode::load_vector, left.back().unit(l), pa, a_buffer, move, 32);
        }
      }
      const std::array<reg, 2> right{b.vector(), b.vector()};
      for (int l = 0; l < 4; ++l) {
        b.load(opcode::load_vector, right[static_cast<std::size_t>(l / 2)].unit(l % 2), pb,
               b_buffer, move, 32);
      }
      for (int r = 0; r < o.rows; ++r) {
        const auto row = static_cast<std::size_t>(r);
        for (int h = 0; h < 2; ++h) {
          const reg half = b.vector(1);
          b.apply(opcode::shuffle_rows, half, left[row], reg{}, h);
          const reg with = right[static_cast<std::size_t>(h)];
          const reg sum = b.accumulator();
          if (s == 0 && h == 0)
            b.multiply(opcode::mac_i8_4x8x8, sum, half, with);
          else
            b.mac_from(opcode::mac_i8_4x8x8, sum, acc[row], half, with);
          acc[row] = sum;
        }
      }
    }
    for (const reg whole : acc) {
      for (int l = 0; l < out.accesses; ++l) {
        const reg part{whole.id, whole.file, static_cast<std::int8_t>(l * out.units),
                       static_cast<std::int8_t>(out.units)};
        b.store(out.store, part, pc, c_buffer, post::immediate, 32, o.shift);
      }
    }
  };
  const std::int64_t rows_of_tiles = m / (4 * o.rows);
  if (!o.as_published) {
    b.loop(rows_of_tiles * passes, loop_mode::pipelined, one_tile);
    return std::move(b).finish();
  }
  const auto add = [&](reg p, std::int64_t bytes) {
    b.apply(opcode::add_pointer, p, p, reg{}, static_cast<std::int32_t>(bytes));
  };
  for (std::int64_t i = 0; i < rows_of_tiles; ++i) {
    b.loop(passes, loop_mode::pipelined, [&] {
      one_tile();
      add(pa, -a_row);
    });
    if (i + 1 < rows_of_tiles) {
      add(pa, a_row);
      add(pb, -b_all);
    }
  }
  return std::move(b).finish();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
