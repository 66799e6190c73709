// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/prune/{n_m_mask,unstructured_mask,mask_of}.hpp
#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include <lacuna/prune/prune.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace n_m_mask_test {

using lacuna::dense_matrix, lacuna::index_t, lacuna::keep;

TEST_CASE("2:4 keeps the best of all six patterns of each group", "[prune][n_m]") {
  lacuna::random_source random(7);
  for (int group = 0; group < 500; ++group) {
    dense_matrix<float> w(1, 4);
    for (float& v : w.reshaped()) v = static_cast<float>(random.normal());
    double best = 0;
    for (unsigned p = 0; p < 16; ++p) {
      if (std::popcount(p) != 2) continue;
      double sum = 0;
      for (unsigned c = 0; c < 4; ++c)
        sum += (p >> c & 1U) != 0 ? std::abs(static_cast<double>(w(0, c))) : 0.0;
      best = std::max(best, sum);
    }
    const auto kept = to_dense(lacuna::prune_n_m<2, 4>(w));
    CHECK(kept.cast<double>().cwiseAbs().sum() == Approx(best));
  }
}

TEST_CASE("equal magnitudes keep the first", "[prune][n_m]") {
  dense_matrix<float> w(1, 4);
  w << 1, -1, 1, -1;
  const auto kept = lacuna::prune_n_m<2, 4>(w);
  CHECK(kept.positions() == std::vector<std::uint8_t>{0, 1});
}

TEST_CASE("the share of magnitude kept is the expected one", "[prune][n_m]") {
  // Order statistics of 10^5 groups: U(0, 1) keeps 0.700, N(0, 1) keeps 0.7447 at 2:4, 0.4585 at
  // 1:4, 0.4846 at 2:8, 0.7679 at 4:8.
  lacuna::random_source random(11);
  dense_matrix<float> uniform(100, 8000);
  dense_matrix<float> normal(100, 8000);
  for (float& v : uniform.reshaped()) v = static_cast<float>(random.uniform());
  for (float& v : normal.reshaped()) v = static_cast<float>(random.normal());
  const auto share = [](const dense_matrix<float>& w, index_t n, index_t m) {
    const auto kept = lacuna::n_m_mask(w, n, m);
    return kept.cast<double>().cwiseProduct(w.cast<double>()).cwiseAbs().sum() /
           w.cast<double>().cwiseAbs().sum();
  };
  CHECK(share(uniform, 2, 4) == Approx(0.700).margin(0.002));
  CHECK(share(normal, 2, 4) == Approx(0.7447).margin(0.002));
  CHECK(share(normal, 1, 4) == Approx(0.4585).margin(0.002));
  CHECK(share(normal, 2, 8) == Approx(0.4846).margin(0.002));
  CHECK(share(normal, 4, 8) == Approx(0.7679).margin(0.002));
}

TEST_CASE("shared rows share positions, chosen for all of them", "[prune][n_m]") {
  dense_matrix<float> w = dense_matrix<float>::Zero(9, 4);
  w.col(0).head(8).setConstant(1);  // norm sqrt(8)
  w(0, 1) = 2;
  w(1, 2) = 2.5F;
  w(8, 3) = 1;  // the ninth row is a group of its own
  const auto kept = to_dense(lacuna::prune_n_m<2, 4, 8>(w));
  CHECK(kept.col(0).head(8).isOnes());
  CHECK(kept(1, 2) == 2.5F);
  CHECK(kept(0, 1) == 0);
  CHECK(kept(8, 3) == 1);
  // By the largest sum of magnitudes it is the same here, by one's own rule another.
  const auto first_row = [](std::span<const double> v) { return std::abs(v[0]); };
  CHECK(to_dense(lacuna::prune_n_m<2, 4, 8>(w, first_row))(0, 1) == 2);
}

TEST_CASE("infinities are kept first, scores that are NaN are refused", "[prune][n_m]") {
  const float infinity = std::numeric_limits<float>::infinity();
  dense_matrix<float> w(2, 4);
  w << 1, infinity, 3, -infinity,  //
      4, 2, 1, 1;
  lacuna::mask wanted(2, 4);
  wanted << false, true, false, true, true, true, false, false;
  CHECK(lacuna::n_m_mask(w, 2, 4) == wanted);
  wanted.row(1) = wanted.row(0);
  CHECK(lacuna::n_m_mask(w, 2, 4, 2) == wanted);
  CHECK_THROWS_WITH(lacuna::n_m_mask(w, 2, 4, 2, lacuna::score::variance),
                    Catch::Contains("the score of column 1 of rows 0 to 1 is NaN"));
  w(1, 2) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(lacuna::n_m_mask(w, 2, 4), lacuna::format_error);
}

