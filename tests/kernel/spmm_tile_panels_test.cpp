// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors kernel/pack/{tile_panels,dot_planes}.hpp, kernel/simd/{spmm_tile_panels,is_finite}.hpp
// and kernel/x86/{amx,interleave}.hpp. Kernels that need AMX are tested where the process may use
// it.
#include <lacuna/kernel/pack/dot_planes.hpp>
#include <lacuna/kernel/pack/narrow_panels.hpp>
#include <lacuna/kernel/pack/tile_panels.hpp>
#include <lacuna/kernel/simd/is_finite.hpp>
#include <lacuna/kernel/simd/spmm_tile_panels.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "support/architectures.hpp"
#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace spmm_tile_panels_test {

using lacuna::as_view, lacuna::dense_matrix, lacuna::index_t;
namespace kernel = lacuna::kernel;

namespace {
constexpr auto identity = [](index_t k) { return k; };

template <class T>
dense_matrix<T> bits_of_any_kind(index_t rows, index_t cols, std::uint64_t seed) {
  lacuna::random_source random(seed);
  dense_matrix<T> out(rows, cols);
  for (T& v : out.reshaped()) {
    if constexpr (std::is_integral_v<T>) {
      v = static_cast<T>(random.below(256));
    } else {
      v = T(static_cast<float>(random.below(511)) - 255.0F);
    }
  }
  return out;
}

template <class T, class Format>
kernel::tile_panels<T> tiles_of(const Format& w) {
  return kernel::pack_tile_panels(kernel::pack_dot_panels<8>(w, w.cols(), identity));
}

/// What tile panels multiply, as a dense matrix, padded to whole groups.
template <class T>
dense_matrix<T> matrix_of(const kernel::tile_panels<T>& w) {
  dense_matrix<T> out = dense_matrix<T>::Zero(w.rows, w.groups() * w.group);
  for (index_t p = 0; p < w.count(); ++p) {
    const auto at = static_cast<std::size_t>(p);
    for (index_t t = w.offsets[at]; t < w.offsets[at + 1]; ++t) {
      for (index_t i = 0; i < w.tile_values; ++i) {
        const T value = w.values[static_cast<std::size_t>(t * w.tile_values + i)];
        const index_t r = i / (w.tile_groups * w.group);
        const index_t e = i / w.group % w.tile_groups;
        const index_t first = w.first_rows[static_cast<std::size_t>(2 * p + r / w.half_rows)];
        const index_t row = first + r % w.half_rows;
        const bool is_there = row < w.rows && (t + 1 < w.offsets[at + 1] || e < w.last_groups[at]);
        if (!is_there) {
          REQUIRE(value == T(0));
          continue;
        }
        const index_t k = w.k[static_cast<std::size_t>(t * w.tile_groups + e)];
        T& to = out(row, k * w.group + i % w.group);
        to = static_cast<T>(to + value);
      }
    }
  }
  return out;
}

template <class T>
void expect_values(index_t m, index_t k) {
  CAPTURE(m, k);
  const dense_matrix<T> w = test::random_blocks<T>(m, k, 8, 8, 0.5);
  const auto tiles = tiles_of<T>(lacuna::to_block_csr<8, 8>(w));
  if (m == 0) REQUIRE(tiles.count() == 0);
  if (m == 0) return;  // Eigen's blocks of nothing offset a null pointer
  const dense_matrix<T> got = matrix_of(tiles);
  REQUIRE(got.leftCols(k) == w);
  REQUIRE(got.rightCols(got.cols() - k) == dense_matrix<T>::Zero(m, got.cols() - k));
}
}  // namespace

TEST_CASE("tile panels hold every value at its group and row", "[kernel][pack]") {
  const auto m = GENERATE(as<index_t>(), 0, 1, 7, 8, 9, 16, 17, 40);
  const auto k = GENERATE(as<index_t>(), 1, 8, 63, 64, 65, 200);
  expect_values<std::int8_t>(m, k);
  expect_values<lacuna::bfloat16>(m, k);
}

TEST_CASE("tile panels hold both terms of a series", "[kernel][pack]") {
  const auto blocks = test::random_blocks<std::int8_t>(24, 70, 8, 8, 0.5, 1);
  const auto others = test::random_n_m<std::int8_t>(24, 70, 2, 4, 8, 2);
  const auto tiles = tiles_of<std::int8_t>(
      lacuna::series(lacuna::to_block_csr<8, 8>(blocks), lacuna::to_n_m<2, 4, 8>(others)));
  CHECK(matrix_of(tiles).leftCols(70) == blocks + others);
}

