// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/kernels: results against plain loops, bit for bit.
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <lacuna/format/convert.hpp>
#include <lacuna/hardware/aie2/core/check_schedule.hpp>
#include <lacuna/hardware/aie2/kernels/elementwise.hpp>
#include <lacuna/hardware/aie2/kernels/gemm_4x16x8.hpp>
#include <lacuna/hardware/aie2/kernels/run.hpp>
#include <lacuna/hardware/aie2/kernels/sparse_2_4.hpp>

#include "support/catch.hpp"

using namespace lacuna;
using namespace lacuna::hardware::aie2;

namespace {

const device npu = phoenix();

template <class T>
dense_matrix<T> random_matrix(index_t rows, index_t cols, int range, unsigned seed) {
  std::mt19937 g(seed);
  std::uniform_int_distribution<int> d(-range, range);
  dense_matrix<T> m(rows, cols);
  for (index_t i = 0; i < m.size(); ++i) m.data()[i] = static_cast<T>(d(g));
  return m;
}

dense_matrix<std::int64_t> product(const dense_matrix<std::int8_t>& a,
                                   const dense_matrix<std::int8_t>& b) {
  return a.cast<std::int64_t>() * b.cast<std::int64_t>();
}

template <class R>
void check_int_gemm(element c, bool accumulate, loop_mode mode, network::gemm_extents g) {
  const auto a = random_matrix<std::int8_t>(g.m, g.k, 127, 1);
  const auto b = random_matrix<std::int8_t>(g.k, g.n, 127, 2);
  const auto old = random_matrix<R>(g.m, g.n, 100, 3);
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
  const auto a = random_matrix<std::int16_t>(16, 20, 30000, 1);
  const auto b = random_matrix<std::int8_t>(20, 16, 127, 2);
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

TEST_CASE("block-sparse products are exact for any pattern and any shape", "[aie2][kernels]") {
  const int columns = GENERATE(1, 2, 4);
  const int keep = GENERATE(0, 10, 50, 100);
  const index_t m = GENERATE(1, 8, 61);
  const index_t k = GENERATE(7, 64);
  const index_t n = GENERATE(1, 67);
  const auto dense = random_matrix<std::int8_t>(m, k, 9, 4);
  const auto x = random_matrix<std::int8_t>(k, n, 9, 5);
  std::mt19937 g(6);
  const auto w = to_block_csr_where<8, 8>(
      dense, [&](index_t, index_t) { return static_cast<int>(g() % 100) < keep; });
  block_sparse_options o;
  o.columns = columns;
  o.shift = 3;
  const srs_control control{rounding::positive_inf, saturation::saturate};
  const auto out = run_block_sparse(npu, w, as_view(x), o, control);
  const auto sums = product(to_dense(w), x);
  index_t wrong = 0;
  for (index_t i = 0; i < m; ++i) {
    for (index_t j = 0; j < n; ++j) {
      wrong += out.y(i, j) != srs<std::int8_t>(sums(i, j), o.shift, control) ? 1 : 0;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("half the blocks take half the time, whatever the lengths of rows", "[aie2][kernels]") {
  const index_t m = 64, k = 256, n = 64;
  const auto dense = random_matrix<std::int8_t>(m, k, 9, 7);
  const auto x = random_matrix<std::int8_t>(k, n, 9, 8);
  const auto all = to_block_csr_where<8, 8>(dense, [](index_t, index_t) { return true; });
  const auto half = to_block_csr_where<8, 8>(dense, [](index_t i, index_t j) {
    return i == 0 || (i < 7 && (i + j) % 2 == 0) || (i == 7 && j == 3);  // rows of 32, 16 and 1
  });
  REQUIRE(half.blocks() == 32 + 6 * 16 + 1);
  const auto full = run_block_sparse(npu, all, as_view(x));
  const auto less = run_block_sparse(npu, half, as_view(x));
  const double speed_up =
      static_cast<double>(full.run.cycles()) / static_cast<double>(less.run.cycles());
  const double bound = static_cast<double>(all.blocks()) / static_cast<double>(half.blocks());
  CHECK(speed_up > 0.97 * bound);
  CHECK(speed_up <= bound);
}

TEST_CASE("schedules of the block-sparse kernel give each read its value", "[aie2][kernels]") {
  block_sparse_options o;
  o.columns = GENERATE(1, 2, 4);
  const layout l = make_layout(block_sparse_kernel(11, 64, o), npu.core);
  CHECK_FALSE(check(l, npu.core));
  const std::int64_t multiplies = 2 * o.columns;
  CHECK(l.loops.front().loop.schedule.ii <= std::max<std::int64_t>(4, multiplies + 1));
}

TEST_CASE("operands that do not fit or do not meet are refused", "[aie2][kernels]") {
  const auto dense = random_matrix<std::int8_t>(8, 4096, 9, 7);
  const auto w = to_block_csr_where<8, 8>(dense, [](index_t, index_t) { return true; });
  const auto x = random_matrix<std::int8_t>(4096, 32, 9, 8);
  CHECK_THROWS_WITH(run_block_sparse(npu, w, as_view(x)),
                    Catch::Contains("no room") && Catch::Contains("65536"));
  CHECK_THROWS_AS(run_block_sparse(npu, w, as_view(random_matrix<std::int8_t>(8, 8, 9, 1))),
                  shape_error);
  block_sparse_options o;
  o.columns = 3;
  CHECK_THROWS_AS(run_block_sparse(npu, w, as_view(x), o), shape_error);
  CHECK_THROWS_AS(block_sparse_kernel(0, 32), shape_error);
}

TEST_CASE("the 4x16x8 kernel is exact, however it moves its pointers", "[aie2][kernels]") {
  gemm_4x16x8_options o;
  o.rows = GENERATE(1, 2);
  o.as_published = GENERATE(false, true);
  o.c = element::int32;
  const index_t m = 16, k = 48, n = 32;
  const auto a = random_matrix<std::int8_t>(m, k, 127, 1);
  const auto b = random_matrix<std::int8_t>(k, n, 127, 2);
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

TEST_CASE("element-wise kernels are exact, pipelined or not", "[aie2][kernels]") {
  const loop_mode mode = GENERATE(loop_mode::pipelined, loop_mode::sequential);
  const index_t count = GENERATE(32, 64, 992);
  const auto a = random_matrix<std::int8_t>(1, count, 127, 1);
  const auto b = random_matrix<std::int8_t>(1, count, 127, 2);
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
    const auto x = random_matrix<std::int16_t>(1, count, 30000, 3);
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

TEST_CASE("bias, ReLU and requantisation fuse into the product, bit for bit", "[aie2][kernels]") {
  const index_t m = 32, k = 40, n = 48;
  const bool with_bias = GENERATE(false, true);
  const bool relu = GENERATE(false, true);
  const auto a = random_matrix<std::int8_t>(m, k, 127, 1);
  const auto b = random_matrix<std::int8_t>(k, n, 127, 2);
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

TEST_CASE("2:4 products are exact and stay below twice the dense peak", "[aie2][kernels]") {
  const index_t p = GENERATE(16, 32), k = GENERATE(16, 208), n = GENERATE(16, 48);
  auto dense = random_matrix<std::int8_t>(n, k, 127, 4);
  for (index_t i = 0; i < n; ++i) {
    for (index_t j = 0; j < k; ++j) {
      if ((i + j / 4) % 3 == 0 ? j % 4 < 2 : (i + j) % 2 == 0) dense(i, j) = 0;
    }
  }
  const auto w = to_n_m<2, 4>(dense);
  const auto x = random_matrix<std::int8_t>(p, k, 127, 5);
  sparse_2_4_options o;
  o.shift = 8;
  CHECK_FALSE(check(make_layout(sparse_2_4_kernel(p, k, n, o), npu.core), npu.core));
  const auto out = run_sparse_2_4(npu, as_view(x), w, o);
  const dense_matrix<std::int8_t> transposed = dense.transpose();
  const auto sums = product(x, transposed);
  index_t wrong = 0;
  for (index_t i = 0; i < p; ++i) {
    for (index_t j = 0; j < n; ++j) {
      wrong += out.y(i, j) != srs<std::int8_t>(sums(i, j), 8, {}) ? 1 : 0;
    }
  }
  CHECK(wrong == 0);
  CHECK(2 * out.run.macs == p * k * n);
  CHECK(out.run.macs_per_cycle() <= 256);
  if (k == 208 && p == 32) CHECK(2 * out.run.macs_per_cycle() > 256);  // above the dense peak
}