TEST_CASE("wide groups are ranked as narrow ones", "[prune][n_m]") {
  const index_t m = GENERATE(1, 5, 17, 32, 33, 300);
  const index_t n = (m + 1) / 2;
  // Whole numbers up to 4: ties everywhere.
  const auto w = test::random_matrix<float>(3, m, 4);
  const lacuna::mask kept = lacuna::n_m_mask(w, n, m);
  for (index_t i = 0; i < 3; ++i) {
    std::vector<index_t> order(static_cast<std::size_t>(m));
    std::iota(order.begin(), order.end(), index_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](index_t a, index_t b) { return std::abs(w(i, a)) > std::abs(w(i, b)); });
    for (index_t s = 0; s < m; ++s) {
      REQUIRE(kept(i, order[static_cast<std::size_t>(s)]) == (s < n));
    }
  }
}

TEST_CASE("filters obey N:M along the channels of each tap", "[prune][n_m]") {
  const auto in = GENERATE(as<index_t>(), 3, 8, 10);
  const auto w = test::random_tensor<float>({9, in, 3, 3});
  const auto f = lacuna::prune_n_m<2, 4>(lacuna::to_filter(w));
  CHECK_FALSE(check(f.matrix).has_value());
  const auto kept = to_tensor(f);
  for (index_t o = 0; o < 9; ++o) {
    for (index_t t = 0; t < 9; ++t) {
      for (index_t g = 0; g < in; g += 4) {
        int count = 0;
        for (index_t c = g; c < std::min(in, g + 4); ++c)
          count += kept(o, c, t / 3, t % 3) != 0 ? 1 : 0;
        REQUIRE(count <= 2);
      }
    }
  }
  CHECK(lacuna::prune_n_m<2, 4>(lacuna::to_filter(kept)).matrix == f.matrix);
}

TEST_CASE("groups at the edge keep what they have", "[prune][n_m]") {
  const auto cols = GENERATE(as<index_t>(), 0, 1, 2, 3, 5, 6, 7);
  const dense_matrix<float> w = dense_matrix<float>::Ones(3, cols);
  const lacuna::mask kept = lacuna::n_m_mask(w, 2, 4);
  for (index_t i = 0; i < 3; ++i)
    CHECK(kept.row(i).count() == cols / 4 * 2 + std::min<index_t>(2, cols % 4));
}

TEST_CASE("unstructured pruning keeps the largest magnitudes, exactly as many",
          "[prune][unstructured]") {
  lacuna::random_source random(2);
  dense_matrix<float> w(37, 41);
  for (float& v : w.reshaped()) v = static_cast<float>(random.normal());
  const double fraction = GENERATE(0.0, 0.1, 0.5, 1.0);
  const auto csr = lacuna::prune_unstructured(w, keep{fraction});
  CHECK(csr.blocks() == keep{fraction}.of(37 * 41));
  const auto m = lacuna::unstructured_mask(w, keep{fraction});
  float lowest = 1e9F;
  float highest = 0;
  for (index_t i = 0; i < 37; ++i) {
    for (index_t k = 0; k < 41; ++k)
      (m(i, k) ? lowest : highest) =
          m(i, k) ? std::min(lowest, std::abs(w(i, k))) : std::max(highest, std::abs(w(i, k)));
  }
  CHECK(lowest >= highest);
  CHECK(lacuna::prune_unstructured(to_dense(csr), keep{fraction}).blocks() == csr.blocks());
}

TEST_CASE("a pattern known at run time gives the same mask", "[prune][mask_of]") {
  const auto f = lacuna::to_filter(test::random_tensor<float>({16, 16, 3, 3}));
  const auto of = [&](const char* p) {
    return lacuna::mask_of(lacuna::parse_pattern(p), f, keep{0.25});
  };
  CHECK(of("8x8") == lacuna::block_mask(f, 8, 8, keep{0.25}));
  CHECK(of("2:4") == lacuna::n_m_mask(f, 2, 4));
  CHECK(of("2:4x8") == lacuna::n_m_mask(f, 2, 4, 8));
  CHECK(of("unstructured") == lacuna::unstructured_mask(f, keep{0.25}));
  CHECK(of("dense").all());
}

TEST_CASE("a mask is applied where it fits", "[prune][mask]") {
  dense_matrix<float> w = dense_matrix<float>::Constant(2, 2, -3);
  lacuna::mask m(2, 2);
  m << true, false, false, true;
  lacuna::apply(m, w);
  CHECK(w(0, 0) == -3);
  CHECK_FALSE(std::signbit(w(0, 1)));
  dense_matrix<float> wide(2, 3);
  CHECK_THROWS_WITH(lacuna::apply(m, wide), "mask (2, 2) on weights (2, 3)");
  CHECK_THROWS_AS(lacuna::n_m_mask(w, 3, 2), lacuna::shape_error);
  CHECK_THROWS_AS(lacuna::n_m_mask(w, 1, 2, 0), lacuna::shape_error);
}

}  // namespace n_m_mask_test
