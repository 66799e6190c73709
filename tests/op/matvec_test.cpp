// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/op/matvec.hpp
#include <cmath>
#include <limits>

#include <lacuna/decompose/decompose.hpp>
#include <lacuna/op/matvec.hpp>

#include "op/matvec_reference.hpp"
#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace matvec_test {

using lacuna::dense_matrix, lacuna::index_t, lacuna::matvec, lacuna::to_block_csr, lacuna::to_n_m;
using test::expect_reference;

namespace {

dense_matrix<float> normal(index_t rows, index_t cols) {
  lacuna::random_source random(5);
  dense_matrix<float> out(rows, cols);
  for (float& v : out.reshaped()) v = static_cast<float>(random.normal());
  return out;
}

}  // namespace

TEST_CASE("matrices of zeros and of nothing but values are as right as others", "[op][matvec]") {
  using arch = xsimd::default_arch;
  const dense_matrix<float> zeros = dense_matrix<float>::Zero(19, 33);
  const dense_matrix<float> ones = dense_matrix<float>::Ones(19, 33);
  expect_reference<arch>(to_block_csr<8, 8>(zeros));
  expect_reference<arch>(to_block_csr<8, 8>(ones));
  expect_reference<arch>(to_n_m<2, 4>(zeros));
  expect_reference<arch>(to_n_m<4, 4>(ones));
  expect_reference<arch>(to_block_csr<1, 1>(ones));
}

TEST_CASE("series and permuted matrices take each term's own layout", "[op][matvec]") {
  using arch = xsimd::default_arch;
  const auto w = test::random_matrix<float>(37, 45);
  const auto [terms, rest] =
      lacuna::decompose<lacuna::n_m<2, 4>, lacuna::at_most<lacuna::block<8, 8>, 10>>(w);
  expect_reference<arch>(terms);
  CHECK(matvec(terms).plan().kernel.find('+') != std::string::npos);

  std::vector<index_t> order(45);
  for (index_t k = 0; k < 45; ++k) order[static_cast<std::size_t>(k)] = (k * 7 + 3) % 45;
  const lacuna::permuted turned(to_n_m<2, 4>(test::random_n_m<float>(37, 45, 2, 4, 1)), order);
  expect_reference<arch>(turned);
  expect_reference<arch>(
      lacuna::series(turned, to_n_m<1, 4>(test::random_n_m<float>(37, 45, 1, 4, 1))));
}

TEST_CASE("one column meets the same values whatever is computed beside it", "[op][matvec]") {
  const matvec layer(to_n_m<2, 4>(test::random_n_m<float>(40, 64, 2, 4, 1)));
  const dense_matrix<float> x = normal(64, 6);
  const dense_matrix<float> together = layer(x);
  for (index_t j = 0; j < 6; ++j) {
    const dense_matrix<float> alone = layer(dense_matrix<float>(x.col(j)));
    CHECK((alone - together.col(j)).cwiseAbs().maxCoeff() < 1e-4F);
  }
}

TEST_CASE("matvec is bit-identical for any number of threads", "[op][matvec]") {
  const auto n = GENERATE(as<index_t>(), 1, 4);
  const dense_matrix<float> w = normal(200, 300);
  const dense_matrix<float> x = normal(300, n);
  const auto expect_same = [&](const auto& layer) {
    const dense_matrix<float> alone = layer(x);
    for (const int threads : {1, 2, 3, 5}) {
      dense_matrix<float> y = dense_matrix<float>::Constant(200, n, -1);
      layer(x, y, lacuna::thread_pool(threads));
      CHECK(y == alone);
    }
  };
  expect_same(matvec(lacuna::to_block_csr<8, 8>(w)));
  expect_same(matvec(lacuna::to_n_m<4, 4>(w)));
  expect_same(matvec(lacuna::to_block_csr<1, 1>(w), lacuna::relu()));
}

