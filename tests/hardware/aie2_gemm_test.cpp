// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Dense products against plain loops, bit for bit.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <lacuna/hardware/aie2/core/check_schedule.hpp>
#include <lacuna/hardware/aie2/kernels/gemm_4x16x8.hpp>
#include <lacuna/hardware/aie2/kernels/run.hpp>

#include "aie2_operands.hpp"
#include "support/catch.hpp"

using namespace lacuna;
using namespace lacuna::hardware::aie2;
using test::product, test::random_operand;

namespace {

const device npu = phoenix();

template <class R>
void check_int_gemm(element c, bool accumulate, loop_mode mode, network::gemm_extents g) {
  const auto a = random_operand<std::int8_t>(g.m, g.k, 127, 1);
  const auto b = random_operand<std::int8_t>(g.k, g.n, 127, 2);
  const auto old = random_operand<R>(g.m, g.n, 100, 3);
  gemm_kernel_options o;
  o.c = c;
  o.accumulate = accumulate;
  o.mode = mode;
  o.shift = c == element::int32 ? 0 : 6;
  const srs_control control{rounding::conv_even, saturation::saturate};
  CHECK_FALSE(check(make_layout(gemm_kernel(g, o), npu.core), npu.core));
  const auto out = run_gemm<R>(npu, as_view(a), as_view(b), o, old, control);
  const auto sums = product(a, b);
  index_t wrong = 0;
  for (index_t i = 0; i < g.m; ++i) {
    for (index_t j = 0; j < g.n; ++j) {
      const std::int64_t before = accumulate ? std::int64_t{old(i, j)} * (1 << o.shift) : 0;
      wrong += out.y(i, j) != srs<R>(before + sums(i, j), o.shift, control) ? 1 : 0;
    }
  }
  CHECK(wrong == 0);
  CHECK(out.run.macs == g.m * g.k * g.n);
  CHECK(out.run.macs_per_cycle() <= 256);
  CHECK(out.run.bank_stalls == 0);
}

}  // namespace

TEST_CASE("int8 products are exact for every type of result", "[aie2][kernels]") {
  const network::gemm_extents g =
      GENERATE(network::gemm_extents{16, 8, 16}, network::gemm_extents{16, 16, 16},
               network::gemm_extents{32, 40, 48}, network::gemm_extents{16, 104, 32});
  const bool accumulate = GENERATE(false, true);
  const loop_mode mode = GENERATE(loop_mode::pipelined, loop_mode::sequential);
  check_int_gemm<std::int8_t>(element::int8, accumulate, mode, g);
  check_int_gemm<std::int16_t>(element::int16, accumulate, mode, g);
  check_int_gemm<std::int32_t>(element::int32, accumulate, mode, g);
}

TEST_CASE("int16 by int8 products are exact", "[aie2][kernels]") {
  const auto a = random_operand<std::int16_t>(16, 20, 30000, 1);
  const auto b = random_operand<std::int8_t>(20, 16, 127, 2);
  gemm_kernel_options o;
  o.shape = int16_int8_mmul;
  o.c = element::int32;
  o.accumulate = false;
  const auto out = run_gemm<std::int32_t>(npu, as_view(a), as_view(b), o);
  const dense_matrix<std::int32_t> want = a.cast<std::int32_t>() * b.cast<std::int32_t>();
  CHECK(out.y == want);
}

