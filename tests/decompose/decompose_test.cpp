// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/decompose/{decompose,assign,take,collect}.hpp
#include <cmath>
#include <limits>

#include <lacuna/decompose/decompose.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace decompose_test {

using lacuna::assign, lacuna::at_most, lacuna::block, lacuna::decompose, lacuna::dense_matrix;
using lacuna::filter, lacuna::index_t, lacuna::n_m, lacuna::parse_series_pattern;
using lacuna::series_pattern, lacuna::unstructured;

namespace {

template <class T>
bool same_bits(const dense_matrix<T>& a, const dense_matrix<T>& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(T)) == 0;
}

/// The definition, one value after the other: no claim to speed.
template <class T>
lacuna::assignment published_greedy(const dense_matrix<T>& w,
                                    const std::vector<lacuna::n_m_pattern>& terms) {
  lacuna::assignment out = lacuna::assignment::Zero(w.rows(), w.cols());
  for (std::size_t t = 0; t < terms.size(); ++t) {
    for (index_t i = 0; i < w.rows(); ++i) {
      for (index_t k = 0; k < w.cols(); k += terms[t].m) {
        for (index_t taken = 0; taken < terms[t].n; ++taken) {
          index_t largest = -1;
          for (index_t c = k; c < std::min(k + terms[t].m, w.cols()); ++c) {
            if (out(i, c) != 0 || lacuna::is_zero(w(i, c))) continue;
            const auto size = [&](index_t at) { return std::abs(static_cast<double>(w(i, at))); };
            if (largest < 0 || size(c) > size(largest)) largest = c;
          }
          if (largest >= 0) out(i, largest) = static_cast<std::uint8_t>(t + 1);
        }
      }
    }
  }
  return out;
}

template <class T, class... Terms>
void expect_series(const dense_matrix<T>& w) {
  CAPTURE(w.rows(), w.cols(), lacuna::scalar_name<T>);
  const auto [terms, residual] = decompose<Terms...>(w);
  std::apply([](const auto&... term) { REQUIRE((!check(term) && ...)); }, terms.terms());
  dense_matrix<T> sum = to_dense(terms);
  index_t both = 0;
  for (index_t i = 0; i < w.size(); ++i) {
    if (lacuna::is_zero(sum.data()[i])) {
      sum.data()[i] = residual.data()[i];
    } else if (!lacuna::is_zero(residual.data()[i])) {
      ++both;
    }
  }
  REQUIRE(both == 0);
  REQUIRE(same_bits(sum, w));
}

template <class T>
void expect_every_series(index_t rows, index_t cols, double zeros) {
  const dense_matrix<T> w = test::random_blocks<T>(rows, cols, 1, 1, zeros, 3);
  expect_series<T, n_m<1, 1>>(w);
  expect_series<T, unstructured>(w);
  expect_series<T, at_most<unstructured, 10>>(w);
  if (cols >= 4) expect_series<T, n_m<2, 4>, n_m<1, 4>>(w);
  if (cols >= 8) {
    expect_series<T, n_m<2, 4>, n_m<2, 8>>(w);
    expect_series<T, n_m<1, 8>, unstructured>(w);
  }
  if (rows >= 8 && cols >= 8) {
    expect_series<T, at_most<block<8, 8>, 50>, n_m<1, 4, 8>, at_most<unstructured, 25>>(w);
    expect_series<T, at_most<unstructured, 5>, n_m<2, 8>, at_most<block<1, 8>, 50>>(w);
  }
}

}  // namespace

TEST_CASE("terms and residual give the matrix back bit for bit, on every size", "[decompose]") {
  const index_t rows = GENERATE(1, 2, 7, 8, 9, 17);
  const index_t cols = GENERATE(1, 3, 4, 5, 8, 15, 16, 17, 31, 64, 67);
  const double zeros = GENERATE(0.0, 0.5, 0.95, 1.0);
  expect_every_series<float>(rows, cols, zeros);
}

TEST_CASE("so do doubles, bfloat16 and int8", "[decompose]") {
  const index_t cols = GENERATE(8, 17, 67);
  expect_every_series<double>(9, cols, 0.3);
  expect_every_series<lacuna::bfloat16>(9, cols, 0.3);
  expect_every_series<std::int8_t>(9, cols, 0.3);
}

TEST_CASE("minus zero is left where it is", "[decompose]") {
  dense_matrix<float> w = dense_matrix<float>::Constant(1, 8, -0.0F);
  w(0, 3) = 1;
  expect_series<float, n_m<2, 4>, unstructured>(w);
}

