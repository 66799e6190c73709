// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include <lacuna/hardware/aie2/core/kernel.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

namespace detail {
inline std::int64_t vectors_of(const char* kernel, std::int64_t count, std::int64_t lanes) {
  if (count < lanes || count % lanes != 0) {
    throw shape_error(
        message(kernel, ": expected a positive multiple of ", lanes, " values, got ", count));
  }
  return count / lanes;
}
}  // namespace detail

/// c = a * factor, int16, `shift` bits out; arguments: a, c, and the factor as a scalar. 32 lanes a
/// multiply, two stores of 256 bits each: no faster than 2 bundles for 32 values.
[[nodiscard]] inline core_kernel scale_int16_kernel(std::int64_t count,
                                                    loop_mode mode = loop_mode::pipelined,
                                                    int shift = 0, int a_bank = 0, int c_bank = 1) {
  const std::int64_t trips = detail::vectors_of("scale int16", count, 32);
  kernel_builder b(message("scale int16 ", count));
  const std::int16_t a = b.add_buffer("a", a_bank);
  const std::int16_t c = b.add_buffer("c", c_bank);
  const reg pa = b.argument();
  const reg pc = b.argument();
  const reg factor = b.argument(register_file::scalar);
  b.event();
  const reg factors = b.vector();
  b.apply(opcode::broadcast16, factors, factor);
  b.loop(trips, mode, [&] {
    const reg x = b.vector();
    const reg y = b.accumulator();
    for (int h = 0; h < 2; ++h) {
      b.load(opcode::load_vector, x.unit(h), pa, a, post::immediate, 32);
    }
    b.multiply(opcode::mac_i16_lanes, y, x, factors);
    for (int h = 0; h < 2; ++h) {
      b.store(opcode::store_srs16, y.half(h), pc, c, post::immediate, 32, shift);
    }
  });
  b.event();
  return std::move(b).finish();
}

/// c = a + b, bf16 with sums in fp32; arguments: a, b, c. One operand enters as accumulator, the
/// other as a product with one, so that both load units and the multiplier work on each bundle.
[[nodiscard]] inline core_kernel add_bf16_kernel(std::int64_t count,
                                                 loop_mode mode = loop_mode::pipelined,
                                                 int a_bank = 0, int b_bank = 1, int c_bank = 2) {
  const std::int64_t trips = detail::vectors_of("add bf16", count, 16);
  kernel_builder k(message("add bf16 ", count));
  const std::int16_t a = k.add_buffer("a", a_bank);
  const std::int16_t b = k.add_buffer("b", b_bank);
  const std::int16_t c = k.add_buffer("c", c_bank);
  const reg pa = k.argument();
  const reg pb = k.argument();
  const reg pc = k.argument();
  k.event();
  const reg ones = k.vector(1);
  k.apply(opcode::broadcast16, ones, reg{}, reg{}, 0x3f80);  // 1.0 as bf16
  k.loop(trips, mode, [&] {
    const reg x = k.accumulator(2);
    const reg sum = k.accumulator(2);
    const reg y = k.vector(1);
    k.load(opcode::load_conv, x, pa, a, post::immediate, 32);
    k.load(opcode::load_vector, y, pb, b, post::immediate, 32);
    k.mac_from(opcode::mac_bf16_lanes, sum, x, y, ones);
    k.store(opcode::store_conv, sum, pc, c, post::immediate, 32);
  });
  k.event();
  return std::move(k).finish();
}

/// c = a + b, int8: sums in 32 bits, `shift` bits out, saturated; with `relu`, negative values
/// become zero. Arguments: a, b, c. The residual addition of a network.
[[nodiscard]] inline core_kernel add_int8_kernel(std::int64_t count, bool relu = false,
                                                 int shift = 0,
                                                 loop_mode mode = loop_mode::pipelined,
                                                 int a_bank = 0, int b_bank = 1, int c_bank = 2) {
  const std::int64_t trips = detail::vectors_of("add int8", count, 32);
  kernel_builder k(message("add int8 ", count));
  const std::int16_t a = k.add_buffer("a", a_bank);
  const std::int16_t b = k.add_buffer("b", b_bank);
  const std::int16_t c = k.add_buffer("c", c_bank);
  const reg pa = k.argument();
  const reg pb = k.argument();
  const reg pc = k.argument();
  const reg ones = k.vector(1);
  const reg zeros = k.vector(1);
  k.apply(opcode::broadcast8, ones, reg{}, reg{}, 1);
  if (relu) k.apply(opcode::broadcast8, zeros, reg{}, reg{}, 0);
  k.loop(trips, mode, [&] {
    const reg x = k.accumulator();
    const reg sum = k.accumulator();
    const reg y = k.vector(1);
    k.load(opcode::load_ups8, x, pa, a, post::immediate, 32);
    k.load(opcode::load_vector, y, pb, b, post::immediate, 32);
    k.mac_from(opcode::mac_i8_lanes, sum, x, y, ones);
    if (!relu) {
      k.store(opcode::store_srs8, sum, pc, c, post::immediate, 32, shift);
    } else {
      const reg narrow = k.vector(1);
      const reg out = k.vector(1);
      k.apply(opcode::srs8, narrow, sum, reg{}, shift);
      k.apply(opcode::max8, out, narrow, zeros);
      k.store(opcode::store_vector, out, pc, c, post::immediate, 32);
    }
  });
  return std::move(k).finish();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
