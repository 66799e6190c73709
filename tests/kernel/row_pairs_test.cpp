// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/kernel/{pack/row_pairs,simd/spmm_row_pairs}.hpp.
#include <lacuna/kernel/simd/gemv_panels.hpp>
#include <lacuna/kernel/simd/spmm_row_pairs.hpp>

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include "support/architectures.hpp"
#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace row_pairs_test {

using lacuna::dense_matrix, lacuna::index_t;
namespace kernel = lacuna::kernel;

namespace {
constexpr auto identity = [](index_t k) { return k; };
constexpr float untouched = -77.0F;

kernel::row_pairs<float> pack(const dense_matrix<float>& w, index_t block, index_t panel = 64) {
  return pair_rows(kernel::pack_panels<1>(lacuna::to_block_csr<1, 1>(w), w.cols(), identity), block,
                   panel);
}

/// The matrix that the lists say, and whether an entry is there twice.
dense_matrix<float> unpack(const kernel::row_pairs<float>& w) {
  dense_matrix<float> out = dense_matrix<float>::Zero(w.rows, w.depth);
  for (index_t panel = 0; panel < w.count(); ++panel) {
    for (index_t b = 0; b < w.blocks(); ++b) {
      auto k = w.k.begin() + w.part_of(panel, b).k;
      auto value = w.values.begin() + w.part_of(panel, b).value;
      const auto take = [&](const auto& pair, int r, index_t at) {
        float& to = out(panel * w.rows_per_panel + pair.row[r], b * w.block + at);
        REQUIRE(to == 0);
        to = *value++;
      };
      for (index_t p = w.part_of(panel, b).pair; p < w.part_of(panel, b + 1).pair; ++p) {
        const auto& pair = w.pairs[static_cast<std::size_t>(p)];
        for (index_t e = 0; e < std::max(pair.both, pair.each); ++e) {
          if (e < pair.both) {
            take(pair, 0, *k);
            take(pair, 1, *k++);
          }
          if (e < pair.each) {
            take(pair, 0, *k++);
            take(pair, 1, *k++);
          }
        }
        for (index_t e = 0; e < pair.rest; ++e) take(pair, pair.longer, *k++);
      }
    }
  }
  return out;
}

/// Panels first ... last - 1 times the first `cols` columns of x.
template <class Arch>
void run(const kernel::row_pairs<float>& w, index_t first, index_t last,
         const dense_matrix<float>& x, index_t cols, dense_matrix<float>& y) {
  lacuna::aligned_vector<float> aside(static_cast<std::size_t>(
      kernel::simd::waiting_rows * kernel::simd::strip_width<float, Arch, 2>));
  for (index_t b = 0; b < w.blocks(); ++b) {
    const kernel::simd::strip<float> strip{x.data() + b * w.block * x.cols(),
                                           x.cols(),
                                           nullptr,
                                           cols,
                                           false,
                                           y.data(),
                                           y.cols(),
                                           0,
                                           0,
                                           w.blocks() > 1 ? aside.data() : nullptr};
    kernel::simd::spmm_block<Arch>(w, b, first, last, strip, lacuna::no_epilogue{});
  }
}
}  // namespace

TEST_CASE("pairs of rows hold every entry of a matrix once", "[kernel][pack]") {
  const auto rows = GENERATE(as<index_t>(), 0, 1, 2, 63, 64, 65, 131);
  const auto depth = GENERATE(as<index_t>(), 0, 1, 7, 64, 101);
  const auto panel = GENERATE(as<index_t>(), 64, 128);
  for (const index_t block : {1, 16, 64, 200}) {
    const auto w = test::random_blocks<float>(rows, depth, 1, 1, 0.5);
    const auto packed = pack(w, block, panel);
    CAPTURE(rows, depth, block, panel);
    REQUIRE(unpack(packed) == w);
    CHECK(packed.values_before(packed.count()) == (w.array() != 0).count());
  }
}

