// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/quantized_inference.hpp>
#include <lacuna/train/evaluate.hpp>
#include <lacuna/train/prune.hpp>
#include <lacuna/train/trainer.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "network/quantized_reference.hpp"
#include "network/random_graph.hpp"
#include "support/catch.hpp"
#include "train/toy_images.hpp"

namespace quantized_inference_test {

using namespace lacuna;
using Catch::Matchers::Contains;
using lacuna_test::prune_all;
using network::quantized_inference;

namespace {

void check_against_reference(const network::graph<float>& g, const pattern& p,
                             const tensor<float>& x) {
  const auto ranges = network::calibrate(g, x);
  quantized_inference net(
      g, [&](const auto&) { return p; }, ranges);
  const auto y = net(x);
  const index_t in = x.size() / x.extents().n;
  const index_t out = y.size() / y.extents().n;
  for (index_t n = 0; n < x.extents().n; ++n) {
    const auto expected = lacuna_test::quantized_reference(g, ranges, x.data() + n * in);
    REQUIRE(static_cast<index_t>(expected.size()) == out);
    for (index_t i = 0; i < out; ++i) {
      REQUIRE(y.data()[n * out + i] == expected[static_cast<std::size_t>(i)]);
    }
  }
  tensor<float> threaded(y.extents());
  net(x, threaded, thread_pool(3));
  CHECK(std::equal(y.begin(), y.end(), threaded.begin()));
}

}  // namespace

TEST_CASE("an int8 network computes what is documented, bit for bit") {
  const std::string text = GENERATE("dense", "8x8", "2:4");
  CAPTURE(text);
  const pattern p = parse_pattern(text);
  auto g = lacuna_test::small_network();
  prune_all(g, p);
  auto x = lacuna_test::random_images({3, 3, 12, 10});
  SECTION("images that are negative in places") {}
  SECTION("images that are not") {
    for (float& v : x) v = std::abs(v);
  }
  check_against_reference(g, p, x);
}

TEST_CASE("int8 residuals are right whoever else reads them") {
  const auto readers = GENERATE(0, 1, 2, 3);
  CAPTURE(readers);
  network::builder<float> b({1, 3, 6, 5}, 7);
  auto residual = b.conv("residual", 0, 8, {3, 1, 1});
  if (readers == 3) residual = b.relu("positive", residual);
  const auto from = readers == 1 ? residual : b.conv("from", 0, 8, {3, 1, 1});
  auto sum = b.add("sum", b.conv("c", from, 8, {1, 1, 0}), residual);
  if (readers == 2) sum = b.add("again", sum, residual);
  b.conv("last", sum, 4, {1, 1, 0});
  check_against_reference(std::move(b).take(), dense_pattern{},
                          lacuna_test::random_images({2, 3, 6, 5}));
}

TEST_CASE("int8 linear layers follow each other, and wide windows move by more than their size") {
  // Features fill no whole block or group.
  const std::string text = GENERATE("dense", "8x8", "2:4");
  CAPTURE(text);
  network::builder<float> b({1, 5, 23, 19}, 3);
  auto x = b.relu("c.relu", b.conv("c", 0, 17, {5, 3, 2}));
  x = b.max_pool("pool", x, {2, 2, 0});
  x = b.relu("fc1.relu", b.linear("fc1", x, 33));
  x = b.linear("fc2", x, 20);
  b.linear("fc3", x, 11);
  auto g = std::move(b).take();
  prune_all(g, parse_pattern(text));
  check_against_reference(g, parse_pattern(text), lacuna_test::random_images({4, 5, 23, 19}));
}

TEST_CASE("int8 results are near those of floats") {
  const auto g = lacuna_test::small_network();
  const auto x = lacuna_test::random_images({8, 3, 12, 10});
  const auto expected = network::dense_inference(g)(x);
  const auto y = quantized_inference(g, dense_pattern{}, {}, network::calibrate(g, x))(x);
  float most = 0;
  float worst = 0;
  for (index_t i = 0; i < y.size(); ++i) {
    most = std::max(most, std::abs(expected.data()[i]));
    worst = std::max(worst, std::abs(expected.data()[i] - y.data()[i]));
  }
  INFO(worst << " of " << most);
  CHECK(worst < 0.05F * most);
  CHECK(worst > 0);
}

TEST_CASE("quantised filters keep their zeros, and their largest weight is 127") {
  network::graph<float> g = lacuna_test::small_network();
  prune_all(g, parse_pattern("8x8"));
  for (const auto& p : network::parameters(g)) {
    if (p.filters == nullptr) continue;
    const auto q = network::quantize(*p.filters);
    for (index_t o = 0; o < q.weight.out(); ++o) {
      int most = 0;
      for (index_t k = 0; k < q.weight.matrix.cols(); ++k) {
        const float w = p.filters->matrix(o, k);
        const int v = q.weight.matrix(o, k);
        most = std::max(most, std::abs(v));
        if (w == 0) REQUIRE(v == 0);
        const float scale = q.scales[static_cast<std::size_t>(o)];
        REQUIRE(std::abs(static_cast<float>(v) * scale - w) <= 0.501F * scale);
      }
      CHECK(most == (p.filters->matrix.row(o).isZero(0) ? 0 : 127));
    }
  }
}

TEST_CASE("rounding saturates, NaN becomes the least") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> x{0, 0.5F, 1.5F, -0.5F, 254.4F, 255.6F, -3, inf, -inf, nan, 1e30F};
  std::vector<std::uint8_t> u(x.size());
  network::quantize(x.data(), static_cast<index_t>(x.size()), 1.0F, u.data());
  CHECK(u == std::vector<std::uint8_t>{0, 0, 2, 0, 254, 255, 0, 255, 0, 0, 255});
  std::vector<std::int8_t> s(x.size());
  network::quantize(x.data(), static_cast<index_t>(x.size()), 2.0F, s.data());
  CHECK(s == std::vector<std::int8_t>{0, 0, 1, 0, 127, 127, -2, 127, -128, -128, 127});
}

