// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/kernels/gemm.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// int8 C (m, n) = A (m, k) B (k, n) in tiles of 4x16x8, two multiplies and two shuffles of A each
/// (aie_api's mmul of that shape): the kernel of AMD's AIE-ML matrix tutorial (Vitis-Tutorials,
/// AIE-ML Design_Tutorials/01). `rows` tiles of A meet each tile of B; the reduction is unrolled
/// and the loop over all tiles of C is one, `unroll` of them an iteration, so that one tile's
/// results can leave while the next tile's products arrive. A lies as tiles [m / 4][k / 16], B as
/// [n / 8][k / 16], C as [m / 4][n / 8], all row-major inside.
[[nodiscard]] inline core_kernel gemm_4x16x8_kernel(const network::gemm_extents& g, int rows,
                                                    element c, int unroll = 1, int shift = 0,
                                                    std::int64_t at_least = 0, int a_bank = 0,
                                                    int b_bank = 1, int c_bank = 2) {
  const auto [m, k, n] = std::array<std::int64_t, 3>{g.m, g.k, g.n};
  if (rows < 1 || m < 1 || k < 1 || n < 1 || m % (4 * rows) != 0 || k % 16 != 0 || unroll < 1 ||
      n % (8 * unroll) != 0) {
    throw shape_error(message("gemm 4x16x8 kernel: (", m, ", ", k, ") x (", k, ", ", n,
                              ") is not made of tiles of (", 4 * rows, ", 16) x (16, ", 8 * unroll,
                              ")"));
  }
  const detail::c_access out = detail::access_of(int8_mmul, c);
  const std::int64_t steps = k / 16;
  const std::int64_t passes = n / 8;
  const std::int64_t a_row = steps * 64;  // bytes of a row of tiles
  const std::int64_t c_row = passes * out.accesses * 32;
  kernel_builder b(message("gemm 4x16x8 ", m, "x", k, "x", n));
  const std::int16_t a_buffer = b.add_buffer("A", a_bank);
  const std::int16_t b_buffer = b.add_buffer("B", b_bank);
  const std::int16_t c_buffer = b.add_buffer("C", c_bank);
  std::vector<reg> pa{b.argument()};
  const reg pb = b.argument();
  std::vector<reg> pc{b.argument()};
  for (int r = 1; r < rows; ++r) {
    pa.push_back(b.pointer());
    pc.push_back(b.pointer());
    b.apply(opcode::set_address, pa.back(), pa.front(), reg{}, static_cast<int>(r * a_row));
    b.apply(opcode::set_address, pc.back(), pc.front(), reg{}, static_cast<int>(r * c_row));
  }
  for (const reg p : pa) {  // a row of tiles, again for each tile of B, then the next row
    detail::set_walk(b, p, 32, 2 * steps, -a_row, passes, rows * a_row);
  }
  detail::set_walk(b, pb, 32, 4 * steps * passes, -steps * 128 * passes, 0, 0);
  for (const reg p : pc) {
    detail::set_walk(b, p, 32, out.accesses * passes, (rows - 1) * c_row, 0, 0);
  }
  const auto one_tile = [&] {
    std::vector<reg> acc;
    for (int r = 0; r < rows; ++r) acc.push_back(b.accumulator());
    for (std::int64_t s = 0; s < steps; ++s) {
      const std::array<reg, 2> right{b.vector(), b.vector()};
      for (int l = 0; l < 4; ++l) {
        b.load(opcode::load_vector, right[static_cast<std::size_t>(l / 2)].unit(l % 2), pb,
               b_buffer, post::walk);
      }
      for (int r = 0; r < rows; ++r) {
        const auto row = static_cast<std::size_t>(r);
        const reg left = b.vector();
        for (int l = 0; l < 2; ++l) {
          b.load(opcode::load_vector, left.unit(l), pa[row], a_buffer, post::walk);
        }
        for (int h = 0; h < 2; ++h) {
          const reg half = b.vector(1);
          b.apply(opcode::shuffle_rows, half, left, reg{}, h);
          const reg with = right[static_cast<std::size_t>(h)];
          if (s == 0 && h == 0)
            b.multiply(opcode::mac_i8_4x8x8, acc[row], half, with);
          else
            b.mac(opcode::mac_i8_4x8x8, acc[row], half, with);
        }
      }
    }
    for (int r = 0; r < rows; ++r) {
      for (int l = 0; l < out.accesses; ++l) {
        const reg whole = acc[static_cast<std::size_t>(r)];
        const reg part{whole.id, whole.file, static_cast<std::int8_t>(l * out.units),
                       static_cast<std::int8_t>(out.units)};
        b.store(out.store, part, pc[static_cast<std::size_t>(r)], c_buffer, post::walk, 0, shift);
      }
    }
  };
  b.loop(m / (4 * rows) * passes / unroll, loop_mode::pipelined, [&] {
    for (int u = 0; u < unroll; ++u) one_tile();
  });
  b.widen_last_loop(at_least);
  return std::move(b).finish();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
