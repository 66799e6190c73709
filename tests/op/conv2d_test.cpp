// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/op/conv2d.hpp
#include <lacuna/kernel/reference/conv2d.hpp>
#include <lacuna/op/conv2d.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/eager_engine.hpp"
#include "support/random_matrix.hpp"

namespace conv2d_test {

using lacuna::conv2d, lacuna::conv2d_options, lacuna::extents4, lacuna::index_t, lacuna::tensor;

namespace {

template <class T>
bool equal(const tensor<T>& a, const tensor<T>& b) {
  return a.extents() == b.extents() && std::equal(a.begin(), a.end(), b.begin());
}

template <class Arch = xsimd::default_arch, class Format>
void expect_reference(const lacuna::filter<Format>& w, const conv2d_options& options,
                      const tensor<lacuna::value_type_t<Format>>& x) {
  using sum = lacuna::accumulator_t<lacuna::value_type_t<Format>>;
  const conv2d<Format, lacuna::no_epilogue, Arch> conv(w, options);
  tensor<sum> expected(conv.output_extents(x.extents()));
  lacuna::kernel::reference::conv2d(w, conv.window(), x, expected);
  CAPTURE(lacuna::to_string(w.extents()), lacuna::to_string(x.extents()), Arch::name());
  REQUIRE(equal(conv(x), expected));
}

/// Filters whose channel blocks (r x c) are zero in every tap or in none.
template <class T>
tensor<T> block_filters(extents4 e, index_t r, index_t c) {
  tensor<T> w = test::random_tensor<T>(e, 11);
  lacuna::random_source random(12);
  for (index_t o = 0; o < e.n; o += r) {
    for (index_t i = 0; i < e.c; i += c) {
      if (random.uniform() < 0.5) continue;
      for (index_t a = o; a < std::min(e.n, o + r); ++a) {
        for (index_t b = i; b < std::min(e.c, i + c); ++b) {
          for (index_t t = 0; t < e.h * e.w; ++t) w(a, b, t / e.w, t % e.w) = T(0);
        }
      }
    }
  }
  return w;
}

}  // namespace

TEST_CASE("convolutions equal the reference for any window", "[op][conv2d]") {
  using arch = xsimd::default_arch;
  const auto options = GENERATE(
      conv2d_options{}, conv2d_options{.padding = 1}, conv2d_options{.stride = 2, .padding = 1},
      conv2d_options{.stride = {1, 3}, .padding = {2, 0, 1, 4}},
      conv2d_options{.stride = 2, .padding = 2, .dilation = 2},
      conv2d_options{.padding = lacuna::extents2{0, 3}, .dilation = {1, 3}});
  const auto kernel = GENERATE(lacuna::extents2(1), lacuna::extents2(3), lacuna::extents2(1, 7),
                               lacuna::extents2(5, 2));
  const auto x = test::random_tensor<float>({2, 11, 9, 10});
  const auto w = block_filters<float>({13, 11, kernel.h, kernel.w}, 8, 8);
  const auto dense = lacuna::to_filter(w);
  expect_reference<arch>(dense, options, x);
  expect_reference<arch>(lacuna::to_block_csr<8, 8>(dense), options, x);
}

TEST_CASE("convolutions of many filters, which gather patches, equal the reference",
          "[op][conv2d]") {
  using arch = xsimd::default_arch;
  const auto options = GENERATE(conv2d_options{}, conv2d_options{.padding = 1},
                                conv2d_options{.stride = 2, .padding = 1},
                                conv2d_options{.stride = 3, .padding = 2, .dilation = 2});
  const auto w = lacuna::to_filter(test::random_tensor<float>({68, 5, 3, 3}));
  expect_reference<arch>(w, options, test::random_tensor<float>({2, 5, 9, 10}));
  expect_reference<arch>(lacuna::to_block_csr<8, 8>(w), options,
                         test::random_tensor<float>({1, 5, 13, 7}));
}

TEST_CASE("images that are laid out band by band are convolved whole", "[op][conv2d]") {
  const auto options = GENERATE(conv2d_options{.padding = 1}, conv2d_options{},
                                conv2d_options{.stride = 2, .padding = 1},
                                conv2d_options{.padding = 2, .dilation = 2});
  const auto w = lacuna::to_filter(block_filters<float>({8, 120, 3, 3}, 8, 8));
  expect_reference(lacuna::to_block_csr<8, 8>(w), options,
                   test::random_tensor<float>({2, 120, 37, 41}));
}

TEST_CASE("convolutions equal the reference in every format and value type", "[op][conv2d]") {
  const conv2d_options options{.stride = 2, .padding = 1};
  const auto in = GENERATE(as<index_t>(), 1, 3, 8, 17);
  const auto side = GENERATE(as<index_t>(), 1, 2, 7, 13);
  const auto run = [&](auto zero) {
    using T = decltype(zero);
    const auto x = test::random_tensor<T>({1, in, side, side});
    const auto blocks = lacuna::to_filter(block_filters<T>({9, in, 3, 3}, 16, 4));
    expect_reference(blocks, options, x);
    expect_reference(lacuna::to_block_csr<16, 4>(blocks), options, x);
    expect_reference(lacuna::to_block_csr<1, 1>(blocks), options, x);

    lacuna::filter<lacuna::dense_matrix<T>> half{{}, in, 3, 3};
    half.matrix.resize(9, 9 * in);
    for (index_t tap = 0; tap < 9; ++tap) {
      half.matrix.middleCols(tap * in, in) =
          test::random_n_m<T>(9, in, 2, 4, 8, 20 + static_cast<std::uint64_t>(tap));
    }
    expect_reference(lacuna::to_n_m<2, 4>(half), options, x);
    expect_reference(lacuna::to_n_m<2, 4, 8>(half), options, x);
  };
  run(float{});
  run(std::int8_t{});
}

TEST_CASE("a bfloat16 and a double convolution equal the reference", "[op][conv2d]") {
  const auto bf = test::random_tensor<lacuna::bfloat16>({5, 3, 3, 3});
  expect_reference(lacuna::to_filter(bf), {.padding = 1},
                   test::random_tensor<lacuna::bfloat16>({1, 3, 6, 6}));
  const auto f64 = test::random_tensor<double>({5, 3, 1, 1});
  expect_reference(lacuna::to_filter(f64), {}, test::random_tensor<double>({2, 3, 4, 4}));
}

TEST_CASE("a 1x1 convolution reads images in place and equals a product", "[op][conv2d]") {
  const auto side = GENERATE(as<index_t>(), 1, 4, 5, 8, 16);
  const auto w = lacuna::to_filter(test::random_tensor<float>({24, 16, 1, 1}));
  expect_reference(w, {}, test::random_tensor<float>({3, 16, side, side}));
  expect_reference(lacuna::to_block_csr<8, 8>(w), {},
                   test::random_tensor<float>({3, 16, side, side}));
}

TEST_CASE("images smaller than the window, and none at all, give empty outputs", "[op][conv2d]") {
  const conv2d conv(lacuna::to_filter(test::random_tensor<float>({4, 2, 3, 3})));
  CHECK(conv(tensor<float>({2, 2, 2, 2})).extents() == extents4{2, 4, 0, 0});
  CHECK(conv(tensor<float>({0, 2, 5, 5})).extents() == extents4{0, 4, 3, 3});
}

TEST_CASE("a call's own padding replaces the operator's", "[op][conv2d]") {
  const auto stride = GENERATE(as<index_t>(), 1, 2);
  const auto padding =
      GENERATE(lacuna::padding2{0}, lacuna::padding2{1, 1, 0, 1}, lacuna::padding2{0, 1, 2, 3});
  const auto w =
      lacuna::to_block_csr<8, 8>(lacuna::to_filter(block_filters<float>({16, 24, 3, 3}, 8, 8)));
  const auto x = test::random_tensor<float>({2, 24, 9, 21});
  const conv2d expected(w, {.stride = stride, .padding = padding});
  const conv2d conv(w, {.stride = stride, .padding = 1});
  tensor<float> y(expected.output_extents(x.extents()));
  const auto run = [&](const lacuna::padding2& p) {
    conv(as_view(x), as_view(y), lacuna::serial{}, lacuna::no_epilogue{}, p);
  };
  run(padding);
  CHECK(equal(y, expected(x)));
  CHECK_THROWS_AS(run({0, 0, 0, 9}), lacuna::shape_error);
  CHECK_THROWS_WITH(run({0, -1, 0, 0}), Catch::Matchers::Contains("(0, -1, 0, 0) not negative"));
}

TEST_CASE("padding is zeros, which an infinite weight makes NaN of", "[op][conv2d]") {
  const auto stride = GENERATE(as<index_t>(), 1, 2);
  const auto size = GENERATE(as<index_t>(), 5, 20);
  tensor<float> w({8, 8, 3, 3});
  std::fill(w.begin(), w.end(), 1.0F);
  w(3, 2, 0, 1) = std::numeric_limits<float>::infinity();
  tensor<float> x({1, 8, size, size});
  std::fill(x.begin(), x.end(), 1.0F);
  const auto run = [&](const auto& filter) {
    const conv2d conv(filter, {.stride = stride, .padding = 1});
    tensor<float> expected(conv.output_extents(x.extents()));
    lacuna::kernel::reference::conv2d(filter, conv.window(), x, expected);
    const auto y = conv(x);
    for (index_t i = 0; i < y.size(); ++i) {
      const float value = expected.data()[i];
      REQUIRE((std::isnan(value) ? std::isnan(y.data()[i]) : y.data()[i] == value));
    }
    CHECK(std::isnan(y(0, 3, 0, 2)));
    CHECK(y(0, 3, 1, 2) == std::numeric_limits<float>::infinity());
    CHECK(std::isfinite(y(0, 2, 0, 2)));
  };
  run(lacuna::to_filter(w));
  run(lacuna::to_block_csr<8, 8>(lacuna::to_filter(w)));
  run(lacuna::to_block_csr<1, 1>(lacuna::to_filter(w)));
}

TEST_CASE("convolutions are bit-identical for any number of threads", "[op][conv2d]") {
  const auto filters = GENERATE(as<index_t>(), 16, 40, 150);
  const auto side = GENERATE(as<index_t>(), 13, 30);
  const auto stride = GENERATE(as<index_t>(), 1, 2);
  const auto kernel = GENERATE(as<index_t>(), 1, 3);
  const auto images = GENERATE(as<index_t>(), 1, 2);
  lacuna::random_source random(9);
  tensor<float> w({filters, 24, kernel, kernel});
  tensor<float> x({images, 24, side, side});
  for (float& v : w) v = random.uniform() < 0.5 ? 0.0F : static_cast<float>(random.normal());
  for (float& v : x) v = static_cast<float>(random.normal());
  const auto run = [&](const auto& filter) {
    const conv2d conv(filter, {.stride = stride, .padding = kernel / 2}, lacuna::relu());
    const auto alone = conv(x);
    for (const int threads : {2, 3}) {
      tensor<float> y(alone.extents());
      conv(x, y, lacuna::thread_pool(threads));
      CHECK(equal(y, alone));
      test::eager_engine engine(threads);
      tensor<float> by_one(alone.extents());
      conv(x, by_one, lacuna::thread_pool(engine));
      CHECK(equal(by_one, alone));
    }
  };
  run(lacuna::to_filter(w));
  run(lacuna::to_block_csr<1, 1>(lacuna::to_filter(w)));
}

TEST_CASE("convolutions of what does not fit are refused with the shapes", "[op][conv2d]") {
  const auto w = lacuna::to_filter(test::random_tensor<float>({4, 2, 3, 3}));
  const conv2d conv(w);
  CHECK_THROWS_WITH(conv(tensor<float>({1, 3, 5, 5})),
                    Catch::Contains("filters (4, 2, 3, 3) on X (1, 3, 5, 5)"));
  tensor<float> y({1, 4, 5, 5});
  CHECK_THROWS_AS(conv(tensor<float>({1, 2, 5, 5}), y), lacuna::shape_error);
  CHECK_THROWS_AS(conv2d(w, {.stride = 0}), lacuna::shape_error);
  CHECK_THROWS_AS(conv2d(w, {.padding = -1}), lacuna::shape_error);
  CHECK_THROWS_WITH(conv2d(w, {.groups = 2}), Catch::Contains("groups = 2"));
  auto broken = w;
  broken.in = 3;
  CHECK_THROWS_AS(conv2d(broken), lacuna::shape_error);
}

}  // namespace conv2d_test