TEST_CASE("rows that use the same columns are paired", "[kernel][pack]") {
  // Even blocks of rows use the first half of the columns, odd ones the second: one tile a pair.
  dense_matrix<std::int8_t> w = dense_matrix<std::int8_t>::Zero(32, 128);
  for (index_t i = 0; i < 4; ++i) w.block(8 * i, i % 2 * 64, 8, 64).setConstant(1);
  const auto tiles = tiles_of<std::int8_t>(lacuna::to_block_csr<8, 8>(w));
  CHECK(tiles.offsets == std::vector<index_t>{0, 1, 2});
  CHECK(tiles.first_rows == std::vector<index_t>{0, 16, 8, 24});
}

TEMPLATE_TEST_CASE("planes of words hold what every tap sees, and zero where it sees padding",
                   "[kernel][pack]", std::int8_t, std::uint8_t, lacuna::bfloat16) {
  const auto stride = GENERATE(lacuna::extents2(1), lacuna::extents2(2), lacuna::extents2(3, 2));
  const auto padding = GENERATE(lacuna::padding2(0), lacuna::padding2(1, 2, 0, 18));
  const auto size = GENERATE(lacuna::extents2(5, 7), lacuna::extents2(4, 40));
  const auto channels = GENERATE(as<index_t>(), 1, 4, 7);
  const lacuna::conv_window window{3, 3, stride, padding, {1, 2}};
  const kernel::plane_layout layout(window, channels, size.h, size.w);
  const dense_matrix<TestType> image = bits_of_any_kind<TestType>(channels, size.h * size.w, 5);
  constexpr index_t group = kernel::detail::group_rows<TestType>;
  const index_t rows = window.out_h(size.h);
  const index_t plane = layout.channel(rows);
  const index_t groups = lacuna::ceil_div(channels, group);
  std::vector<std::int32_t> words(static_cast<std::size_t>(groups * (plane + 3) + 16));
  kernel::pack_dot_planes(layout, image.data(), 0, rows, plane + 3, words.data());

  using bits = kernel::detail::row_bits<TestType>;
  const auto zero = static_cast<bits>(kernel::dot_bytes<TestType>::zero);
  const auto taps = layout.tap_offsets(rows);
  for (index_t c = 0; c < groups * group; ++c) {
    for (index_t i = 0; i < 9 * rows * layout.out_w(); ++i) {
      const index_t tap = i % 9;
      const index_t y = i / 9 / layout.out_w();
      const index_t x = i / 9 % layout.out_w();
      const index_t in_y = window.in_y(y, tap / 3);
      const index_t in_x = window.in_x(x, tap % 3);
      const bool inside = in_y >= 0 && in_y < size.h && in_x >= 0 && in_x < size.w;
      bits expected = zero;
      if (inside && c < channels) {
        std::memcpy(&expected, &image(c, in_y * size.w + in_x), sizeof(bits));
        expected = static_cast<bits>(expected + zero);
      }
      const index_t at = c / group * (plane + 3) + taps[static_cast<std::size_t>(tap)] +
                         y * layout.row_length() + x;
      const auto word = static_cast<std::uint32_t>(words[static_cast<std::size_t>(at)]);
      const auto shift = static_cast<unsigned>(c % group * 8 * index_t{sizeof(bits)});
      REQUIRE(static_cast<bits>(word >> shift) == expected);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("one infinity or NaN is found wherever it is", "[kernel][simd]",
                        test::architectures) {
  using lacuna::bfloat16;
  const float inf = std::numeric_limits<float>::infinity();
  for (const float bad : {inf, -inf, std::numeric_limits<float>::quiet_NaN()}) {
    for (index_t at = 0; at < 2 * 37; ++at) {
      dense_matrix<bfloat16> x = dense_matrix<bfloat16>::Constant(2, 37, bfloat16(-3e38F));
      CHECK(kernel::simd::is_finite<TestType>(as_view(std::as_const(x))));
      x(at / 37, at % 37) = bfloat16(bad);
      CHECK_FALSE(kernel::simd::is_finite<TestType>(as_view(std::as_const(x))));
      const Eigen::Matrix<bfloat16, -1, -1> x_columns = x;
      CHECK_FALSE(kernel::simd::is_finite<TestType>(as_view(x_columns)));
    }
  }
}

#if LACUNA_AMX
namespace {
/// A strip of columns first ... first + 63 of X where only those that `is_column` are Y's.
template <class T, class Y, class IsColumn>
kernel::simd::tile_strip<Y> strip_of(index_t cols, const IsColumn& is_column) {
  kernel::simd::tile_strip<Y> strip;
  strip.tiles = lacuna::ceil_div(cols, kernel::simd::tile_columns);
  index_t next = 0;
  for (index_t j = 0; j < strip.tiles * 16; ++j) {
    auto& part = strip.parts[static_cast<std::size_t>(j / 16)];
    if (j % 16 == 0) part.col = next;
    if (j >= cols || !is_column(j)) continue;
    part.lanes = static_cast<std::uint16_t>(part.lanes | 1U << static_cast<unsigned>(j % 16));
    ++part.count;
    ++next;
  }
  return strip;
}

template <class T, class X, class Sum, class Expect>
void expect_portions(const Expect& expect) {
  const auto cols = GENERATE(as<index_t>(), 1, 15, 16, 17, 48, 49, 64);
  const index_t m = 43;
  const index_t k = 150;
  const auto junk = GENERATE(0, 1, 5);  // every so many columns of X are not Y's
  const dense_matrix<T> w = bits_of_any_kind<T>(m, k, 5).cwiseProduct(
      test::random_blocks<T>(m, k, 8, 8, 0.5).unaryExpr([](T v) { return T(v != T(0) ? 1 : 0); }));
  const auto tiles = tiles_of<T>(lacuna::to_block_csr<8, 8>(w));
  const dense_matrix<X> x = bits_of_any_kind<X>(k, 64, 6);
  constexpr index_t group = kernel::tile_panels<T>::group;
  std::vector<std::int32_t> words(static_cast<std::size_t>(lacuna::ceil_div(k, group) * 64));
  kernel::pack_dot_columns(as_view(x), 0, 64, {64, 64, 0}, words.data());
  std::vector<std::int32_t> offsets;
  for (index_t g = 0; g < tiles.groups(); ++g) {
    offsets.push_back(static_cast<std::int32_t>(g * 64));
  }
  const auto is_column = [&](index_t j) { return junk == 0 || j % (junk + 1) != junk; };
  auto strip = strip_of<T, Sum>(cols, is_column);
  strip.x = words.data();
  strip.offsets = offsets.data();
  strip.x_zero = kernel::dot_bytes<X>::zero;
  strip.ldy = 64;

  const kernel::x86::tiles_in_use in_use;
  for (index_t first = 0; first <= tiles.count(); ++first) {
    for (index_t last = first; last <= tiles.count(); ++last) {
      const Sum untouched(-77);
      dense_matrix<Sum> y = dense_matrix<Sum>::Constant(m, 64, untouched);
      strip.y = y.data();
      kernel::simd::spmm_tile_panels<xsimd::default_arch>(tiles, first, last, strip,
                                                          lacuna::no_epilogue{});
      for (index_t p = 0; p < 2 * tiles.count(); ++p) {
        const index_t row = tiles.first_rows[static_cast<std::size_t>(p)];
        for (index_t i = row; i < std::min(m, row + 8); ++i) {
          index_t next = 0;
          for (index_t j = 0; j < cols && p / 2 >= first && p / 2 < last; ++j) {
            if (is_column(j)) expect(y(i, next++), w.row(i), x.col(j));
          }
          for (; next < 64; ++next) REQUIRE(y(i, next) == untouched);
        }
      }
    }
  }
}
}  // namespace

TEST_CASE("tiles pay where enough columns are kept, the more the sparser", "[kernel][pack]") {
  const auto pay = [](index_t depth, index_t every) {
    dense_matrix<std::int8_t> w = dense_matrix<std::int8_t>::Zero(8, depth);
    for (index_t k = 0; k < depth; k += 8 * every) w.middleCols(k, 8).setOnes();
    return kernel::tiles_pay(
        kernel::pack_dot_panels<8>(lacuna::to_block_csr<8, 8>(w), depth, identity));
  };
  CHECK_FALSE(pay(0, 1));
  CHECK_FALSE(pay(16, 1));
  CHECK(pay(64, 1));
  CHECK_FALSE(pay(128, 2));
  CHECK(pay(256, 2));
  CHECK_FALSE(pay(1024, 4));
  CHECK(pay(3072, 4));
  CHECK_FALSE(pay(4608, 8));
}

TEMPLATE_TEST_CASE("any portion of an int8 product by tiles is exact, and nothing else is written",
                   "[kernel][simd]", std::int8_t, std::uint8_t) {
  if (!kernel::x86::may_use_tiles()) return;
  expect_portions<std::int8_t, TestType, std::int32_t>(
      [](std::int32_t got, const auto& w, const auto& x) {
        REQUIRE(got == w.template cast<int>().dot(x.template cast<int>().transpose()));
      });
}

TEST_CASE("any portion of a bfloat16 product by tiles is as near as floats come",
          "[kernel][simd]") {
  if (!kernel::x86::may_use_tiles()) return;
  expect_portions<lacuna::bfloat16, lacuna::bfloat16, float>(
      [](float got, const auto& w, const auto& x) {
        const auto products =
            w.template cast<double>().transpose().cwiseProduct(x.template cast<double>()).eval();
        // One rounding an addition: gamma_k of Higham, Accuracy and Stability, section 3.1.
        const double bound = static_cast<double>(w.size()) * 0x1p-24 * products.cwiseAbs().sum();
        REQUIRE(std::abs(static_cast<double>(got) - products.sum()) <= bound);
      });
}
#endif

}  // namespace spmm_tile_panels_test
