// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/prune/block_mask.hpp
#include <lacuna/format/transpose.hpp>
#include <lacuna/prune/prune.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace block_mask_test {

using lacuna::dense_matrix, lacuna::index_t, lacuna::keep, lacuna::score;

namespace {
dense_matrix<float> normal(index_t rows, index_t cols, std::uint64_t seed = 1) {
  lacuna::random_source random(seed);
  dense_matrix<float> w(rows, cols);
  for (float& v : w.reshaped()) v = static_cast<float>(random.normal());
  return w;
}
}  // namespace

TEST_CASE("at one half exactly half of the blocks are zero", "[prune][blocks]") {
  const auto w = normal(64, 96);
  const auto how = GENERATE(score::l1, score::l2, score::variance);
  const auto b = lacuna::prune_blocks<8, 8>(w, keep{0.5}, how);
  CHECK(b.blocks() == 8 * 12 / 2);
  CHECK_FALSE(check(b).has_value());
}

TEST_CASE("kept blocks keep every value and score no less than dropped ones", "[prune][blocks]") {
  const auto w = normal(40, 56);
  const auto m = lacuna::block_mask(w, 8, 8, keep{0.7});
  double lowest_kept = 1e9;
  double highest_dropped = 0;
  for (index_t i = 0; i < 5; ++i) {
    for (index_t k = 0; k < 7; ++k) {
      const auto part = m.block(i * 8, k * 8, 8, 8);
      CHECK(part.all() == part.any());
      const double norm = w.block(i * 8, k * 8, 8, 8).norm();
      if (part.any())
        lowest_kept = std::min(lowest_kept, norm);
      else
        highest_dropped = std::max(highest_dropped, norm);
    }
  }
  CHECK(lowest_kept >= highest_dropped);
  CHECK(m.count() == keep{0.7}.of(35) * 64);
  const auto pruned = to_dense(lacuna::prune_blocks<8, 8>(w, keep{0.7}));
  CHECK(pruned == m.cast<float>().cwiseProduct(w));
}

TEST_CASE("pruning twice changes nothing", "[prune][blocks]") {
  const auto once = lacuna::prune_blocks<8, 4>(normal(30, 50), keep{0.4});
  CHECK(lacuna::prune_blocks<8, 4>(to_dense(once), keep{0.4}) == once);
}

TEST_CASE("no block row or column goes empty, and the count stays", "[prune][blocks]") {
  dense_matrix<float> w = dense_matrix<float>::Ones(32, 32);
  w.topRows(16) *= 100;  // the best half is the upper half: without a guard the lower goes
  w.row(8).setConstant(1e-3F);
  const auto b = lacuna::prune_blocks<8, 8>(w, keep{0.5});
  CHECK(b.blocks() == 8);
  const auto rows = [&] {
    for (index_t i = 0; i < 4; ++i) {
      const auto [f, l] = b.block_range(i);
      CHECK(f < l);
    }
  };
  rows();
  CHECK(transpose(b).block_range(3).first < transpose(b).block_range(3).second);

  // Fewer blocks than rows: the guard needs more than was asked for, and no more.
  const auto diagonal = lacuna::prune_blocks<8, 8>(
      dense_matrix<float>(dense_matrix<float>::Identity(32, 32)), keep{0.1});
  CHECK(diagonal.blocks() == 4);
}

TEST_CASE("keeping all or nothing does so", "[prune][blocks]") {
  const auto w = normal(9, 17);
  CHECK(to_dense(lacuna::prune_blocks<8, 8>(w, keep{1.0})) == w);
  CHECK(lacuna::prune_blocks<8, 8>(w, keep{0.0}).blocks() == 0);
  CHECK(lacuna::prune_blocks<8, 8>(dense_matrix<float>(0, 5), keep{0.5}).blocks() == 0);
}

