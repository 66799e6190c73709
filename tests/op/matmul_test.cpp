// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/op/matmul.hpp; formats and value types are in matmul_formats_test.cpp.
#include <cmath>
#include <limits>

#include <lacuna/op/matmul.hpp>

#include "support/catch.hpp"
#include "support/eager_engine.hpp"
#include "support/random_matrix.hpp"

namespace matmul_test {

using lacuna::dense_matrix, lacuna::index_t, lacuna::matmul;

TEST_CASE("real numbers agree with Eigen to rounding", "[op][matmul]") {
  lacuna::random_source random(3);
  dense_matrix<float> w(64, 600);
  dense_matrix<float> x(600, 100);
  for (float& v : w.reshaped()) v = static_cast<float>(random.normal());
  for (float& v : x.reshaped()) v = static_cast<float>(random.normal());
  for (index_t k = 0; k < 600; k += 16) w.block(0, k, 64, 8).setZero();
  const Eigen::MatrixXd exact = w.cast<double>() * x.cast<double>();
  const Eigen::MatrixXd bound = w.cast<double>().cwiseAbs() * x.cast<double>().cwiseAbs();
  const Eigen::MatrixXd error =
      (matmul(lacuna::to_block_csr<8, 8>(w))(x).cast<double>() - exact).cwiseAbs();
  // A sum of n products, each step rounded once: at most n eps times the sum of magnitudes.
  CHECK((error.array() <= 300 * 0x1p-24 * bound.array()).all());
}

TEST_CASE("results are bit-identical for any executor and any number of threads", "[op][matmul]") {
  const auto n = GENERATE(as<index_t>(), 1, 49, 196, 500);
  lacuna::random_source random(5);
  dense_matrix<float> w(200, 300);
  dense_matrix<float> x(300, n);
  for (float& v : w.reshaped())
    v = random.uniform() < 0.5 ? 0.0F : static_cast<float>(random.normal());
  for (float& v : x.reshaped()) v = static_cast<float>(random.normal());
  const auto run = [&](const auto& format) {
    const matmul layer(format, lacuna::relu());
    const dense_matrix<float> alone = layer(x);
    for (const int threads : {1, 2, 3, 5}) {
      dense_matrix<float> y = dense_matrix<float>::Constant(200, n, -1);
      layer(x, y, lacuna::thread_pool(threads));
      CHECK(y == alone);
      test::eager_engine engine(threads);
      dense_matrix<float> by_one = dense_matrix<float>::Constant(200, n, -1);
      layer(x, by_one, lacuna::thread_pool(engine));
      CHECK(by_one == alone);
    }
#if defined(_OPENMP)
    dense_matrix<float> y(200, n);
    layer(x, y, lacuna::openmp{3});
    CHECK(y == alone);
#endif
  };
  run(lacuna::to_block_csr<8, 1>(w));
  run(lacuna::to_block_csr<1, 1>(w));
}

TEST_CASE("an operator can be used from several threads at once", "[op][matmul]") {
  const auto w = test::random_blocks<float>(40, 50, 8, 8, 0.5);
  const auto x = test::random_matrix<float>(50, 60);
  const matmul layer(lacuna::to_block_csr<8, 8>(w));
  const dense_matrix<float> expected = layer(x);
  std::vector<dense_matrix<float>> y(8, dense_matrix<float>(40, 60));
  lacuna::thread_pool(4).for_each_index(
      8, [&](index_t i) { layer(x, y[static_cast<std::size_t>(i)]); });
  for (const auto& each : y) CHECK(each == expected);
}

TEST_CASE("NaN and infinity reach exactly the outputs that multiply them", "[op][matmul]") {
  const auto n = GENERATE(as<index_t>(), 1, 3, 70);
  dense_matrix<float> w = dense_matrix<float>::Zero(17, 19);
  w.block(0, 0, 8, 8).setConstant(1);
  w.block(16, 16, 1, 3).setConstant(1);  // an edge block in both directions
  dense_matrix<float> x = dense_matrix<float>::Ones(19, n);
  x.row(9).setConstant(std::numeric_limits<float>::quiet_NaN());
  x(18, n - 1) = std::numeric_limits<float>::infinity();
  const dense_matrix<float> y = matmul(lacuna::to_block_csr<8, 8>(w))(x);
  CHECK(y.topRows(8) == dense_matrix<float>::Constant(8, n, 8));
  CHECK(y.middleRows(8, 8).isZero(0));  // no stored block meets the NaN
  CHECK(std::isinf(y(16, n - 1)));

  const dense_matrix<float> all =
      dense_matrix<float>::Constant(5, n, std::numeric_limits<float>::infinity());
  const dense_matrix<float> identity = dense_matrix<float>::Identity(5, 5);
  const dense_matrix<float> strict = matmul(lacuna::to_n_m<2, 4>(identity))(all);
  // A group with fewer non-zeros stores zeros, and zero times infinity is NaN, as in a dense
  // product.
  CHECK(std::isnan(strict(0, 0)));
  CHECK(std::isnan(strict(4, 0)));  // its first group stores two zeros
}

TEST_CASE("shapes that do not fit are refused with every shape in the message", "[op][matmul]") {
  const matmul layer(test::random_matrix<float>(3, 4));
  const dense_matrix<float> x(5, 2);
  dense_matrix<float> y(3, 2);
  CHECK_THROWS_WITH(
      layer(x, y), "matmul: W (3, 4) times X (5, 2) into Y (3, 2): expected X (4, n) and Y (3, n)");
  const dense_matrix<float> good(4, 2);
  dense_matrix<float> wrong(2, 2);
  CHECK_THROWS_AS(layer(good, wrong), lacuna::shape_error);
  dense_matrix<float> narrow(3, 1);
  CHECK_THROWS_AS(layer(good, narrow), lacuna::shape_error);
}

TEST_CASE("Maps, Refs, blocks and strided views are read and written in place", "[op][matmul]") {
  const auto w = test::random_blocks<float>(9, 11, 8, 8, 0.5);
  const matmul layer(lacuna::to_block_csr<8, 8>(w));
  dense_matrix<float> big = test::random_matrix<float>(20, 30);
  dense_matrix<float> out = dense_matrix<float>::Constant(12, 20, -5);
  auto target = out.block(1, 2, 9, 7);
  layer(big.block(3, 4, 11, 7), target);
  CHECK(dense_matrix<float>(out.block(1, 2, 9, 7)) == w * big.block(3, 4, 11, 7));
  CHECK(out(0, 0) == -5);
  CHECK(out(1, 1) == -5);
  CHECK(out(1, 9) == -5);
  CHECK(out(10, 2) == -5);

  const Eigen::Map<const Eigen::MatrixXf, 0, Eigen::OuterStride<>> map(big.data(), 11, 3,
                                                                       Eigen::OuterStride<>(40));
  CHECK(layer(map) == w * map);
  const Eigen::VectorXf x = big.col(0).head(11);
  Eigen::VectorXf y(9);
  layer(x, y);
  CHECK(y == w * x);
}

TEST_CASE("the plan counts what is multiplied", "[op][matmul]") {
  dense_matrix<float> w = dense_matrix<float>::Ones(16, 16);
  w.block(0, 0, 8, 16).setZero();
  const auto plan = matmul(lacuna::to_block_csr<8, 8>(w)).plan();
  CHECK(plan.dense.count() == 256);
  CHECK(plan.kept.count() == 128);
  CHECK(plan.limit() == 2.0);
  CHECK(plan.kernel == "spmm/block_csr:8x8/f32");
}

}  // namespace matmul_test