TEST_CASE("rows are paired, block by block, by the positions they share", "[kernel][pack]") {
  // In the first eight columns rows 0 and 2 are alike, in the last eight rows 0 and 3.
  dense_matrix<float> w = dense_matrix<float>::Zero(4, 16);
  for (index_t k = 0; k < 16; ++k) {
    for (index_t i = 0; i < 4; ++i) {
      const bool is_like_0 = i == 0 || i == (k < 8 ? 2 : 3);
      if (is_like_0 == (k % 2 == 0)) w(i, k) = static_cast<float>(i + 1);
    }
  }
  const auto packed = pack(w, 8);
  REQUIRE(packed.pairs.size() == 4);
  for (const auto& pair : packed.pairs) {
    CHECK(pair.both == 4);
    CHECK(pair.each + pair.rest == 0);
  }
  CHECK(packed.pairs[0].row[1] == 2);
  CHECK(packed.pairs[2].row[1] == 3);
  CHECK(unpack(packed) == w);
}

TEST_CASE("rows are paired with those of as many entries before those that share more",
          "[kernel][pack]") {
  // Row 0 shares three positions with row 1, which has six, one with row 2 and two with row 3.
  dense_matrix<float> w = dense_matrix<float>::Zero(4, 8);
  w.row(0) << 1, 1, 1, 0, 0, 0, 0, 0;
  w.row(1) << 1, 1, 1, 1, 1, 1, 0, 0;
  w.row(2) << 1, 0, 0, 0, 0, 0, 1, 1;
  w.row(3) << 1, 1, 0, 0, 0, 0, 0, 1;
  const auto packed = pack(w, 8);
  REQUIRE(packed.pairs.size() == 2);
  const auto& alike = packed.pairs[0];  // pairs of unlike rows come last
  CHECK(alike.row[0] == 0);
  CHECK(alike.row[1] == 3);
  CHECK(alike.both == 2);
  CHECK(alike.each == 1);
  CHECK(alike.rest == 0);
  CHECK(packed.pairs[1].rest == 3);
  CHECK(unpack(packed) == w);
}

TEST_CASE("a panel is a quarter of the rows, from 64 to 256", "[kernel][pack]") {
  CHECK(kernel::panel_rows(0) == 64);
  CHECK(kernel::panel_rows(511) == 64);
  CHECK(kernel::panel_rows(512) == 128);
  CHECK(kernel::panel_rows(768) == 192);
  CHECK(kernel::panel_rows(1024) == 256);
  CHECK(kernel::panel_rows(4096) == 256);
  // Their largest one, whose last row has no partner.
  const auto w = test::random_blocks<float>(2 * 256 - 1, 9, 1, 1, 0.5);
  CHECK(unpack(pack(w, 4, 256)) == w);
}