TEST_CASE("a filter's block is the same in every tap, ranked by all of them", "[prune][blocks]") {
  lacuna::tensor<float> w = test::random_tensor<float>({16, 19, 3, 3});
  for (index_t t = 0; t < 9; ++t) {
    for (index_t o = 0; o < 8; ++o)
      for (index_t c = 0; c < 8; ++c) w(o, c, t / 3, t % 3) = t == 4 ? 100.0F : 0.0F;
  }
  const auto f = lacuna::prune_blocks<8, 8>(lacuna::to_filter(w), keep{0.5});
  CHECK_FALSE(check(f.matrix).has_value());
  CHECK(f.matrix.blocks() == 9 * 3);  // 3 of 2 x 3 channel blocks, in 9 taps
  const auto kept = to_tensor(f);
  CHECK(kept(0, 0, 1, 1) == 100.0F);
  for (index_t o = 0; o < 16; o += 8) {
    for (index_t c = 0; c < 19; c += 8) {
      index_t taps = 0;
      for (index_t t = 0; t < 9; ++t) {
        bool any = false;
        for (const auto columns = f.matrix.block_columns(); const auto k : columns)
          any = any || k == t * 3 + c / 8;
        taps += any ? 1 : 0;
      }
      CHECK(taps == 9);
    }
  }
  CHECK(lacuna::block_mask(lacuna::to_filter(w), 8, 8, keep{0.5}).cols() == 9 * 19);
}

TEST_CASE("a 1x1 filter prunes as its matrix", "[prune][blocks]") {
  const auto w = test::random_tensor<float>({24, 32, 1, 1});
  const auto f = lacuna::to_filter(w);
  CHECK(lacuna::prune_blocks<8, 8>(f, keep{0.5}).matrix ==
        lacuna::prune_blocks<8, 8>(f.matrix, keep{0.5}));
}

TEST_CASE("any functor scores", "[prune][blocks]") {
  dense_matrix<float> w = dense_matrix<float>::Ones(16, 16);
  w.topLeftCorner(8, 8) *= 9;
  const auto smallest_first = [](std::span<const double> v) { return -std::abs(v[0]); };
  CHECK(to_dense(lacuna::prune_blocks<8, 8>(w, keep{0.75}, smallest_first))
            .topLeftCorner(8, 8)
            .isZero(0));
}

TEST_CASE("weights in any value type and order prune alike", "[prune][blocks]") {
  const auto w = test::random_matrix<float>(20, 28);
  const auto expected = lacuna::block_mask(w, 8, 8, keep{0.5});
  CHECK(lacuna::block_mask(Eigen::MatrixXf(w), 8, 8, keep{0.5}) == expected);
  CHECK(lacuna::block_mask(Eigen::MatrixXd(w.cast<double>()), 8, 8, keep{0.5}) == expected);
  CHECK(lacuna::block_mask(test::random_matrix<std::int8_t>(20, 28), 8, 8, keep{0.5}) == expected);
  CHECK(lacuna::block_mask(test::random_matrix<lacuna::bfloat16>(20, 28), 8, 8, keep{0.5}) ==
        expected);
}

TEST_CASE("what can't be ranked or kept is refused", "[prune][blocks]") {
  dense_matrix<float> w = normal(9, 9);
  const auto fraction = GENERATE(-0.1, 1.1, std::numeric_limits<double>::quiet_NaN());
  CHECK_THROWS_WITH((lacuna::prune_blocks<8, 8>(w, keep{fraction})),
                    Catch::Contains("fraction from 0 to 1"));
  CHECK_THROWS_AS(lacuna::block_mask(w, 0, 8, keep{0.5}), lacuna::shape_error);
  w(3, 7) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH((lacuna::prune_blocks<8, 8>(w, keep{0.5})),
                    Catch::Contains("weight (3, 7) is NaN"));
  w(3, 7) = std::numeric_limits<float>::infinity();
  CHECK(lacuna::block_mask(w, 8, 8, keep{0.25})(3, 7));
}

}  // namespace block_mask_test