TEST_CASE("matvec's epilogues know row and column", "[op][matvec]") {
  const auto w = test::random_n_m<float>(21, 40, 2, 4, 1);
  const auto x = test::random_matrix<float>(40, 5);
  const auto residual = test::random_matrix<float>(21, 5, 4);
  const Eigen::VectorXf b = test::random_matrix<float>(21, 1, 6);
  const matvec layer(to_n_m<2, 4>(w), lacuna::bias(b) | lacuna::relu());
  const dense_matrix<float> sums = (w * x).colwise() + b;
  CHECK(layer(x) == sums.cwiseMax(0.0F));

  dense_matrix<float> y(21, 5);
  layer(x, y, lacuna::thread_pool(2), lacuna::bias(b) | lacuna::add(residual));
  CHECK(y == sums + residual);
  CHECK_THROWS_AS(layer(x, y, lacuna::serial{}, lacuna::add(x)), lacuna::shape_error);
}

TEST_CASE("NaN and infinity reach exactly the outputs of matvec that multiply them",
          "[op][matvec]") {
  const auto n = GENERATE(as<index_t>(), 1, 3);
  dense_matrix<float> w = dense_matrix<float>::Zero(17, 19);
  w.block(0, 0, 8, 8).setConstant(1);
  w.block(16, 16, 1, 3).setConstant(1);  // an edge block in both directions
  dense_matrix<float> x = dense_matrix<float>::Ones(19, n);
  x.row(9).setConstant(std::numeric_limits<float>::quiet_NaN());
  x(18, n - 1) = std::numeric_limits<float>::infinity();
  for (const dense_matrix<float>& y :
       {matvec(to_block_csr<8, 8>(w))(x), matvec(to_block_csr<1, 1>(w))(x)}) {
    CHECK(y.topRows(8) == dense_matrix<float>::Constant(8, n, 8));
    CHECK(y.middleRows(8, 8).isZero(0));  // nothing stored meets the NaN
    CHECK(std::isinf(y(16, n - 1)));
  }
  // N:M stores zeros where a group has fewer values, and they meet what they meet; the groups and
  // rows that fill up vectors are not there, and meet nothing.
  const dense_matrix<float> identity = dense_matrix<float>::Identity(5, 5);
  dense_matrix<float> last = dense_matrix<float>::Ones(5, n);
  last.row(4).setConstant(std::numeric_limits<float>::infinity());
  const dense_matrix<float> y = matvec(to_n_m<1, 4>(identity))(last);
  CHECK(std::isinf(y(4, 0)));
  CHECK(y.topRows(4).array().isNaN().all());  // their second group stores zero at column 4
  last.row(4).setOnes();
  CHECK(matvec(to_n_m<1, 4>(identity))(last) == dense_matrix<float>::Ones(5, n));
}

TEST_CASE("matvec refuses shapes that do not fit with every shape in the message", "[op][matvec]") {
  const matvec layer(test::random_matrix<float>(3, 4));
  const dense_matrix<float> x(5, 2);
  dense_matrix<float> y(3, 2);
  CHECK_THROWS_WITH(
      layer(x, y), "matvec: W (3, 4) times X (5, 2) into Y (3, 2): expected X (4, n) and Y (3, n)");
}

TEST_CASE("matvec's plan names its layout", "[op][matvec]") {
  const auto kernel = [](const auto& w) { return matvec(w).plan().kernel; };
  const auto w = test::random_matrix<float>(16, 16);
  CHECK(kernel(to_block_csr<8, 8>(w)) == "matvec:blocks/block_csr:8x8/f32");
  CHECK(kernel(to_block_csr<1, 1>(w)) == "matvec:panels/block_csr:1x1/f32");
  const bool permutes = lacuna::kernel::simd::permutes_in_registers<float, xsimd::default_arch>;
  CHECK(kernel(to_n_m<4, 4>(w)) ==
        std::string(permutes ? "matvec:lanes" : "matvec:panels") + "/n_m:4:4/f32");
  CHECK(matvec(to_block_csr<8, 8>(w)).plan().kept.count() == 256);
}

}  // namespace matvec_test
