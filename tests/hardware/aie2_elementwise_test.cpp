// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Element-wise kernels against plain loops, bit for bit.
#include <algorithm>
#include <cstdint>
#include <string>

#include <lacuna/hardware/aie2/core/check_schedule.hpp>
#include <lacuna/hardware/aie2/core/simulate_core.hpp>
#include <lacuna/hardware/aie2/kernels/elementwise.hpp>

#include "aie2_operands.hpp"
#include "support/catch.hpp"

namespace aie2_elementwise_test {

using namespace lacuna;
using namespace lacuna::hardware::aie2;
using test::random_operand;

namespace {

const device npu = phoenix();

}  // namespace

TEST_CASE("element-wise kernels refuse counts that are no whole vectors", "[aie2][kernels]") {
  for (const std::int64_t count : {0, -32, 31, 33}) {
    CHECK_THROWS_AS(scale_int16_kernel(count), shape_error);
    CHECK_THROWS_AS(add_int8_kernel(count), shape_error);
    CHECK_THROWS_WITH(add_bf16_kernel(count), Catch::Contains(std::to_string(count)));
  }
}

TEST_CASE("element-wise kernels are exact, pipelined or not", "[aie2][kernels]") {
  const loop_mode mode = GENERATE(loop_mode::pipelined, loop_mode::sequential);
  const index_t count = GENERATE(32, 64, 992);
  const auto a = random_operand<std::int8_t>(1, count, 127, 1);
  const auto b = random_operand<std::int8_t>(1, count, 127, 2);
  data_memory memory(npu.memory);
  SECTION("int8 addition with and without ReLU") {
    const bool relu = GENERATE(false, true);
    memory.write(0, a.data(), count);
    memory.write(16384, b.data(), count);
    const core_kernel k = add_int8_kernel(count, relu, 1, mode);
    CHECK_FALSE(check(make_layout(k, npu.core), npu.core));
    (void)simulate_core(compile(k, npu.core), memory, npu.core, {0, 16384, 32768});
    dense_matrix<std::int8_t> c(1, count);
    memory.read(32768, c.data(), count);
    index_t wrong = 0;
    for (index_t i = 0; i < count; ++i) {
      const auto sum = srs<std::int8_t>(a(0, i) + b(0, i), 1, {});
      wrong += c(0, i) != (relu ? std::max<std::int8_t>(sum, 0) : sum) ? 1 : 0;
    }
    CHECK(wrong == 0);
  }
  SECTION("int16 scaling saturates") {
    const auto x = random_operand<std::int16_t>(1, count, 30000, 3);
    memory.write(0, x.data(), 2 * count);
    (void)simulate_core(compile(scale_int16_kernel(count, mode), npu.core), memory, npu.core,
                        {0, 16384, -7});
    dense_matrix<std::int16_t> c(1, count);
    memory.read(16384, c.data(), 2 * count);
    index_t wrong = 0;
    for (index_t i = 0; i < count; ++i) {
      wrong += c(0, i) != srs<std::int16_t>(-7 * x(0, i), 0, {}) ? 1 : 0;
    }
    CHECK(wrong == 0);
  }
}

}  // namespace aie2_elementwise_test
