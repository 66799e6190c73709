// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/core/extents.hpp>
#include <lacuna/hardware/aie2/core/kernel.hpp>
#include <lacuna/network/layer_shape.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A product of small tiles that the vector unit does in one instruction: (m, k) x (k, n).
struct mmul_shape {
  opcode code{opcode::mac_i8_4x8x8};
  element a{element::int8};
  element b{element::int8};
  int m{4};
  int k{8};
  int n{8};

  [[nodiscard]] std::int64_t a_bytes() const noexcept { return m * k * bits_of(a) / 8; }
  [[nodiscard]] std::int64_t b_bytes() const noexcept { return k * n * bits_of(b) / 8; }
};
inline constexpr mmul_shape int8_mmul{};
inline constexpr mmul_shape bf16_mmul{
    opcode::mac_bf16_4x8x4, element::bf16, element::bf16, 4, 8, 4};
inline constexpr mmul_shape int16_int8_mmul{
    opcode::mac_i16_i8_4x4x8, element::int16, element::int8, 4, 4, 8};

/// C (m, n) += A (m, k) B (k, n) on one core. A, B and C lie in memory as tiles of the
/// instruction's shape, each row-major and contiguous, tiles row by row.
struct gemm_kernel_options {
  mmul_shape shape{int8_mmul};
  element c{element::int8};  ///< int8, int16 or int32 after integer products, bf16 after bf16
  int rows{4};  ///< tiles of the instruction whose results stay in accumulators: rows x cols
  int cols{2};
  bool accumulate{true};  ///< C is read first; else results start at the bias or at zero
  bool bias{false};       ///< integers only: 32 bits a column, see `bias_image`
  bool relu{false};       ///< int8 and int16 results: negative ones become zero
  int shift{0};           ///< of results on their way out, and of C on its way in
  loop_mode mode{loop_mode::pipelined};
  std::int64_t loop_bundles{0};  ///< of the loop over k at least, where another compiler's is known
  int a_bank{0};                 ///< logical banks that hold A, B and C
  int b_bank{1};
  int c_bank{2};
};

namespace detail {

/// How one tile of C gets into accumulators and back.
struct c_access {
  opcode load{opcode::load_ups8};
  opcode store{opcode::store_srs8};
  int accesses{1};  ///< of 32 bytes a tile
  int units{4};     ///< accumulator units an access fills
};

inline c_access access_of(const mmul_shape& s, element c) {
  const bool floats = s.a == element::bf16;
  if (!floats && c == element::int8) return {opcode::load_ups8, opcode::store_srs8, 1, 4};
  if (!floats && c == element::int16) return {opcode::load_ups16, opcode::store_srs16, 2, 2};
  if (!floats && c == element::int32) {
    return {opcode::load_accumulator, opcode::store_accumulator, 4, 1};
  }
  if (floats && c == element::bf16) return {opcode::load_conv, opcode::store_conv, 1, 2};
  throw unsupported_error(message("product of ", to_string(s.a), " and ", to_string(s.b),
                                  " has no results of ", to_string(c)));
}

/// Sets the 3-D walk of a pointer.
inline void set_walk(kernel_builder& k, reg p, std::int64_t increment, std::int64_t count0,
                     std::int64_t jump0, std::int64_t count1, std::int64_t jump1) {
  const auto set = [&](walk_field f, std::int64_t v) {
    k.set_step(p, f, static_cast<std::int32_t>(v));
  };
  set(walk_field::increment, increment);
  set(walk_field::count0, count0);
  set(walk_field::jump0, jump0);
  set(walk_field::count1, count1);
  set(walk_field::jump1, jump1);
}

/// `accesses` of 32 bytes in a row, the last of which walks on.
template <class Access>
void run_of_accesses(std::int64_t accesses, Access&& access) {
  for (std::int64_t l = 0; l < accesses; ++l) access(l, l + 1 < accesses);
}

}  // namespace detail

