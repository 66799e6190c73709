// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Products of 8x8 blocks and of 2:4 against plain loops, bit for bit.
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <lacuna/format/convert.hpp>
#include <lacuna/hardware/aie2/core/check_schedule.hpp>
#include <lacuna/hardware/aie2/kernels/run.hpp>
#include <lacuna/hardware/aie2/kernels/sparse_2_4.hpp>

#include "aie2_operands.hpp"
#include "support/catch.hpp"

namespace aie2_sparse_test {

using namespace lacuna;
using namespace lacuna::hardware::aie2;
using test::product, test::random_operand;

namespace {

const device npu = phoenix();

}  // namespace

TEST_CASE("block-sparse products are exact for any pattern and any shape", "[aie2][kernels]") {
  const int columns = GENERATE(1, 2, 4);
  const int keep = GENERATE(0, 10, 50, 100);
  const index_t m = GENERATE(1, 8, 61);
  const index_t k = GENERATE(7, 64);
  const index_t n = GENERATE(1, 67);
  const auto dense = random_operand<std::int8_t>(m, k, 9, 4);
  const auto x = random_operand<std::int8_t>(k, n, 9, 5);
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
  const auto dense = random_operand<std::int8_t>(m, k, 9, 7);
  const auto x = random_operand<std::int8_t>(k, n, 9, 8);
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
  const auto dense = random_operand<std::int8_t>(8, 4096, 9, 7);
  const auto w = to_block_csr_where<8, 8>(dense, [](index_t, index_t) { return true; });
  const auto x = random_operand<std::int8_t>(4096, 32, 9, 8);
  CHECK_THROWS_WITH(run_block_sparse(npu, w, as_view(x)),
                    Catch::Contains("no room") && Catch::Contains("65536"));
  CHECK_THROWS_AS(run_block_sparse(npu, w, as_view(random_operand<std::int8_t>(8, 8, 9, 1))),
                  shape_error);
  block_sparse_options o;
  o.columns = 3;
  CHECK_THROWS_AS(run_block_sparse(npu, w, as_view(x), o), shape_error);
  CHECK_THROWS_AS(block_sparse_kernel(0, 32), shape_error);
}

TEST_CASE("2:4 products are exact and stay below twice the dense peak", "[aie2][kernels]") {
  const index_t p = GENERATE(16, 32), k = GENERATE(16, 208), n = GENERATE(16, 48);
  auto dense = random_operand<std::int8_t>(n, k, 127, 4);
  for (index_t i = 0; i < n; ++i) {
    for (index_t j = 0; j < k; ++j) {
      if ((i + j / 4) % 3 == 0 ? j % 4 < 2 : (i + j) % 2 == 0) dense(i, j) = 0;
    }
  }
  const auto w = to_n_m<2, 4>(dense);
  const auto x = random_operand<std::int8_t>(p, k, 127, 5);
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

}  // namespace aie2_sparse_test
