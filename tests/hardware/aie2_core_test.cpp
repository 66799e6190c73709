// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/core
#include <cstdint>
#include <string>
#include <vector>

#include <lacuna/hardware/aie2/core/check_schedule.hpp>
#include <lacuna/hardware/aie2/core/simulate_core.hpp>
#include <lacuna/hardware/aie2/kernels/gemm.hpp>

#include "support/catch.hpp"

namespace aie2_core_test {

using namespace lacuna;
using namespace lacuna::hardware::aie2;

namespace {

const device npu = phoenix();

/// Two products into one accumulator, `spacing` bundles apart, stored `wait` bundles after.
layout chain(std::int64_t spacing, opcode mac, int units, opcode store, std::int64_t wait) {
  kernel_builder k("chain");
  const auto data = k.add_buffer("data", 0);
  const auto out = k.add_buffer("out", 1);
  const reg p = k.argument();
  const reg q = k.argument();
  const reg x = k.vector();
  const reg sum = k.accumulator(units);
  k.load(opcode::load_vector, x.unit(0), p, data);
  k.load(opcode::load_vector, x.unit(1), p, data);
  const bool floats = mac == opcode::mac_bf16_lanes;
  const reg a = floats ? x.unit(0) : x;
  k.multiply(mac, sum, a, a);
  k.mac(mac, sum, a, a);
  k.store(store, floats ? sum : sum.half(0), q, out);
  layout l = make_layout(std::move(k).finish(), npu.core);
  std::int64_t first = 0;
  for (placed_operation& o : l.ops) {
    if (is_mac(o.op.code) && o.op.starts) first = o.bundle;
  }
  for (placed_operation& o : l.ops) {
    if (is_mac(o.op.code) && !o.op.starts) o.bundle = first + spacing;
    if (o.op.code == store) {
      o.bundle = first + spacing + wait;
      l.bundles = o.bundle + 1;
    }
  }
  return l;
}

std::int16_t run_int_chain(const layout& l) {
  data_memory memory(npu.memory);
  const std::vector<std::int16_t> threes(32, 3);
  memory.write(0, threes.data(), 64);
  (void)simulate_core(assemble(l, npu.core), memory, npu.core, {0, 16384});
  std::int16_t out = 0;
  memory.read(16384, &out, 2);
  return out;
}

core_kernel two_loads() {
  kernel_builder k("two loads");
  const auto a = k.add_buffer("a");
  const auto b = k.add_buffer("b");
  const reg pa = k.argument();
  const reg pb = k.argument();
  const reg x = k.vector(1);
  const reg y = k.vector(1);
  k.loop_by_hand(100, 11, {0, 0}, [&] {
    k.load(opcode::load_vector, x, pa, a);
    k.load(opcode::load_vector, y, pb, b);
  });
  return std::move(k).finish();
}

}  // namespace

TEST_CASE("an integer chain is right at a spacing of 2 and silently wrong at 1", "[aie2][core]") {
  const layout good = chain(2, opcode::mac_i16_lanes, 4, opcode::store_srs16, 5);
  CHECK_FALSE(check(good, npu.core));
  CHECK(run_int_chain(good) == 18);

  const layout bad = chain(1, opcode::mac_i16_lanes, 4, opcode::store_srs16, 5);
  const auto fault = check(bad, npu.core);
  REQUIRE(fault);
  CHECK(fault->reader == opcode::mac_i16_lanes);
  CHECK_THAT(fault->text, Catch::Contains("accumulator") && Catch::Contains("no operation"));
  CHECK(run_int_chain(bad) == 9);  // the first product is lost: the accumulator was still 0
}

TEST_CASE("a store four bundles after the last product stores the sum before it", "[aie2][core]") {
  const layout bad = chain(2, opcode::mac_i16_lanes, 4, opcode::store_srs16, 4);
  const auto fault = check(bad, npu.core);
  REQUIRE(fault);
  CHECK(fault->reader == opcode::store_srs16);
  CHECK(run_int_chain(bad) == 9);
}

TEST_CASE("a bf16 chain needs a spacing of 4", "[aie2][core]") {
  for (std::int64_t spacing = 1; spacing <= 5; ++spacing) {
    INFO(spacing);
    CHECK(check(chain(spacing, opcode::mac_bf16_lanes, 2, opcode::store_conv, 6), npu.core)
              .has_value() == (spacing < 4));
  }
}

TEST_CASE("latencies of a device change what is right", "[aie2][core]") {
  core_parameters slow = npu.core;
  slow.latency.mac_chain = 3;
  CHECK(check(chain(2, opcode::mac_i16_lanes, 4, opcode::store_srs16, 5), slow));
  CHECK_FALSE(check(chain(3, opcode::mac_i16_lanes, 4, opcode::store_srs16, 5), slow));
}

TEST_CASE("two loads of one bank in a bundle cost a cycle, of two banks none", "[aie2][core]") {
  const program p = compile(two_loads(), npu.core);
  const auto cycles = [&](std::int32_t a, std::int32_t b) {
    data_memory memory(npu.memory);
    return simulate_core(p, memory, npu.core, {a, b});
  };
  const core_run apart = cycles(0, 16384);
  const core_run together = cycles(0, 64);
  CHECK(apart.bank_stalls == 0);
  CHECK(together.bank_stalls == 100);
  CHECK(together.cycles() - apart.cycles() == 100);
  CHECK(together.conflicts[0] + together.conflicts[1] == 200);
  CHECK(cycles(0, 32768).bank_stalls == 0);
}

TEST_CASE("the bank map is the measured one", "[aie2][core]") {
  const data_memory_parameters m;
  for (std::int64_t a = 0; a < m.bytes; a += 8) {
    CHECK(m.bank_of(a) == 2 * ((a >> 14) & 3) + ((a >> 4) & 1));
  }
}

TEST_CASE("a kernel that wants more accumulators than there are says so", "[aie2][core]") {
  gemm_kernel_options o;
  o.cols = 4;
  o.rows = 4;
  CHECK_THROWS_AS(compile(gemm_kernel({32, 64, 64}, o), npu.core), register_shortage);
  CHECK_THROWS_WITH(compile(gemm_kernel({32, 64, 64}, o), npu.core),
                    Catch::Contains("gemm") && Catch::Contains("accumulator") &&
                        Catch::Contains("the core has 36"));
}

TEST_CASE("a kernel that overflows program memory says by how much", "[aie2][core]") {
  kernel_builder k("long");
  const auto data = k.add_buffer("data");
  const reg p = k.argument();
  const reg x = k.vector(1);
  const reg acc = k.accumulator();
  // Eight bytes an iteration. Compiling takes time by the cube of the length: 1500 took 160 s on
  // emulated Arm.
  for (int i = 0; i < 520; ++i) {
    k.load(opcode::load_vector, x, p, data, post::immediate, 32);
    k.mac(opcode::mac_i8_lanes, acc, x, x);
  }
  core_parameters small = npu.core;
  small.program_bytes = 4096;
  const core_kernel long_one = std::move(k).finish();
  CHECK_THROWS_WITH(compile(long_one, small),
                    Catch::Contains("long") && Catch::Contains("the core has 4096"));
}

TEST_CASE("accesses outside the memory and misaligned ones are refused", "[aie2][core]") {
  const program p = compile(two_loads(), npu.core);
  data_memory memory(npu.memory);
  CHECK_THROWS_AS(simulate_core(p, memory, npu.core, {65536, 0}), shape_error);
  CHECK_THROWS_AS(simulate_core(p, memory, npu.core, {-32, 0}), shape_error);
  CHECK_THROWS_AS(simulate_core(p, memory, npu.core, {16, 0}), shape_error);
  CHECK_THROWS_AS(simulate_core(p, memory, npu.core, {0}), shape_error);
  CHECK_THROWS_WITH(simulate_core(p, memory, npu.core, {0, 64}, 50),
                    Catch::Contains("did not end within 50"));
}

TEST_CASE("placing more than a tile holds names the tile and the amounts", "[aie2][core]") {
  data_memory memory(npu.memory, "tile (1, 2)");
  CHECK(memory.place("a", 100, 1).address == 16384);
  CHECK(memory.place("b", 100, 1).address == 16384 + 128);
  CHECK(memory.place("c", 20000, 0).address == 16384 + 256);
  CHECK_THROWS_WITH(memory.place("d", 60000), Catch::Contains("tile (1, 2)") &&
                                                  Catch::Contains("60000") &&
                                                  Catch::Contains("65536"));
  CHECK_THROWS_AS(memory.place("e", 1, 4), shape_error);
}

TEST_CASE("SRS rounds and saturates in each mode", "[aie2][core]") {
  struct row {
    rounding mode;
    std::int64_t at_minus_6, at_minus_2, at_2, at_6, at_3;  // shifted by 2: -1.5 -0.5 0.5 1.5 0.75
  };
  const row r = GENERATE(
      row{rounding::floor, -2, -1, 0, 1, 0}, row{rounding::ceil, -1, 0, 1, 2, 1},
      row{rounding::symmetric_floor, -1, 0, 0, 1, 0},
      row{rounding::symmetric_ceil, -2, -1, 1, 2, 1}, row{rounding::positive_inf, -1, 0, 1, 2, 1},
      row{rounding::negative_inf, -2, -1, 0, 1, 1}, row{rounding::symmetric_inf, -2, -1, 1, 2, 1},
      row{rounding::symmetric_zero, -1, 0, 0, 1, 1}, row{rounding::conv_even, -2, 0, 0, 2, 1},
      row{rounding::conv_odd, -1, -1, 1, 1, 1});
  CHECK(shift_round(-6, 2, r.mode) == r.at_minus_6);
  CHECK(shift_round(-2, 2, r.mode) == r.at_minus_2);
  CHECK(shift_round(2, 2, r.mode) == r.at_2);
  CHECK(shift_round(6, 2, r.mode) == r.at_6);
  CHECK(shift_round(3, 2, r.mode) == r.at_3);
  CHECK(shift_round(8, 2, r.mode) == 2);
  CHECK(shift_round(-8, 2, r.mode) == -2);
  CHECK(shift_round(5, 0, r.mode) == 5);

  CHECK(srs<std::int8_t>(1000, 2, {r.mode, saturation::saturate}) == 127);
  CHECK(srs<std::int8_t>(-1000, 2, {r.mode, saturation::saturate}) == -128);
  CHECK(srs<std::int8_t>(-1000, 2, {r.mode, saturation::symmetric}) == -127);
  CHECK(srs<std::int8_t>(0x180, 0, {r.mode, saturation::none}) == -128);
}

TEST_CASE("bf16 conversion keeps NaN and infinities and rounds to even", "[aie2][core]") {
  const float inf = std::numeric_limits<float>::infinity();
  CHECK(from_bf16(to_bf16(inf)) == inf);
  CHECK(from_bf16(to_bf16(-inf)) == -inf);
  CHECK(std::isnan(from_bf16(to_bf16(std::numeric_limits<float>::quiet_NaN()))));
  CHECK(to_bf16(1.0F) == 0x3f80);
  CHECK(to_bf16(1.0F + 1.0F / 256) == 0x3f80);  // half way: to even
  CHECK(to_bf16(1.0F + 3.0F / 256) == 0x3f82);
  CHECK(to_bf16(std::numeric_limits<float>::max()) == 0x7f80);
}

TEST_CASE("the 4x8x8 product of lanes wraps like 32 bits", "[aie2][core]") {
  std::vector<float> a(32, -128);
  std::vector<float> b(64, -128);
  std::vector<std::int32_t> acc(32, std::numeric_limits<std::int32_t>::max());
  std::vector<std::int32_t> out(32);
  lanes::mac_i8_4x8x8(out.data(), acc.data(), a.data(), b.data());
  for (const std::int32_t v : out) CHECK(v == std::numeric_limits<std::int32_t>::min() + 131071);
}

TEST_CASE("a loop of no trips and kernels of odd shapes are refused", "[aie2][core]") {
  kernel_builder k("none");
  CHECK_THROWS_AS(k.loop(0, loop_mode::pipelined, [] {}), shape_error);
  CHECK_THROWS_AS(gemm_kernel({0, 8, 16}), shape_error);
  CHECK_THROWS_AS(gemm_kernel({16, 9, 16}), shape_error);
  gemm_kernel_options o;
  o.c = element::bf16;
  CHECK_THROWS_AS(gemm_kernel({16, 8, 16}, o), unsupported_error);
}

}  // namespace aie2_core_test