TEMPLATE_TEST_CASE("each term keeps the largest magnitudes that are left, ties to the first",
                   "[decompose]", float, double, lacuna::bfloat16, std::int8_t) {
  const index_t cols = GENERATE(4, 8, 12, 16, 24, 31, 32, 48, 64, 100);
  // Whole numbers up to 4: nearly every group has ties.
  const auto w = test::random_matrix<TestType>(13, cols, 5);
  const auto expect = [&](const char* text, const std::vector<lacuna::n_m_pattern>& terms) {
    CAPTURE(cols, text);
    for (const auto& t : terms) {
      if (t.m > cols) return;
    }
    REQUIRE(assign(w, parse_series_pattern(text)) == published_greedy(w, terms));
  };
  expect("1:2", {{1, 2}});
  expect("2:4", {{2, 4}});
  expect("3:4+1:4", {{3, 4}, {1, 4}});
  expect("2:4+2:8", {{2, 4}, {2, 8}});
  expect("4:8+1:8", {{4, 8}, {1, 8}});
  expect("4:16+1:2", {{4, 16}, {1, 2}});
  expect("2:5+1:3", {{2, 5}, {1, 3}});
  expect("3:32+1:64", {{3, 32}, {1, 64}});
}

TEST_CASE("two terms of one M are one term with both their N", "[decompose]") {
  const auto w = test::random_matrix<float>(16, 64, 9);
  const auto two = assign(w, parse_series_pattern("2:8+1:8"));
  const auto one = assign(w, parse_series_pattern("3:8"));
  REQUIRE((two.array() > 0).cwiseEqual(one.array() > 0).all());
}

TEST_CASE("shared rows and blocks take what weighs most by hand", "[decompose]") {
  dense_matrix<float> w(2, 4);
  w << 3, 0, 2, 1,  //
      0, 4, 2, 3;
  SECTION("1:4 of two rows: columns weigh 9, 16, 8, 10") {
    const auto a = assign(w, parse_series_pattern("1:4x2"));
    CHECK(a(0, 0) == 0);
    CHECK(a(0, 1) == 0);  // a zero is no one's
    CHECK(a(1, 1) == 1);
  }
  SECTION("half of the 2x2 blocks: they weigh 25 and 18") {
    const auto a = assign(w, parse_series_pattern("2x2@0.5"));
    CHECK((a.leftCols(2).array() > 0).count() == 2);
    CHECK((a.rightCols(2).array() > 0).count() == 0);
  }
  SECTION("the largest quarter of all values") {
    const auto a = assign(w, parse_series_pattern("unstructured@0.25"));
    CHECK(a(1, 1) == 1);
    CHECK(a(0, 0) == 1);
    CHECK((a.array() > 0).count() == 2);
  }
}

TEST_CASE("column-major matrices decompose alike", "[decompose]") {
  const auto w = test::random_matrix<float>(9, 24, 2);
  const Eigen::MatrixXf columns = w;
  const auto a = decompose<n_m<2, 4>, n_m<1, 8, 4>, unstructured>(w);
  const auto b = decompose<n_m<2, 4>, n_m<1, 8, 4>, unstructured>(columns);
  CHECK(a.terms == b.terms);
  CHECK(a.residual == b.residual);
}

TEST_CASE("groups of filters run along input channels, blocks over all taps", "[decompose]") {
  lacuna::tensor<float> weights({6, 10, 3, 2});
  lacuna::random_source random(4);
  for (float& v : weights) v = static_cast<float>(random.normal());
  const auto f = to_filter(weights);
  const auto [terms, residual] = decompose<n_m<2, 4>, at_most<block<2, 4>, 50>>(f);
  CHECK(terms.padded_in() == 12);
  auto sum = to_tensor(terms);
  const auto rest = to_tensor(residual);
  for (index_t i = 0; i < sum.size(); ++i) {
    CHECK((sum.data()[i] == 0 || rest.data()[i] == 0));
    sum.data()[i] += rest.data()[i];
    CHECK(sum.data()[i] == weights.data()[i]);
  }
  // At run time the same values are taken.
  const auto a = assign(f, parse_series_pattern("2:4+2x4@0.5"));
  for (index_t o = 0; o < 6; ++o) {
    for (index_t k = 0; k < f.matrix.cols(); ++k) {
      CHECK((a(o, k) == 0) == (residual.matrix(o, k) != 0));
    }
  }
}

TEST_CASE("an assignment of run time becomes formats", "[decompose]") {
  const auto w = test::random_matrix<float>(17, 40, 6);
  const auto direct = decompose<n_m<2, 4>, at_most<block<8, 8>, 25>, unstructured>(w);
  const auto held = assign(w, parse_series_pattern("2:4+8x8@0.25+unstructured"));
  const auto collected = lacuna::collect<n_m<2, 4>, block<8, 8>, unstructured>(w, held);
  CHECK(collected.terms == direct.terms);
  CHECK(collected.residual == direct.residual);
  using Catch::Contains;
  CHECK_THROWS_WITH((lacuna::collect<n_m<1, 4>, block<8, 8>, unstructured>(w, held)),
                    Contains("term 0 holds 2 columns of the group at (0, 0), which is not 1:4"));
  CHECK_THROWS_WITH((lacuna::collect<n_m<2, 4>, block<8, 8>>(w, held)), Contains("has term 3"));
  CHECK_THROWS_WITH((lacuna::collect<n_m<2, 4>>(w.topRows(3).eval(), held)), Contains("(3, 40)"));
}

