// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/decompose/exact.hpp
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <lacuna/decompose/exact.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace exact_test {

using lacuna::decompose_exact, lacuna::dense_matrix, lacuna::index_t;

namespace {

/// All of w is assigned and nothing else, and no candidate is cheaper than the best.
template <class T>
void expect_exact(const dense_matrix<T>& w) {
  const auto d = decompose_exact(w);
  for (index_t i = 0; i < w.rows(); ++i) {
    for (index_t k = 0; k < w.cols(); ++k) {
      if (!lacuna::is_zero(w(i, k))) REQUIRE(d.term_of(i, k) > 0);
    }
  }
  for (const auto& c : d.candidates) REQUIRE(d.best().cost <= c.cost);
}

}  // namespace

TEST_CASE("nothing is lost, whatever the matrix", "[decompose][exact]") {
  const double zeros = GENERATE(0.0, 0.5, 0.9, 1.0);
  const index_t rows = GENERATE(1, 8, 13);
  const index_t cols = GENERATE(1, 8, 29);
  expect_exact(test::random_blocks<float>(rows, cols, 1, 1, zeros));
  expect_exact(test::random_blocks<std::int8_t>(rows, cols, 1, 1, zeros));
}

TEST_CASE("a matrix of one pattern is told to be of that pattern", "[decompose][exact]") {
  const auto best = [](const auto& w) { return to_string(decompose_exact(w).best().series); };
  CHECK(best(dense_matrix<float>::Constant(64, 64, 1.0F).eval()) == "dense");
  // A sixteenth of the 8x8 blocks: any other pattern stores more or costs more a value.
  dense_matrix<float> blocks = dense_matrix<float>::Zero(64, 64);
  for (const index_t at : {0, 16, 40, 56}) blocks.block(at, 63 - 7 - at, 8, 8).setConstant(1);
  CHECK(best(blocks) == "8x8@0.0625");
  dense_matrix<float> shared = dense_matrix<float>::Zero(64, 64);
  for (index_t k = 0; k < 64; k += 8) shared.col(k + k / 8).setConstant(1);
  CHECK(best(shared) == "1:8x8");
  dense_matrix<float> one = dense_matrix<float>::Zero(64, 64);
  one(3, 5) = 1;
  CHECK(best(one) == "unstructured");
}

TEST_CASE("nothing stands behind blocks that are all worth it", "[decompose][exact]") {
  const dense_matrix<float> full = dense_matrix<float>::Constant(16, 24, 1.0F);
  const auto d = decompose_exact(full);
  std::vector<std::string> found;
  for (const auto& c : d.candidates) {
    found.push_back(to_string(c.series));
    for (std::size_t t = 0; t + 1 < c.series.terms.size(); ++t) {
      CHECK_FALSE(lacuna::detail::takes_all(c.series.terms[t]));
    }
  }
  CHECK(std::count(found.begin(), found.end(), "8x8") == 1);
  CHECK(std::count(found.begin(), found.end(), "2:4+8x8") == 1);
  expect_exact(full);
  // Where dense is dearer than blocks, they are what is chosen, and they hold all.
  const auto cost = [](const lacuna::pattern& p) {
    return p == lacuna::pattern{lacuna::block_pattern{8, 8}} ? 1.0 : 10.0;
  };
  const auto blocks = decompose_exact(full, lacuna::exact_menu(), cost);
  CHECK(to_string(blocks.best().series) == "8x8");
  CHECK((blocks.term_of.array() == 1).all());
}

TEST_CASE("blocks with noise become blocks and a remainder", "[decompose][exact]") {
  dense_matrix<float> w = dense_matrix<float>::Zero(64, 128);
  w.block(8, 16, 8, 8).setConstant(2);
  w.block(32, 64, 16, 8).setConstant(3);
  for (index_t i = 0; i < 64; i += 3) w(i, (i * 37) % 128) = 1;
  const auto d = decompose_exact(w);
  CHECK_THAT(to_string(d.best().series), Catch::StartsWith("8x8@"));
  CHECK_THAT(to_string(d.best().series), Catch::EndsWith("+unstructured"));
  CHECK(d.best().stored.front() == 3 * 64);
}

TEST_CASE("another machine's costs choose another series", "[decompose][exact]") {
  const auto w = test::random_n_m<float>(32, 64, 2, 4, 1);
  // A sparse tensor core: 2:4 at the price of a dense value, all else far dearer.
  const auto cost = [](const lacuna::pattern& p) {
    return p == lacuna::pattern{lacuna::n_m_pattern{2, 4, 1}} ? 1.0 : 10.0;
  };
  CHECK(to_string(decompose_exact(w, lacuna::exact_menu(), cost).best().series) == "2:4");
  std::ostringstream table;
  table << decompose_exact(w);
  CHECK_THAT(table.str(), Catch::Contains("dense: cost 2048, stored 2048"));
}

}  // namespace exact_test
