// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Dense products against plain loops, bit for bit.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <lacuna/hardware/aie2/core/check_schedule.hpp>
#include <lacuna/hardware/aie2/kernels/gemm_4x16x8.hpp>
#include <lacuna/hardware/aie2/kernels/run.hpp>

#include "aie2_operands.hpp"
#include "support/catch.hpp"

namespace aie2_gemm_test {

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

namespace {

/// `aligned_sum` in whole numbers: terms as mantissas of 53 bits, shifted right to the grid.
float aligned_twin(const std::vector<double>& terms) {
  int top = std::numeric_limits<int>::min();
  for (const double t : terms) {
    if (t != 0) top = std::max(top, std::ilogb(t));
  }
  if (top == std::numeric_limits<int>::min()) return 0;
  std::int64_t sum = 0;
  for (const double t : terms) {
    if (t == 0) continue;
    auto mantissa = static_cast<std::int64_t>(std::ldexp(t, 52 - std::ilogb(t)));
    const int shift = 52 - std::ilogb(t) - (23 - top);  // to units of 2^(top - 23)
    if (shift > 60) continue;
    sum += shift_round(mantissa, shift, rounding::conv_even);
  }
  return static_cast<float>(std::ldexp(static_cast<double>(sum), top - 23));
}

/// Values of a bf16 product on the device that a sum over k, eight products at once, gives
/// otherwise.
template <class Sum>
index_t wrong_bf16(const device& d, const dense_matrix<std::uint16_t>& a,
                   const dense_matrix<std::uint16_t>& b, Sum&& add) {
  gemm_kernel_options o;
  o.shape = bf16_mmul;
  o.c = element::bf16;
  o.cols = 4;
  o.accumulate = false;
  const auto out = run_gemm<std::uint16_t>(d, as_view(a), as_view(b), o);
  index_t wrong = 0;
  for (index_t i = 0; i < a.rows(); ++i) {
    for (index_t j = 0; j < b.cols(); ++j) {
      float sum = 0;
      for (index_t k = 0; k < a.cols(); k += 8) {
        std::vector<double> terms{sum};
        for (index_t l = k; l < std::min(k + 8, a.cols()); ++l) {
          terms.push_back(double{from_bf16(a(i, l))} * from_bf16(b(l, j)));
        }
        sum = add(terms);
      }
      const bool same =
          std::isnan(sum) ? std::isnan(from_bf16(out.y(i, j))) : out.y(i, j) == to_bf16(sum);
      wrong += same ? 0 : 1;
    }
  }
  return wrong;
}

dense_matrix<std::uint16_t> random_bf16(index_t rows, index_t cols, unsigned seed, int exponents) {
  std::mt19937 g(seed);
  std::normal_distribution<float> d;
  dense_matrix<std::uint16_t> m(rows, cols);
  for (index_t i = 0; i < m.size(); ++i) {
    const int e = exponents == 0 ? 0 : static_cast<int>(g() % 40) - 20;
    m.data()[i] = to_bf16(std::ldexp(d(g), e));
  }
  return m;
}

}  // namespace

TEST_CASE("bf16 products are aligned to the largest exponent of nine terms", "[aie2][kernels]") {
  for (const int exponents : {0, 40}) {
    const auto a = random_bf16(16, 24, 5, exponents);
    const auto b = random_bf16(24, 16, 6, exponents);
    CHECK(wrong_bf16(npu, a, b, aligned_twin) == 0);
  }
  // The device says how: the same in the order of k, rounded each time.
  device ordered = npu;
  ordered.core.bf16_sum = float_sum::in_order;
  auto a = random_bf16(16, 24, 5, 0);
  a(3, 5) = to_bf16(std::numeric_limits<float>::infinity());
  a(7, 2) = to_bf16(std::numeric_limits<float>::quiet_NaN());
  CHECK(wrong_bf16(ordered, a, random_bf16(24, 16, 6, 0), [](const std::vector<double>& terms) {
          volatile float sum = static_cast<float>(terms[0]);
          for (std::size_t i = 1; i < terms.size(); ++i) sum = sum + static_cast<float>(terms[i]);
          return static_cast<float>(sum);
        }) == 0);
}

TEST_CASE("a small term beside large ones that cancel is lost where silicon loses it",
          "[aie2][kernels]") {
  // Measured [ignite-xdna, engine_bf16_mac_model_probe]: 2^e + 1 - 2^e in one multiply-add is 1 up
  // to e = 23 and 0 from 24 on, wherever the terms stand; an eighth more than vanishes with it.
  for (int e = 16; e <= 40; ++e) {
    const double large = std::ldexp(1.0, e);
    const float kept = e <= 23 ? 1.0F : 0.0F;
    CHECK(aligned_sum(std::array<double, 9>{0, large, 1, -large}) == kept);
    CHECK(aligned_sum(std::array<double, 9>{0, -large, 0, 0, 1, 0, 0, 0, large}) == kept);
    CHECK(aligned_sum(std::array<double, 9>{1, large, 0, -large}) == kept);
    CHECK(add_products(float_sum::in_order, 0, std::array<double, 3>{large, 1, -large}) == kept);
    CHECK(add_products(float_sum::in_order, 0, std::array<double, 3>{large, -large, 1}) == 1);
  }
  // Halves go to even, of terms and of the sum.
  CHECK(aligned_sum(std::array<double, 2>{0x1p24, 1}) == 0x1p24F);
  CHECK(aligned_sum(std::array<double, 2>{0x1p24, 3}) == 0x1p24F + 4);
  CHECK(aligned_sum(std::array<double, 3>{0x1p24, 1, 1}) == 0x1p24F);  // each rounded by itself
}

TEST_CASE("zeros, subnormals, infinities and NaN in a bf16 sum", "[aie2][kernels]") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  CHECK(aligned_sum(std::array<double, 3>{0, 0, 0}) == 0);
  CHECK(aligned_sum(std::array<double, 2>{0x1p-130, 0x1p-130}) == 0);
  CHECK(aligned_sum(std::array<double, 2>{0x1p-126, 0x1p-127}) == 0x1p-126F);
  CHECK(aligned_sum(std::array<double, 2>{0x1.8p-126, -0x1p-126}) == 0);  // subnormal result
  CHECK(aligned_sum(std::array<double, 2>{inf, 1}) == inf);
  CHECK(aligned_sum(std::array<double, 2>{-inf, 1}) == -inf);
  CHECK(std::isnan(aligned_sum(std::array<double, 3>{inf, 1, -inf})));
  CHECK(std::isnan(aligned_sum(std::array<double, 2>{std::nan(""), 1})));
  CHECK(aligned_sum(std::array<double, 2>{0x1p127, 0x1p127}) == inf);
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

}  // namespace aie2_gemm_test