TEST_CASE("scores decide, also of filters", "[decompose]") {
  dense_matrix<float> w(1, 4);
  w << 4, 3, 2, 1;
  CHECK(assign(w, parse_series_pattern("1:4"), lacuna::by_activation{{1, 1, 1, 9}})(0, 3) == 1);
  CHECK(assign(w, parse_series_pattern("1:4"), lacuna::by_second_order{{16, 1, 1, 1}})(0, 1) == 1);
  const auto last = [](index_t, index_t k, double) { return static_cast<double>(k); };
  CHECK(assign(w, parse_series_pattern("1:4"), last)(0, 3) == 1);
  const auto f = to_filter(lacuna::tensor<float>({1, 3, 2, 1}, {1, 1, 1, 1, 1, 1}));
  const auto d = decompose<n_m<1, 3>>(f, lacuna::by_activation{{1, 2, 1, 1, 1, 3}});
  CHECK(d.residual.matrix(0, 1) == 0);
  CHECK(d.residual.matrix(0, 5) == 0);
  CHECK(d.residual.matrix.sum() == 4);
}

TEST_CASE("a term behind one that takes everything is refused", "[decompose]") {
  using Catch::Contains;
  const auto w = test::random_matrix<float>(8, 16);
  for (const char* text :
       {"8x8+2:4", "2:4+8x8+unstructured", "unstructured+1:4", "dense+2:4", "2:4+dense+8x8@0.5"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(assign(w, parse_series_pattern(text)), lacuna::shape_error);
    CHECK_THROWS_WITH(assign(w, parse_series_pattern(text)), Contains("@0.25 or at_most"));
  }
  CHECK_THROWS_WITH((decompose<block<8, 8>, n_m<2, 4>>(w)),
                    Contains("8x8 of 8x8+2:4 takes everything"));
  CHECK_THROWS_AS((decompose<at_most<unstructured, 100>, n_m<2, 4>>(w)), lacuna::shape_error);
  CHECK_THROWS_AS(
      (decompose<block<4, 4>, n_m<1, 2>>(to_filter(lacuna::tensor<float>({8, 8, 3, 3})))),
      lacuna::shape_error);
  for (const char* text : {"8x8", "2:4+8x8", "8x8@0.99+2:4", "4:4+2:4", "2:4+dense"}) {
    CAPTURE(text);
    CHECK_NOTHROW(assign(w, parse_series_pattern(text)));
  }
}

TEST_CASE("what can't be decomposed is refused with the shapes", "[decompose]") {
  using Catch::Contains;
  dense_matrix<float> w = test::random_matrix<float>(2, 6);
  CHECK_THROWS_WITH((decompose<n_m<2, 8>>(w)), Contains("(2, 6)") && Contains("2:8"));
  CHECK_THROWS_WITH((decompose<n_m<2, 4, 4>>(w)), Contains("2:4x4"));
  CHECK_THROWS_WITH((decompose<block<4, 4>>(w)), Contains("4x4"));
  CHECK_THROWS_AS(decompose<unstructured>(dense_matrix<float>(0, 4)), lacuna::shape_error);
  CHECK_THROWS_AS(decompose<unstructured>(dense_matrix<float>(4, 0)), lacuna::shape_error);
  CHECK_THROWS_AS(assign(w, series_pattern{}), lacuna::shape_error);
  CHECK_THROWS_AS(assign(w, series_pattern{{{lacuna::n_m_pattern{3, 2}, 1}}}), lacuna::shape_error);
  CHECK_THROWS_AS(assign(w, series_pattern{{{lacuna::unstructured_pattern{}, 1.5}}}),
                  lacuna::shape_error);
  CHECK_THROWS_WITH((decompose<n_m<2, 4>>(to_filter(lacuna::tensor<float>({4, 3, 3, 3})))),
                    Contains("3 input channels"));
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    w(1, 2) = bad;
    CHECK_THROWS_WITH((decompose<n_m<2, 4>>(w)), Contains("(1, 2)"));
  }
  w(1, 2) = 1;
  CHECK_THROWS_AS(
      assign(w, parse_series_pattern("2:4"), [](index_t, index_t, double) { return -1; }),
      lacuna::format_error);
}

}  // namespace decompose_test