/// A bias of n columns as accumulators hold it: for each tile of `s`, its columns in each of its
/// rows.
[[nodiscard]] inline std::vector<std::int32_t> bias_image(const std::vector<std::int32_t>& bias,
                                                          const mmul_shape& s = int8_mmul) {
  const auto cols = static_cast<std::size_t>(s.n);
  std::vector<std::int32_t> out;
  for (std::size_t j = 0; j < bias.size(); j += cols) {
    for (int row = 0; row < s.m; ++row) {
      for (std::size_t i = j; i < j + cols; ++i) out.push_back(i < bias.size() ? bias[i] : 0);
    }
  }
  return out;
}

/// The kernel; arguments are the addresses of A, B and C, then of the bias if there is one. The
/// loop over k is software-pipelined, those over tiles of C branch, as compilers do from plain
/// loops (mlir-aie's public matmul has the same nest). @throws shape_error unless extents are
/// multiples of what accumulators hold at once.
[[nodiscard]] inline core_kernel gemm_kernel(const network::gemm_extents& g,
                                             const gemm_kernel_options& o = {}) {
  const mmul_shape& s = o.shape;
  const auto [m, k, n] = std::array<std::int64_t, 3>{g.m, g.k, g.n};
  if (m < 1 || k < 1 || n < 1 || m % (s.m * o.rows) != 0 || k % s.k != 0 ||
      n % (s.n * o.cols) != 0) {
    throw shape_error(message("gemm kernel: (", m, ", ", k, ") x (", k, ", ", n,
                              ") is not made of tiles of (", s.m * o.rows, ", ", s.k, ") x (", s.k,
                              ", ", s.n * o.cols, ")"));
  }
  const detail::c_access c = detail::access_of(s, o.c);
  const bool floats = s.a == element::bf16;
  if (o.bias && (floats || o.accumulate)) {
    throw unsupported_error("gemm kernel: a bias starts integer sums, which then read no C");
  }
  if (o.relu && (floats || o.c == element::int32)) {
    throw unsupported_error(message("gemm kernel: ReLU on int8 and int16, not ", to_string(o.c)));
  }
  const std::int64_t steps = k / s.k;
  const std::int64_t tiles_n = n / s.n;
  const std::int64_t a_loads = s.a_bytes() / 32;
  const std::int64_t b_loads = s.b_bytes() / 32;
  const std::int64_t a_row = steps * s.a_bytes();
  const std::int64_t b_step = tiles_n * s.b_bytes();
  const std::int64_t c_tile = c.accesses * 32;
  const std::int64_t c_row = tiles_n * c_tile;
  const std::int64_t passes = tiles_n / o.cols;

  kernel_builder b(message("gemm ", to_string(s.a), " ", m, "x", k, "x", n));
  const std::int16_t a_buffer = b.add_buffer("A", o.a_bank);
  const std::int16_t b_buffer = b.add_buffer("B", o.b_bank);
  const std::int16_t c_buffer = b.add_buffer("C", o.c_bank);
  const reg pa = b.argument();
  const reg pb = b.argument();
  const reg pc = b.argument();
  const reg pbias = o.bias ? b.argument() : reg{};
  const reg pc_in = b.pointer();
  detail::set_walk(b, pa, a_row - (a_loads - 1) * 32, o.rows, s.a_bytes() - o.rows * a_row, steps,
                   -steps * s.a_bytes());
  detail::set_walk(b, pb, b_step - (o.cols * b_loads - 1) * 32, steps,
                   o.cols * s.b_bytes() - steps * b_step, passes, -b_step);
  const auto walk_c = [&](reg p) {
    detail::set_walk(b, p, c_row - (o.cols * c.accesses - 1) * 32, o.rows,
                     o.cols * c_tile - o.rows * c_row, passes, (o.rows - 1) * c_row);
  };
  walk_c(pc);
  if (o.accumulate) {
    b.apply(opcode::set_address, pc_in, pc);
    walk_c(pc_in);
  }

  const std::int16_t bias_buffer = b.add_buffer("bias", o.c_bank);
  if (o.bias) detail::set_walk(b, pbias, 32, 4 * tiles_n, -128 * tiles_n, 0, 0);
  const reg zeros = o.relu ? b.vector(1) : reg{};
  if (o.relu) b.apply(opcode::broadcast8, zeros, reg{}, reg{}, 0);

  const int units = floats ? 2 : 4;
  std::vector<reg> acc;
  for (int i = 0; i < o.rows * o.cols; ++i) acc.push_back(b.accumulator(units));
  const auto tile = [&](int row, int col) {
    return acc[static_cast<std::size_t>(row * o.cols + col)];
  };
  const auto part = [&](reg r, std::int64_t access) {
    return reg{r.id, r.file, static_cast<std::int8_t>(access * c.units),
               static_cast<std::int8_t>(c.units)};
  };
  const auto over_c = [&](auto&& access) {
    for (int row = 0; row < o.rows; ++row) {
      detail::run_of_accesses(o.cols * c.accesses, [&](std::int64_t l, bool more) {
        access(part(tile(row, static_cast<int>(l / c.accesses)), l % c.accesses),
               more ? post::immediate : post::walk);
      });
    }
  };
  b.loop(m / (s.m * o.rows), loop_mode::sequential, [&] {
    b.loop(passes, loop_mode::sequential, [&] {
      if (o.accumulate) {
        over_c([&](reg r, post after) { b.load(c.load, r, pc_in, c_buffer, after, 32, o.shift); });
      } else if (o.bias) {
        for (int col = 0; col < o.cols; ++col) {
          for (int q = 0; q < 4; ++q) {
            b.load(opcode::load_accumulator, tile(0, col).unit(q), pbias, bias_buffer, post::walk);
          }
          for (int row = 1; row < o.rows; ++row) {
            for (int h = 0; h < 2; ++h) {
              b.apply(opcode::move_accumulator, tile(row, col).half(h), tile(0, col).half(h));
            }
          }
        }
      } else {
        for (const reg r : acc) b.apply(opcode::clear, r);
      }
      b.loop(steps, o.mode, [&] {
        std::vector<reg> left;
        std::vector<reg> right;
        for (int row = 0; row < o.rows; ++row) {
          left.push_back(b.vector(static_cast<int>(a_loads)));
          detail::run_of_accesses(a_loads, [&](std::int64_t l, bool more) {
            b.load(opcode::load_vector, left.back().unit(static_cast<int>(l)), pa, a_buffer,
                   more ? post::immediate : post::walk, 32);
          });
        }
        for (int col = 0; col < o.cols; ++col) right.push_back(b.vector(static_cast<int>(b_loads)));
        detail::run_of_accesses(o.cols * b_loads, [&](std::int64_t l, bool more) {
          b.load(opcode::load_vector,
                 right[static_cast<std::size_t>(l / b_loads)].unit(static_cast<int>(l % b_loads)),
                 pb, b_buffer, more ? post::immediate : post::walk, 32);
        });
        for (int row = 0; row < o.rows; ++row) {
          for (int col = 0; col < o.cols; ++col) {
            b.mac(s.code, tile(row, col), left[static_cast<std::size_t>(row)],
                  right[static_cast<std::size_t>(col)]);
          }
        }
      });
      b.widen_last_loop(o.loop_bundles);
      over_c([&](reg r, post after) {
        if (!o.relu) return b.store(c.store, r, pc, c_buffer, after, 32, o.shift);
        const bool bytes = o.c == element::int8;
        const reg narrow = b.vector(1);
        const reg out = b.vector(1);
        b.apply(bytes ? opcode::srs8 : opcode::srs16, narrow, r, reg{}, o.shift);
        b.apply(bytes ? opcode::max8 : opcode::max16, out, narrow, zeros);
        b.store(opcode::store_vector, out, pc, c_buffer, after, 32);
      });
    });
    b.apply(opcode::add_pointer, pa, pa, reg{}, static_cast<std::int32_t>(o.rows * a_row));
  });
  return std::move(b).finish();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
