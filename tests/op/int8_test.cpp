// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Operators on int8 weights; mirrors
// include/lacuna/op/{requantize,interleaved,multiply_words}.hpp
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <lacuna/kernel/reference/conv2d.hpp>
#include <lacuna/kernel/reference/spmm.hpp>
#include <lacuna/op/conv2d.hpp>
#include <lacuna/op/matmul.hpp>
#include <lacuna/op/requantize.hpp>

#include "support/catch.hpp"
#include "support/eager_engine.hpp"
#include "support/random_matrix.hpp"

namespace int8_test {

using lacuna::as_view, lacuna::dense_matrix, lacuna::index_t, lacuna::matmul, lacuna::tensor;
using byte_matrix = dense_matrix<std::int8_t>;
using sums = dense_matrix<std::int32_t>;

namespace {

template <class T>
void fill_bytes(T& values, std::uint64_t seed) {
  lacuna::random_source random(seed);
  for (auto& v : values) v = static_cast<std::remove_reference_t<decltype(v)>>(random.below(256));
}
template <class T>
dense_matrix<T> random_bytes(index_t rows, index_t cols, std::uint64_t seed) {
  dense_matrix<T> out(rows, cols);
  auto all = out.reshaped();
  fill_bytes(all, seed);
  return out;
}
template <class T>
tensor<T> random_images(lacuna::extents4 e, std::uint64_t seed) {
  tensor<T> out(e);
  fill_bytes(out, seed);
  return out;
}
/// Full-range bytes in the blocks that `random_blocks` keeps.
byte_matrix random_weights(index_t m, index_t k, index_t r, index_t c) {
  const byte_matrix kept = test::random_blocks<std::int8_t>(m, k, r, c, 0.5);
  const byte_matrix all = random_bytes<std::int8_t>(m, k, 3);
  return kept.binaryExpr(all, [](std::int8_t a, std::int8_t b) { return a == 0 ? a : b; });
}

template <class Arch, class Format>
void expect_reference(const Format& w, index_t n) {
  CAPTURE(w.rows(), w.cols(), n, Arch::name());
  const matmul<Format, lacuna::no_epilogue, Arch> layer(w);
  const auto run = [&](const auto& x) {
    using X = typename std::decay_t<decltype(x)>::Scalar;
    sums expected(w.rows(), n);
    lacuna::kernel::reference::spmm<Format, X>(w, as_view(x), as_view(expected));
    REQUIRE(layer(x) == expected);
    const Eigen::Matrix<X, -1, -1> x_columns = x;
    Eigen::MatrixXi y_columns(w.rows(), n);
    layer(x_columns, y_columns);
    REQUIRE(y_columns == expected);
  };
  run(random_bytes<std::uint8_t>(w.cols(), n, 7));
  run(random_bytes<std::int8_t>(w.cols(), n, 8));
}

/// The specification of requantize, in double where the product is exact.
template <class Q>
Q requantized(std::int32_t sum, float scale, int zero_point) {
  const double product = static_cast<double>(static_cast<float>(sum)) * static_cast<double>(scale);
  const double q = std::nearbyint(product) + zero_point;
  return static_cast<Q>(std::min<double>(std::max<double>(q, std::numeric_limits<Q>::min()),
                                         std::numeric_limits<Q>::max()));
}

}  // namespace

TEST_CASE("int8 products of signed and unsigned X equal the reference on the edge grid",
          "[op][int8]") {
  using arch = xsimd::default_arch;
  constexpr index_t strip =
      lacuna::kernel::simd::strip_width<std::int8_t, arch,
                                        lacuna::kernel::simd::tile_rows<arch>(8)>;
  const auto m = GENERATE(as<index_t>(), 0, 1, 8, 17);
  const auto k = GENERATE(as<index_t>(), 0, 1, 4, 37);
  for (const index_t n : {index_t{0}, index_t{1}, index_t{4}, index_t{5}, strip, 2 * strip + 1}) {
    expect_reference<arch>(lacuna::to_block_csr<8, 8>(random_weights(m, k, 8, 8)), n);
    expect_reference<arch>(lacuna::to_block_csr<1, 1>(random_weights(m, k, 1, 1)), n);
  }
}

TEST_CASE("int8 weights that are asked for ahead equal the reference", "[op][int8]") {
  constexpr index_t k = 2048;
  constexpr index_t m = lacuna::kernel::simd::detail::far_bytes / k + 9;
  expect_reference<xsimd::default_arch>(random_bytes<std::int8_t>(m, k, 5), 1);
}

TEST_CASE("int8 products in every format equal the reference", "[op][int8]") {
  using arch = xsimd::default_arch;
  const auto m = GENERATE(as<index_t>(), 3, 24);
  const auto n = GENERATE(as<index_t>(), 1, 3, 65);
  const index_t k = 29;
  expect_reference<arch>(random_weights(m, k, 1, 1), n);
  expect_reference<arch>(lacuna::to_block_csr<16, 4>(random_weights(m, k, 16, 4)), n);
  expect_reference<arch>(lacuna::to_block_csr<3, 5>(random_weights(m, k, 3, 5)), n);
  expect_reference<arch>(lacuna::to_n_m<2, 4>(test::random_n_m<std::int8_t>(m, k, 2, 4, 1)), n);
  expect_reference<arch>(lacuna::to_n_m<1, 8, 8>(test::random_n_m<std::int8_t>(m, k, 1, 8, 8)), n);
  std::vector<index_t> order;
  for (index_t c = 0; c < k; ++c) order.push_back(c * 12 % k);
  expect_reference<arch>(
      lacuna::permuted(lacuna::to_block_csr<8, 8>(random_weights(m, k, 8, 8)), order), n);
  expect_reference<arch>(
      lacuna::series(lacuna::to_block_csr<8, 8>(random_weights(m, k, 8, 8)),
                     lacuna::to_n_m<2, 4>(test::random_n_m<std::int8_t>(m, k, 2, 4, 1))),
      n);
}

TEMPLATE_TEST_CASE("int8 convolutions equal the reference for any window", "[op][int8]",
                   std::int8_t, std::uint8_t) {
  const auto options =
      GENERATE(lacuna::conv2d_options{}, lacuna::conv2d_options{.padding = 1},
               lacuna::conv2d_options{.stride = 2, .padding = 1},
               lacuna::conv2d_options{.stride = {1, 3}, .padding = {2, 0, 1, 4}, .dilation = 2});
  const auto kernel = GENERATE(lacuna::extents2(1), lacuna::extents2(3), lacuna::extents2(5, 2));
  const auto in = GENERATE(as<index_t>(), 3, 8, 13);
  const auto x = random_images<TestType>({2, in, 9, 10}, 5);
  const auto dense = lacuna::to_filter(random_images<std::int8_t>({11, in, kernel.h, kernel.w}, 6));
  const auto run = [&](const auto& w) {
    const lacuna::conv2d conv(w, options);
    tensor<std::int32_t> expected(conv.output_extents(x.extents()));
    lacuna::kernel::reference::conv2d(w, conv.window(), x, expected);
    const auto y = conv(x);
    REQUIRE(std::equal(y.begin(), y.end(), expected.begin(), expected.end()));
  };
  run(lacuna::to_block_csr<8, 8>(dense));
  run(lacuna::to_block_csr<1, 1>(dense));
}

TEST_CASE("an int8 convolution of images without pixels is padding alone", "[op][int8]") {
  const auto w = lacuna::to_filter(random_images<std::int8_t>({4, 5, 3, 3}, 1));
  const lacuna::conv2d conv(w, {.padding = 2});
  const auto y = conv(tensor<std::int8_t>({1, 5, 0, 4}));
  CHECK(y.extents() == lacuna::extents4{1, 4, 2, 6});
  CHECK(std::all_of(y.begin(), y.end(), [](std::int32_t v) { return v == 0; }));
}

TEST_CASE("requantized results are the rounded, shifted and saturated sums", "[op][int8]") {
  using arch = xsimd::default_arch;
  const auto n = GENERATE(as<index_t>(), 1, 17, 49, 97, 101);
  const index_t m = 19;
  const byte_matrix dense = random_weights(m, 30, 8, 8);
  const auto w = lacuna::to_block_csr<8, 8>(dense);
  const auto w_by_four = lacuna::to_block_csr<4, 4>(dense);
  const auto x = random_bytes<std::uint8_t>(30, n, 4);
  // Ties (halves), both saturations, and a scale of 0.
  std::vector<float> scales(static_cast<std::size_t>(m), 0.5F);
  std::vector<std::int32_t> b(static_cast<std::size_t>(m), 0);
  for (std::size_t i = 0; i < scales.size(); ++i) {
    if (i % 3 != 0) scales[i] = i == 7 ? 0.0F : 1.0F / static_cast<float>(100 * i);
    if (i % 4 == 0) b[i] = -static_cast<std::int32_t>(1000 * i);
  }
  const sums plain = matmul(w)(x);
  const auto run = [&](auto q, int zero_point) {
    using Q = decltype(q);
    const auto epilogue = lacuna::bias(b) | lacuna::requantize<Q>(scales, zero_point);
    const matmul<lacuna::block_csr<std::int8_t, 8, 8>, std::decay_t<decltype(epilogue)>, arch>
        layer(w, epilogue);
    const dense_matrix<Q> y = layer(x);
    REQUIRE(matmul(w_by_four, epilogue)(x) == y);
    dense_matrix<Q> with_relu(m, n);
    layer(x, with_relu, lacuna::serial{},
          lacuna::bias(b) | lacuna::relu() | lacuna::requantize<Q>(scales, zero_point));
    for (index_t i = 0; i < m; ++i) {
      for (index_t j = 0; j < n; ++j) {
        const auto row = static_cast<std::size_t>(i);
        const std::int32_t sum = plain(i, j) + b[row];
        REQUIRE(int{y(i, j)} == int{requantized<Q>(sum, scales[row], zero_point)});
        REQUIRE(int{with_relu(i, j)} ==
                int{requantized<Q>(std::max(sum, 0), scales[row], zero_point)});
      }
    }
  };
  run(std::uint8_t{}, 0);
  run(std::uint8_t{}, 200);
  run(std::int8_t{}, -128);
  run(std::int8_t{}, 3);
}

TEST_CASE("sums far beyond 8 bits saturate on the right side", "[op][int8]") {
  const index_t n = GENERATE(1, 20);
  byte_matrix w = byte_matrix::Constant(2, 40000, 127);
  w.row(1).setConstant(-128);
  const dense_matrix<std::uint8_t> x = dense_matrix<std::uint8_t>::Constant(40000, n, 255);
  const std::vector<float> huge(2, 1e30F);
  const dense_matrix<std::int8_t> y = matmul(w, lacuna::requantize<std::int8_t>(huge, -5))(x);
  CHECK((y.row(0).array() == 127).all());
  CHECK((y.row(1).array() == -128).all());
}

TEST_CASE("int8 results are bit-identical for any number of threads", "[op][int8]") {
  const auto n = GENERATE(as<index_t>(), 1, 49, 500);
  const auto w = lacuna::to_block_csr<8, 8>(random_weights(200, 300, 8, 8));
  const auto x = random_bytes<std::int8_t>(300, n, 2);
  const std::vector<float> scales(200, 0.001F);
  const matmul layer(w, lacuna::relu() | lacuna::requantize(scales));
  const dense_matrix<std::uint8_t> alone = layer(x);
  for (const int threads : {2, 3, 5}) {
    dense_matrix<std::uint8_t> y = dense_matrix<std::uint8_t>::Constant(200, n, 9);
    layer(x, y, lacuna::thread_pool(threads));
    CHECK(y == alone);
  }
  Eigen::Matrix<std::uint8_t, -1, -1> y_columns(200, n);
  layer(x, y_columns);
  CHECK(y_columns == alone);
}

TEST_CASE("int8 convolutions under a stride are the same for any number of threads", "[op][int8]") {
  // With tall padding some threads see nothing of the image.
  const auto padding = GENERATE(lacuna::padding2(1), lacuna::padding2(60, 1, 90, 1));
  const auto w =
      lacuna::to_block_csr<8, 8>(lacuna::to_filter(random_images<std::int8_t>({24, 16, 3, 3}, 6)));
  const lacuna::conv2d conv(w, {.stride = 2, .padding = padding});
  const auto images = random_images<std::int8_t>({2, 16, 21, 20}, 3);
  tensor<std::int32_t> expected(conv.output_extents(images.extents()));
  lacuna::kernel::reference::conv2d(w, conv.window(), images, expected);
  for (const int threads : {1, 2, 3}) {
    tensor<std::int32_t> y(expected.extents());
    conv(images, y, lacuna::thread_pool(threads));
    CHECK(std::equal(y.begin(), y.end(), expected.begin()));
    test::eager_engine engine(threads);
    tensor<std::int32_t> by_one(expected.extents());
    conv(images, by_one, lacuna::thread_pool(engine));
    CHECK(std::equal(by_one.begin(), by_one.end(), expected.begin()));
  }
}

TEST_CASE("a convolution requantizes by output channel", "[op][int8]") {
  const auto w = lacuna::to_filter(random_images<std::int8_t>({9, 8, 3, 3}, 1));
  const auto x = random_images<std::uint8_t>({2, 8, 7, 7}, 2);
  std::vector<float> scales;
  for (int o = 0; o < 9; ++o) scales.push_back(0.001F * static_cast<float>(o + 1));
  const auto plain = lacuna::conv2d(w, {.padding = 1})(x);
  const lacuna::conv2d conv(w, {.padding = 1}, lacuna::requantize(scales, 7));
  const tensor<std::uint8_t> y = conv(x);
  for (index_t i = 0; i < y.size(); ++i) {
    const auto channel = static_cast<std::size_t>(i / 49 % 9);
    REQUIRE(int{y.data()[i]} ==
            int{requantized<std::uint8_t>(plain.data()[i], scales[channel], 7)});
  }
}

TEST_CASE("requantize refuses what it cannot mean", "[op][int8]") {
  const std::vector<float> scales{1.0F, std::numeric_limits<float>::infinity()};
  CHECK_THROWS_WITH(lacuna::requantize(scales), Catch::Contains("scale 1 is inf"));
  const std::vector<float> negative{-0.5F};
  CHECK_THROWS_WITH(lacuna::requantize(negative), Catch::Contains("scale 0 is -0.5"));
  const std::vector<float> good{1.0F, 2.0F};
  CHECK_THROWS_WITH(lacuna::requantize(good, -1), Catch::Contains("-1 is outside 0 ... 255"));
  CHECK_THROWS_AS(lacuna::requantize<std::int8_t>(good, 128), lacuna::shape_error);
  const matmul layer(byte_matrix(byte_matrix::Ones(3, 4)), lacuna::requantize(good));
  const dense_matrix<std::uint8_t> x = dense_matrix<std::uint8_t>::Ones(4, 2);
  CHECK_THROWS_WITH(layer(x), Catch::Contains("requantize"));
}

}  // namespace int8_test
