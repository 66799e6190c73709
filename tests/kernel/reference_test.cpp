// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/kernel/reference: cases small enough to check by hand.
#include <cmath>
#include <limits>

#include <lacuna/kernel/reference/conv2d.hpp>
#include <lacuna/kernel/reference/spmm.hpp>

#include "support/catch.hpp"

namespace reference_test {

using lacuna::as_view, lacuna::dense_matrix, lacuna::index_t, lacuna::matrix_view;
namespace reference = lacuna::kernel::reference;

namespace {

dense_matrix<float> two_by_three() {
  dense_matrix<float> w(2, 3);
  w << 1, 0, 2,  //
      0, 3, 0;
  return w;
}

template <class Format>
dense_matrix<float> product(const Format& w, const dense_matrix<float>& x) {
  dense_matrix<float> y(w.rows(), x.cols());
  reference::spmm<Format, float>(w, as_view(x), as_view(y));
  return y;
}

}  // namespace

TEST_CASE("a 2x3 matrix times a 3x2 matrix is what one computes by hand", "[kernel][reference]") {
  dense_matrix<float> x(3, 2);
  x << 1, 2,  //
      3, 4,   //
      5, 6;
  dense_matrix<float> y(2, 2);
  y << 11, 14,  // 1*1 + 2*5, 1*2 + 2*6
      9, 12;    // 3*3, 3*4

  const auto w = two_by_three();
  CHECK(product(w, x) == y);
  CHECK(product(lacuna::to_block_csr<1, 1>(w), x) == y);
  CHECK(product(lacuna::to_block_csr<8, 8>(w), x) == y);
  CHECK(product(lacuna::to_n_m<2, 4>(w), x) == y);
  CHECK(product(lacuna::to_n_m<3, 4, 8>(w), x) == y);
}

TEST_CASE("the transposed product is what one computes by hand", "[kernel][reference]") {
  dense_matrix<float> x(2, 1);
  x << 1, 2;
  dense_matrix<float> expected(3, 1);
  expected << 1, 6, 2;

  const auto w = two_by_three();
  dense_matrix<float> y(3, 1);
  reference::spmm_transposed<dense_matrix<float>, float>(w, as_view(std::as_const(x)), as_view(y));
  CHECK(y == expected);

  const auto half = lacuna::to_n_m<2, 4>(w);
  reference::spmm_transposed<std::remove_const_t<decltype(half)>, float>(
      half, as_view(std::as_const(x)), as_view(y));
  CHECK(y == expected);
}

TEST_CASE("the epilogue sees each result once, with its place", "[kernel][reference]") {
  const auto w = two_by_three();
  const dense_matrix<float> x = dense_matrix<float>::Ones(3, 2);
  dense_matrix<float> y(2, 2);
  const auto place = [](float v, const lacuna::position& at) {
    return v + 100.0F * static_cast<float>(at.row) + 10.0F * static_cast<float>(at.col);
  };
  reference::spmm<dense_matrix<float>, float>(w, as_view(x), as_view(y), place);
  CHECK(y(0, 0) == 3);
  CHECK(y(0, 1) == 13);
  CHECK(y(1, 0) == 103);
  CHECK(y(1, 1) == 113);
}

TEST_CASE("what is not stored takes no part, not even against infinity", "[kernel][reference]") {
  dense_matrix<float> x = dense_matrix<float>::Ones(3, 1);
  x(1, 0) = std::numeric_limits<float>::infinity();
  const auto csr = lacuna::to_block_csr<1, 1>(two_by_three());
  CHECK(product(csr, x)(0, 0) == 3);
  CHECK(std::isnan(product(two_by_three(), x)(0, 0)));  // dense multiplies 0 by infinity
  CHECK(std::isinf(product(csr, x)(1, 0)));
}

TEST_CASE("an int8 product is summed in 32 bits", "[kernel][reference]") {
  const dense_matrix<std::int8_t> w = dense_matrix<std::int8_t>::Constant(1, 5, -128);
  const dense_matrix<std::int8_t> x = dense_matrix<std::int8_t>::Constant(5, 1, 127);
  dense_matrix<std::int32_t> y(1, 1);
  reference::spmm<dense_matrix<std::int8_t>, std::int8_t>(w, as_view(x), as_view(y));
  CHECK(y(0, 0) == 5 * -128 * 127);
}

TEST_CASE("a 2x2 filter on a 3x3 image is what one computes by hand", "[kernel][reference]") {
  lacuna::tensor<float> weights({1, 1, 2, 2}, {1, 2, 3, 4});
  lacuna::tensor<float> x({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const auto filters = lacuna::to_filter(weights);

  SECTION("stride 1") {
    lacuna::tensor<float> y({1, 1, 2, 2});
    reference::conv2d(filters, {.kernel_h = 2, .kernel_w = 2}, x, y);
    CHECK(y(0, 0, 0, 0) == 1 * 1 + 2 * 2 + 3 * 4 + 4 * 5);
    CHECK(y(0, 0, 0, 1) == 1 * 2 + 2 * 3 + 3 * 5 + 4 * 6);
    CHECK(y(0, 0, 1, 0) == 1 * 4 + 2 * 5 + 3 * 7 + 4 * 8);
    CHECK(y(0, 0, 1, 1) == 1 * 5 + 2 * 6 + 3 * 8 + 4 * 9);
  }
  SECTION("stride 2 with one ring of padding") {
    lacuna::tensor<float> y({1, 1, 2, 2});
    reference::conv2d(filters, {.kernel_h = 2, .kernel_w = 2, .stride = 2, .padding = 1}, x, y);
    CHECK(y(0, 0, 0, 0) == 4 * 1);
    CHECK(y(0, 0, 0, 1) == 3 * 2 + 4 * 3);
    CHECK(y(0, 0, 1, 0) == 2 * 4 + 4 * 7);
    CHECK(y(0, 0, 1, 1) == 1 * 5 + 2 * 6 + 3 * 8 + 4 * 9);
  }
  SECTION("dilation 2") {
    lacuna::tensor<float> y({1, 1, 1, 1});
    reference::conv2d(filters, {.kernel_h = 2, .kernel_w = 2, .dilation = 2}, x, y);
    CHECK(y(0, 0, 0, 0) == 1 * 1 + 2 * 3 + 3 * 7 + 4 * 9);
  }
}

TEST_CASE("a kernel called with shapes that do not fit is a contract violation",
          "[kernel][reference]") {
  dense_matrix<float> x(2, 1);
  dense_matrix<float> y(2, 1);
  CHECK_THROWS_AS((reference::spmm<dense_matrix<float>, float>(
                      two_by_three(), as_view(std::as_const(x)), as_view(y))),
                  lacuna::contract_violation);
}

}  // namespace reference_test