TEST_CASE("blocks have enough entries a row, or there is one", "[kernel][pack]") {
  // Half of 640 kept: what fits is enough. An eighth: blocks of 128 rows. A sixteenth: three times
  // what fits, which is beyond a third of 640. A hundredth: one block.
  CHECK(kernel::depth_block(100 * 320, 100, 640, 80) == 80);
  CHECK(kernel::depth_block(100 * 80, 100, 640, 80) == 128);
  CHECK(kernel::depth_block(100 * 40, 100, 640, 80) == 214);
  CHECK(kernel::depth_block(100 * 6, 100, 640, 80) == 640);
  // An eighth of 128 is rather one block than two; a half is not.
  CHECK(kernel::depth_block(100 * 16, 100, 128, 80) == 128);
  CHECK(kernel::depth_block(100 * 64, 100, 128, 80) == 64);
  CHECK(kernel::depth_block(0, 100, 640, 80) == 640);
  CHECK(kernel::depth_block(0, 0, 0, 80) == 1);
  CHECK(kernel::depth_block(1, 1, 100'000, 80) == 25'000);
}

TEMPLATE_LIST_TEST_CASE(
    "any portion of a product by pairs is the reference's, and nothing else is "
    "written",
    "[kernel][simd]", test::architectures) {
  constexpr index_t width = kernel::simd::strip_width<float, TestType, 2>;
  const index_t m = 5 * 64 + 3;
  const index_t depth = 37;
  const double keep = GENERATE(0.15, 0.6);  // paired rows share few positions, and most
  const auto panel = GENERATE(as<index_t>(), 64, 256);
  auto w = test::random_blocks<float>(m, depth, 1, 1, keep);
  w.row(1).setZero();
  w.middleRows(64, 64).setZero();
  const auto x = test::random_matrix<float>(depth, width);
  const dense_matrix<float> expected = w * x;
  for (const index_t block : {12, 37}) {
    const auto packed = pack(w, block, panel);
    for (index_t cols = 1; cols <= width; ++cols) {
      for (const auto& [some, more] :
           {std::pair<index_t, index_t>{0, 6}, {0, 0}, {1, 2}, {3, 6}, {5, 6}}) {
        const index_t first = std::min(some, packed.count());
        const index_t last = std::min(more, packed.count());
        dense_matrix<float> y = dense_matrix<float>::Constant(m, width, untouched);
        run<TestType>(packed, first, last, x, cols, y);
        const index_t from = std::min(m, first * panel);
        const index_t to = std::min(m, last * panel);
        dense_matrix<float> wanted = dense_matrix<float>::Constant(m, width, untouched);
        wanted.block(from, 0, to - from, cols) = expected.block(from, 0, to - from, cols);
        REQUIRE(y == wanted);
      }
    }
  }
}

TEMPLATE_LIST_TEST_CASE("weights by shuffles and by loads give bit-identical sums",
                        "[kernel][simd]", test::architectures) {
  if constexpr (kernel::simd::has_four_weights<float, TestType>) {
    constexpr index_t vectors = kernel::simd::tile_vectors<TestType>(2);
    constexpr index_t width = kernel::simd::strip_width<float, TestType, 2>;
    const index_t m = 64;
    const index_t depth = GENERATE(as<index_t>(), 1, 2, 5, 31, 64, 101);
    const double keep = GENERATE(0.0, 0.1, 0.3, 0.6, 1.0);
    const auto packed = pack(test::random_blocks<float>(m, depth, 1, 1, keep), depth);
    const dense_matrix<float> x = dense_matrix<float>::Random(depth, width);
    CAPTURE(depth, keep);
    for (index_t cols = 1; cols <= width; ++cols) {
      dense_matrix<float> y[2];
      const auto multiply = [&](dense_matrix<float>& to, auto shuffles) {
        to = dense_matrix<float>::Constant(m, width, untouched);
        const kernel::simd::strip<float> strip{x.data(), width,     nullptr, cols,
                                               false,    to.data(), width,   0};
        kernel::simd::detail::spmm_narrowest<TestType, vectors, decltype(shuffles)::value>(
            packed, 0, 0, 1, strip, lacuna::no_epilogue{});
      };
      multiply(y[0], std::false_type{});
      multiply(y[1], std::true_type{});
      REQUIRE(y[0] == y[1]);
    }
  } else {
    SUCCEED("this instruction set has no such shuffle");
  }
}

TEMPLATE_LIST_TEST_CASE("what a row does not hold takes no part beside a row that does",
                        "[kernel][simd]", test::architectures) {
  constexpr index_t width = kernel::simd::strip_width<float, TestType, 2>;
  // Row 1 holds what row 0 does but column 2, where X is infinite and not a number.
  dense_matrix<float> w = dense_matrix<float>::Constant(2, 5, 1.0F);
  w(1, 2) = 0;
  dense_matrix<float> x = dense_matrix<float>::Constant(5, width, 1.0F);
  x(2, 0) = std::numeric_limits<float>::infinity();
  x(2, 1) = std::numeric_limits<float>::quiet_NaN();
  for (const index_t block : {2, 5}) {
    dense_matrix<float> y(2, width);
    run<TestType>(pack(w, block), 0, 1, x, width, y);
    CHECK(y(0, 0) == x(2, 0));
    CHECK(y(0, 1) != y(0, 1));
    CHECK((y.row(1).array() == 4).all());
  }
}

TEMPLATE_LIST_TEST_CASE("a matrix-vector product by pairs is the reference's", "[kernel][simd]",
                        test::architectures) {
  const auto m = GENERATE(as<index_t>(), 0, 1, 63, 65, 130);
  const index_t depth = 37;
  const auto w = test::random_blocks<float>(m, depth, 1, 1, 0.5);
  const auto x = test::random_matrix<float>(depth, 1);
  const dense_matrix<float> expected = w * x;
  const auto packed = pack(w, 16, GENERATE(as<index_t>(), 64, 256));
  dense_matrix<float> y = dense_matrix<float>::Constant(m + 1, 1, untouched);
  kernel::simd::gemv_panels<TestType>(packed, 0, packed.count(), x.data(), y.data(), 1,
                                      lacuna::no_epilogue{});
  CHECK(y.topRows(m) == expected);
  CHECK(y(m) == untouched);
}

}  // namespace row_pairs_test