TEST_CASE("bf16 products sum in fp32 in the order of k", "[aie2][kernels]") {
  const index_t m = 16, k = 24, n = 16;
  dense_matrix<std::uint16_t> a(m, k), b(k, n);
  std::mt19937 g(5);
  std::normal_distribution<float> d;
  for (index_t i = 0; i < a.size(); ++i) a.data()[i] = to_bf16(d(g));
  for (index_t i = 0; i < b.size(); ++i) b.data()[i] = to_bf16(d(g));
  a(3, 5) = to_bf16(std::numeric_limits<float>::infinity());
  a(7, 2) = to_bf16(std::numeric_limits<float>::quiet_NaN());
  gemm_kernel_options o;
  o.shape = bf16_mmul;
  o.c = element::bf16;
  o.cols = 4;
  o.accumulate = false;
  const auto out = run_gemm<std::uint16_t>(npu, as_view(a), as_view(b), o);
  index_t wrong = 0;
  for (index_t i = 0; i < m; ++i) {
    for (index_t j = 0; j < n; ++j) {
      float sum = 0;
      for (index_t l = 0; l < k; ++l) {
        volatile float term = from_bf16(a(i, l)) * from_bf16(b(l, j));  // exact: 8 + 8 bits
        sum += term;
      }
      wrong += out.y(i, j) != to_bf16(sum) && !std::isnan(sum) ? 1 : 0;
      if (std::isnan(sum)) wrong += std::isnan(from_bf16(out.y(i, j))) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("bias, ReLU and requantisation fuse into the product, bit for bit", "[aie2][kernels]") {
  const index_t m = 32, k = 40, n = 48;
  const bool with_bias = GENERATE(false, true);
  const bool relu = GENERATE(false, true);
  const auto a = random_operand<std::int8_t>(m, k, 127, 1);
  const auto b = random_operand<std::int8_t>(k, n, 127, 2);
  std::vector<std::int32_t> bias(static_cast<std::size_t>(n));
  std::mt19937 g(9);
  for (auto& v : bias) v = static_cast<std::int32_t>(g() % 200000) - 100000;
  gemm_kernel_options o;
  o.accumulate = false;
  o.bias = with_bias;
  o.relu = relu;
  o.shift = 9;
  const srs_control control{rounding::conv_even, saturation::saturate};
  CHECK_FALSE(check(make_layout(gemm_kernel({m, k, n}, o), npu.core), npu.core));
  const auto run = [&]<class R>(element c, R) {
    o.c = c;
    const auto out = run_gemm<R>(npu, a, b, o, {}, control, bias);
    const auto sums = product(a, b);
    index_t wrong = 0;
    for (index_t i = 0; i < m; ++i) {
      for (index_t j = 0; j < n; ++j) {
        const std::int64_t start = with_bias ? bias[static_cast<std::size_t>(j)] : 0;
        const R want = srs<R>(start + sums(i, j), o.shift, control);
        wrong += out.y(i, j) != (relu ? std::max<R>(want, 0) : want) ? 1 : 0;
      }
    }
    CHECK(wrong == 0);
  };
  run(element::int8, std::int8_t{});
  run(element::int16, std::int16_t{});
  o.accumulate = true;
  o.bias = true;
  CHECK_THROWS_AS(gemm_kernel({m, k, n}, o), unsupported_error);
}

TEST_CASE("the 4x16x8 kernel is exact, however it moves its pointers", "[aie2][kernels]") {
  gemm_4x16x8_options o;
  o.rows = GENERATE(1, 2);
  o.as_published = GENERATE(false, true);
  o.c = element::int32;
  const index_t m = 16, k = 48, n = 32;
  const auto a = random_operand<std::int8_t>(m, k, 127, 1);
  const auto b = random_operand<std::int8_t>(k, n, 127, 2);
  const core_kernel kn = gemm_4x16x8_kernel({m, k, n}, o);
  CHECK_FALSE(check(make_layout(kn, npu.core), npu.core));
  data_memory memory(npu.memory);
  const index_t rows = o.rows * 4;
  for (index_t i = 0; i < m; i += rows) {  // tiles one above the other lie together
    const auto at =
        to_tiles(dense_matrix<std::int8_t>(a.middleRows(i, rows)), 4, 16, tile_order::by_columns);
    memory.write(i * k, at.data(), static_cast<std::int64_t>(at.size()));
  }
  const auto bt = to_tiles(b, 16, 8, tile_order::by_columns);
  memory.write(16384, bt.data(), static_cast<std::int64_t>(bt.size()));
  (void)simulate_core(compile(kn, npu.core), memory, npu.core, {0, 16384, 32768});
  dense_matrix<std::int32_t> c(m, n);
  for (index_t i = 0; i < m; i += rows) {
    std::vector<std::int32_t> ct(static_cast<std::size_t>(rows * n));
    memory.read(32768 + i * n * 4, ct.data(), rows * n * 4);
    dense_matrix<std::int32_t> part(rows, n);
    from_tiles(ct, part, 4, 8, tile_order::by_columns);
    c.middleRows(i, rows) = part;
  }
  CHECK(c.cast<std::int64_t>() == product(a, b));
}

TEST_CASE("setting a pointer back by an addition costs a loop that loads by it a bundle",
          "[aie2][kernels]") {
  gemm_4x16x8_options o;
  const auto bundles = [&](bool as_published) {
    o.as_published = as_published;
    return make_layout(gemm_4x16x8_kernel({64, 64, 64}, o), npu.core).loops[0].loop.schedule.ii;
  };
  CHECK(bundles(false) == 16);
  CHECK(bundles(true) == 17);
}
