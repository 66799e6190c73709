// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Operators on bfloat16 weights and X, by tile instructions where the process may use them; mirrors
// include/lacuna/op/{tile_source,multiply_tile_strips}.hpp
#include <cmath>
#include <limits>

#include <lacuna/kernel/reference/conv2d.hpp>
#include <lacuna/op/conv2d.hpp>
#include <lacuna/op/matmul.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace bfloat16_test {

using lacuna::bfloat16, lacuna::dense_matrix, lacuna::index_t, lacuna::matmul, lacuna::tensor;
using matrix = dense_matrix<bfloat16>;
using sums = dense_matrix<float>;

namespace {
matrix any_values(index_t rows, index_t cols, std::uint64_t seed) {
  lacuna::random_source random(seed);
  matrix out(rows, cols);
  for (auto& v : out.reshaped()) {
    v = bfloat16(std::ldexp(static_cast<float>(random.uniform()) - 0.5F,
                            static_cast<int>(random.below(12))));
  }
  return out;
}
matrix any_blocks(index_t rows, index_t cols) {
  return any_values(rows, cols, 1)
      .cwiseProduct(test::random_blocks<float>(rows, cols, 8, 8, 0.5)
                        .unaryExpr([](float v) { return v == 0 ? 0.0F : 1.0F; })
                        .cast<bfloat16>());
}

/// Within the rounding of `k` additions of floats of the exact product.
void expect_near(const sums& y, const matrix& w, const matrix& x) {
  const Eigen::MatrixXd exact = w.cast<double>() * x.cast<double>();
  const Eigen::MatrixXd size = w.cast<double>().cwiseAbs() * x.cast<double>().cwiseAbs();
  const double bound = static_cast<double>(w.cols() + 1) * 0x1p-24;
  REQUIRE(((y.cast<double>() - exact).array().abs() <= bound * size.array()).all());
}
}  // namespace

TEST_CASE("bfloat16 products are as near as floats come on the edge grid", "[op][bfloat16]") {
  const auto m = GENERATE(as<index_t>(), 0, 1, 8, 17, 40);
  const auto k = GENERATE(as<index_t>(), 0, 1, 8, 33, 100);
  for (const index_t n : {0, 1, 4, 5, 16, 17, 63, 64, 65, 150}) {
    CAPTURE(m, k, n);
    const matrix w = any_blocks(m, k);
    const matrix x = any_values(k, n, 7);
    expect_near(matmul(lacuna::to_block_csr<8, 8>(w))(x), w, x);
    expect_near(matmul(w)(x), w, x);
    const Eigen::Matrix<bfloat16, -1, -1> x_columns = x;
    sums y(m, n);
    matmul(lacuna::to_block_csr<8, 8>(w))(x_columns, y);
    expect_near(y, w, x);
  }
}

TEST_CASE("bfloat16 convolutions equal the reference for any window", "[op][bfloat16]") {
  const auto options =
      GENERATE(lacuna::conv2d_options{}, lacuna::conv2d_options{.padding = 1},
               lacuna::conv2d_options{.stride = 2, .padding = 1},
               lacuna::conv2d_options{.stride = {1, 3}, .padding = {2, 0, 1, 4}, .dilation = 2});
  const auto kernel = GENERATE(lacuna::extents2(1), lacuna::extents2(3), lacuna::extents2(5, 2));
  const auto in = GENERATE(as<index_t>(), 3, 8, 13);
  // Whole numbers, whose sums are exact.
  const auto x = test::random_tensor<bfloat16>({2, in, 9, 10}, 5);
  const auto w = lacuna::to_block_csr<8, 8>(
      lacuna::to_filter(test::random_tensor<bfloat16>({19, in, kernel.h, kernel.w}, 6)));
  const lacuna::conv2d conv(w, options);
  tensor<float> expected(conv.output_extents(x.extents()));
  lacuna::kernel::reference::conv2d(w, conv.window(), x, expected);
  const auto y = conv(x);
  REQUIRE(std::equal(y.begin(), y.end(), expected.begin(), expected.end()));
}

TEST_CASE("bfloat16 infinities and NaN go where they are stored and nowhere else",
          "[op][bfloat16]") {
  const float bad =
      GENERATE(std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
               std::numeric_limits<float>::quiet_NaN());
  const bool in_weights = GENERATE(false, true);
  // Rows 0 ... 7 use the first columns, rows 8 ... 15 the last: a pair for tiles.
  matrix w = matrix::Zero(16, 16);
  w.topLeftCorner(8, 8).setConstant(bfloat16(1.0F));
  w.bottomRightCorner(8, 8).setConstant(bfloat16(1.0F));
  matrix x = matrix::Constant(16, 20, bfloat16(1.0F));
  (in_weights ? w(3, 3) : x(3, 3)) = bfloat16(bad);
  const sums y = matmul(lacuna::to_block_csr<8, 8>(w))(x);
  for (index_t i = 0; i < 16; ++i) {
    for (index_t j = 0; j < 20; ++j) {
      const bool carried = in_weights ? i == 3 : i < 8 && j == 3;
      if (!carried) {
        REQUIRE(y(i, j) == 8.0F);
      } else if (std::isnan(bad)) {
        REQUIRE(std::isnan(y(i, j)));
      } else {
        REQUIRE(y(i, j) == bad);
      }
    }
  }
}

TEST_CASE("bfloat16 weights multiply X of float without rounding it", "[op][bfloat16]") {
  const matrix w = any_blocks(24, 40);
  const sums x = sums::Constant(40, 33, 1.0F + 0x1p-20F);
  const sums wide = w.cast<float>();
  const sums expected = matmul(lacuna::to_block_csr<8, 8>(wide))(x);
  CHECK(matmul(lacuna::to_block_csr<8, 8>(w))(x) == expected);
}

TEST_CASE("bfloat16 results are bit-identical for any number of threads", "[op][bfloat16]") {
  const auto n = GENERATE(as<index_t>(), 1, 49, 500);
  const matmul layer(lacuna::to_block_csr<8, 8>(any_blocks(200, 300)), lacuna::relu());
  const matrix x = any_values(300, n, 2);
  const sums alone = layer(x);
  for (const int threads : {2, 3, 5}) {
    sums y = sums::Constant(200, n, 9);
    layer(x, y, lacuna::thread_pool(threads));
    CHECK(y == alone);
  }
  const auto w = lacuna::to_block_csr<8, 8>(
      lacuna::to_filter(test::random_tensor<bfloat16>({16, 16, 3, 3}, 6)));
  const lacuna::conv2d conv(w, {.padding = 1});
  const auto images = test::random_tensor<bfloat16>({3, 16, 20, 20}, 3);
  const tensor<float> of_one = conv(images);
  tensor<float> of_four(of_one.extents());
  conv(images, of_four, lacuna::thread_pool(4));
  CHECK(std::equal(of_one.begin(), of_one.end(), of_four.begin()));
}

}  // namespace bfloat16_test
