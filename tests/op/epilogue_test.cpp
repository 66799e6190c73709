// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/op/epilogue.hpp
#include <cmath>
#include <limits>
#include <vector>

#include <lacuna/op/conv2d.hpp>
#include <lacuna/op/matmul.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace epilogue_test {

using lacuna::dense_matrix, lacuna::index_t, lacuna::matmul, lacuna::tensor;

TEST_CASE("bias, residual, relu and clamp compose from left to right", "[op][epilogue]") {
  const auto n = GENERATE(as<index_t>(), 1, 5, 16, 50);
  const auto w = test::random_blocks<float>(19, 23, 8, 8, 0.5);
  const auto x = test::random_matrix<float>(23, n);
  const auto residual = test::random_matrix<float>(19, n, 4);
  const Eigen::VectorXf b = test::random_matrix<float>(19, 1, 5);
  const dense_matrix<float> sum = (w * x).colwise() + b;

  const matmul layer(lacuna::to_block_csr<8, 8>(w), lacuna::bias(b) | lacuna::relu());
  CHECK(layer(x) == sum.cwiseMax(0));

  dense_matrix<float> y(19, n);
  layer(x, y, lacuna::serial{}, lacuna::bias(b) | lacuna::add(residual) | lacuna::relu());
  CHECK(y == (sum + residual).cwiseMax(0));

  layer(x, y, lacuna::serial{}, lacuna::bias(b) | lacuna::relu() | lacuna::add(residual));
  CHECK(y == sum.cwiseMax(0) + residual);

  y = residual;  // in place
  layer(x, y, lacuna::thread_pool(2), lacuna::bias(b) | lacuna::add(y));
  CHECK(y == sum + residual);

  layer(x, y, lacuna::serial{}, lacuna::clamp(-2.0F, 3.0F));
  CHECK(y == (w * x).cwiseMax(-2).cwiseMin(3));
}

TEST_CASE("any functor is an epilogue, with or without the position", "[op][epilogue]") {
  const auto n = GENERATE(as<index_t>(), 1, 5, 50);
  const auto w = test::random_matrix<float>(10, 3);
  const auto x = test::random_matrix<float>(3, n);
  const matmul twice(w, lacuna::apply([](auto v) { return v + v; }));
  CHECK(twice(x) == 2 * (w * x));
  const matmul rows(w, lacuna::relu() | lacuna::apply([](auto v, const lacuna::position& at) {
                         return v * decltype(v)(static_cast<float>(at.row));
                       }));
  dense_matrix<float> expected = (w * x).cwiseMax(0);
  for (index_t i = 0; i < 10; ++i) expected.row(i) *= static_cast<float>(i);
  CHECK(rows(x) == expected);
}

TEST_CASE("a residual is added to each image of a convolution", "[op][epilogue]") {
  const auto side = GENERATE(as<index_t>(), 3, 7);
  const auto w = lacuna::to_filter(test::random_tensor<float>({9, 4, 3, 3}));
  const auto x = test::random_tensor<float>({3, 4, side, side}, 2);
  const auto residual = test::random_tensor<float>({3, 9, side, side}, 3);
  const std::vector<float> b(9, 2.0F);
  const lacuna::conv2d conv(w, {.padding = 1});
  const auto plain = conv(x);
  tensor<float> y(plain.extents());
  conv(x, y, lacuna::thread_pool(2), lacuna::bias(b) | lacuna::add(residual) | lacuna::relu());
  for (index_t i = 0; i < y.size(); ++i) {
    REQUIRE(y.data()[i] == std::max(0.0F, plain.data()[i] + 2.0F + residual.data()[i]));
  }
}

TEST_CASE("NaN stays NaN through relu and clamp", "[op][epilogue]") {
  const auto n = GENERATE(as<index_t>(), 1, 2, 40);
  const dense_matrix<float> w = dense_matrix<float>::Ones(3, 1);
  const dense_matrix<float> x =
      dense_matrix<float>::Constant(1, n, std::numeric_limits<float>::quiet_NaN());
  const dense_matrix<float> y = matmul(w, lacuna::relu() | lacuna::clamp(-1.0F, 1.0F))(x);
  CHECK(y.array().isNaN().all());
}

TEST_CASE("int8 layers take integer epilogues", "[op][epilogue]") {
  const auto w = test::random_matrix<std::int8_t>(9, 5);
  const auto x = test::random_matrix<std::int8_t>(5, 21);
  const std::vector<std::int32_t> b(9, -3);
  const auto y = matmul(w, lacuna::bias(b) | lacuna::relu() | lacuna::clamp(0, 20))(x);
  const Eigen::MatrixXi expected =
      ((w.cast<int>() * x.cast<int>()).array() - 3).cwiseMax(0).cwiseMin(20);
  CHECK(y == expected);
}

TEST_CASE("operands of an epilogue that do not fit are refused", "[op][epilogue]") {
  const auto w = lacuna::to_block_csr<8, 8>(test::random_matrix<float>(4, 3));
  const auto x = test::random_matrix<float>(3, 2);
  dense_matrix<float> y(4, 2);
  const Eigen::VectorXf five = Eigen::VectorXf::Ones(5);
  CHECK_THROWS_WITH(matmul(w, lacuna::bias(five) | lacuna::relu())(x),
                    "bias has 5 values, the output has 4 rows");
  const Eigen::VectorXf four = Eigen::VectorXf::Ones(4);
  const matmul layer(w, lacuna::bias(four) | lacuna::relu());
  const dense_matrix<float> residual(4, 3);
  CHECK_THROWS_AS(
      layer(x, y, lacuna::serial{}, lacuna::bias(four) | lacuna::relu() | lacuna::add(residual)),
      lacuna::shape_error);
  const Eigen::MatrixXf columns(4, 2);
  CHECK_THROWS_AS(lacuna::add(columns), lacuna::shape_error);
  CHECK_THROWS_AS(lacuna::clamp(1.0F, 0.0F), lacuna::shape_error);
  CHECK_THROWS_AS(lacuna::clamp(std::nanf(""), 0.0F), lacuna::shape_error);
}

}  // namespace epilogue_test