TEST_CASE("max pools of bytes choose as those of floats do") {
  const network::max_pool pool{conv_window{3, 3, extents2(2), padding2(1), extents2(1)}};
  const extents4 in{1, 2, 19, 150};
  const std::vector<extents4> inputs{in};
  const extents4 out = pool.output(inputs);
  std::vector<std::int8_t> x(static_cast<std::size_t>(in.size()));
  random_source random(4);
  for (auto& v : x) v = static_cast<std::int8_t>(random.below(256) - 128);
  const std::vector<float> as_floats(x.begin(), x.end());
  std::vector<std::int8_t> y(static_cast<std::size_t>(out.size()));
  std::vector<float> expected(y.size());
  pool.evaluate(x.data(), in, in.c, y.data());
  pool.evaluate(as_floats.data(), in, in.c, expected.data());
  CHECK(std::vector<float>(y.begin(), y.end()) == expected);
}

TEST_CASE("an int8 network says what it cannot be made of") {
  const auto g = lacuna_test::small_network();
  const auto x = lacuna_test::random_images({1, 3, 12, 10});
  const auto ranges = network::calibrate(g, x);
  const auto dense = [](const auto&) { return dense_pattern{}; };

  auto incomplete = ranges;
  incomplete.erase("a.relu2");
  CHECK_THROWS_WITH(quantized_inference(g, dense, incomplete), Contains("a.relu2"));
  CHECK_THROWS_AS(quantized_inference(g, dense, incomplete), format_error);
  const auto disobeying = [](const auto&) { return parse_pattern("2:4"); };
  CHECK_THROWS_WITH(quantized_inference(g, disobeying, ranges), Contains("stem"));
  const auto unknown = [](const auto&) { return parse_pattern("1:8"); };
  CHECK_THROWS_WITH(quantized_inference(g, unknown, ranges), Contains("8x8, 2:4"));
  CHECK_THROWS_AS(quantized_inference(g, unknown, ranges), unsupported_error);

  auto broken = g;
  std::get<network::conv<float>>(broken[1].layer).weight.matrix(2, 3) =
      std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(quantized_inference(broken, dense, ranges),
                    Contains("stem") && Contains("channel 2"));
  CHECK_THROWS_WITH(network::calibrate(broken, x), Contains("not finite"));
  CHECK_THROWS_WITH(network::calibrate(g, tensor<float>({0, 3, 12, 10})), Contains("at least one"));
  CHECK_THROWS_AS(network::calibrate(g, tensor<float>({1, 3, 12, 11})), shape_error);

  quantized_inference net(g, dense, ranges);
  tensor<float> y({1, 7, 1, 2});
  CHECK_THROWS_AS(net(x, y), shape_error);
  tensor<float> none({0, 7, 1, 1});
  net(tensor<float>({0, 3, 12, 10}), none);
}

TEST_CASE("a network that was trained under blocks keeps its accuracy in int8") {
  auto g = lacuna_test::toy_network();
  const auto data = lacuna_test::squares(256, 1);
  const auto test = lacuna_test::squares(400, 2);
  train::recipe recipe;
  recipe.epochs = 3;
  recipe.batch = 32;
  recipe.chunk = 8;
  const pattern blocks = block_pattern{8, 8};
  const auto nodes = train::prunable(g, blocks);
  train::trainer<float>(g, recipe, train::prune(g, blocks, keep{0.5}, nodes)).fit(data);

  network::dense_inference in_floats(g);
  network::quantized_inference in_int8(g, blocks, nodes, network::calibrate(g, data.images));
  const double exact = train::evaluate(in_floats, test).accuracy();
  const double rounded = train::evaluate(in_int8, test).accuracy();
  CHECK(exact > 0.9);
  CHECK(rounded > exact - 0.01);

  // Ranges that are far too narrow cost accuracy: calibrated ones are what keeps it.
  auto narrow = network::calibrate(g, data.images);
  for (auto& [layer, range] : narrow) range = {range.low / 50, range.high / 50};
  network::quantized_inference saturated(g, blocks, nodes, narrow);
  CHECK(train::evaluate(saturated, test).accuracy() < rounded);
}

TEST_CASE("a network of no layers rounds its images") {
  const network::graph<float> g({1, 2, 3, 5});
  check_against_reference(g, dense_pattern{}, lacuna_test::random_images({2, 2, 3, 5}));
}

}  // namespace quantized_inference_test
