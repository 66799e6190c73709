// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors the small headers of include/lacuna/core.
#include <algorithm>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/contract.hpp>
#include <lacuna/core/matrix_view.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/core/random.hpp>
#include <lacuna/core/scalar.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/core/units.hpp>

#include "support/catch.hpp"

namespace core_test {

using lacuna::as_view, lacuna::index_t;

TEST_CASE("random numbers are the same on every platform", "[core][random]") {
  lacuna::random_source random(42);
  // mt19937_64's first two outputs for seed 42 are fixed by the C++ standard.
  CHECK(random.uniform() == static_cast<double>(13930160852258120406ULL >> 11U) * 0x1p-53);
  CHECK(random.uniform() == static_cast<double>(11788048577503494824ULL >> 11U) * 0x1p-53);
}

TEST_CASE("distributions have their moments and ranges", "[core][random]") {
  lacuna::random_source random(1);
  double sum = 0;
  double squares = 0;
  constexpr int count = 200'000;
  for (int i = 0; i < count; ++i) {
    const double v = random.normal();
    sum += v;
    squares += v * v;
  }
  CHECK(std::abs(sum / count) < 0.01);
  CHECK(std::abs(squares / count - 1) < 0.02);
  index_t hits[3] = {};
  for (int i = 0; i < 30'000; ++i) ++hits[random.below(3)];
  for (const index_t h : hits) CHECK(std::abs(h - 10'000) < 500);
  std::vector<int> deck{1, 2, 3, 4, 5};
  random.shuffle(deck.begin(), deck.end());
  std::sort(deck.begin(), deck.end());
  CHECK(deck == std::vector<int>{1, 2, 3, 4, 5});
}

TEST_CASE("a view sees any Eigen storage without a copy", "[core][view]") {
  Eigen::MatrixXf columns = Eigen::MatrixXf::Random(4, 3);
  Eigen::Matrix<float, -1, -1, Eigen::RowMajor> rows = columns;
  const auto same = [&](const auto& view) {
    REQUIRE(view.rows == 4);
    REQUIRE(view.cols == 3);
    for (index_t i = 0; i < 4; ++i) {
      for (index_t j = 0; j < 3; ++j) REQUIRE(view(i, j) == columns(i, j));
    }
  };
  same(as_view(columns));
  same(as_view(rows));
  same(as_view(std::as_const(rows)));
  same(as_view(Eigen::Ref<const Eigen::MatrixXf>(columns)));
  same(as_view(Eigen::Map<Eigen::MatrixXf, 0, Eigen::Stride<-1, -1>>(columns.data(), 4, 3,
                                                                     Eigen::Stride<-1, -1>(4, 1))));
  Eigen::MatrixXf big(8, 9);
  auto block = big.block(2, 3, 4, 3);
  block = columns;
  same(as_view(block));
  same(as_view(as_view(columns)));

  as_view(rows)(1, 2) = 99;
  CHECK(rows(1, 2) == 99);
  const Eigen::VectorXf v = columns.col(0);
  CHECK(as_view(v).cols == 1);
  CHECK(as_view(columns.data(), 3, 4).row_stride == 4);
}

TEST_CASE("a broken contract throws in checked builds", "[core][contract]") {
  CHECK_NOTHROW([] { LACUNA_EXPECTS(1 + 1 == 2); }());
  CHECK_THROWS_WITH([] { LACUNA_EXPECTS(1 + 1 == 3); }(), Catch::Contains("1 + 1 == 3"));
}

TEST_CASE("tensors own what their extents say", "[core][tensor]") {
  lacuna::tensor<int> t({2, 3, 4, 5});
  CHECK(t.size() == 120);
  CHECK(std::count(t.begin(), t.end(), 0) == 120);
  t(1, 2, 3, 4) = 7;
  CHECK(t.data()[119] == 7);
  CHECK(reinterpret_cast<std::uintptr_t>(t.data()) % 64 == 0);
  CHECK(lacuna::tensor<float>().size() == 0);
  CHECK_THROWS_WITH(lacuna::tensor<int>({1, 2, 1, 1}, {1, 2, 3}),
                    "tensor (1, 2, 1, 1) takes 2 values, got 3");
  CHECK_THROWS_AS(lacuna::tensor<int>({1, -1, 1, 1}), lacuna::shape_error);
}

TEST_CASE("units keep their kind and count", "[core][units]") {
  using lacuna::bits, lacuna::bytes;
  STATIC_REQUIRE(to_bytes(bits{9}) == bytes{2});
  STATIC_REQUIRE(bits{3} + bits{4} * 2 == bits{11});
  STATIC_REQUIRE(bits{3} < bits{4});
  STATIC_REQUIRE_FALSE(std::is_convertible_v<bits, bytes>);
}

TEST_CASE("extents divide and round up", "[core][extents]") {
  STATIC_REQUIRE(lacuna::ceil_div(0, 8) == 0);
  STATIC_REQUIRE(lacuna::ceil_div(1, 8) == 1);
  STATIC_REQUIRE(lacuna::ceil_div(8, 8) == 1);
  STATIC_REQUIRE(lacuna::round_up(9, 8) == 16);
  CHECK(lacuna::message("a", 1, lacuna::extents4{1, 2, 3, 4}) == "a1(1, 2, 3, 4)");
}

TEST_CASE("value types know what they are summed in", "[core][scalar]") {
  STATIC_REQUIRE(std::is_same_v<lacuna::accumulator_t<std::int8_t>, std::int32_t>);
  STATIC_REQUIRE(std::is_same_v<lacuna::accumulator_t<lacuna::bfloat16>, float>);
  STATIC_REQUIRE_FALSE(lacuna::scalar<int>);
  CHECK(lacuna::scalar_name<lacuna::bfloat16> == "bf16");
  // Round to nearest even: 1 + 2^-8 lies between 1 and 1 + 2^-7.
  CHECK(static_cast<float>(lacuna::bfloat16(1.0F + 0x1p-8F)) == 1.0F);
  CHECK(static_cast<float>(lacuna::bfloat16(1.0F + 3 * 0x1p-8F)) == 1.0F + 0x1p-6F);
}

TEST_CASE("an io_error says path, place and what", "[core][exceptions]") {
  const lacuna::io_error e("a.npy", 12, "expected x, found y");
  CHECK(std::string(e.what()) == "a.npy: byte 12: expected x, found y");
  CHECK(e.offset() == 12);
  CHECK(e.path() == "a.npy");
}

}  // namespace core_test
