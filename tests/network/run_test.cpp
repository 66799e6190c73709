// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/run.hpp>

#include <limits>
#include <vector>

#include "network/random_graph.hpp"
#include "support/catch.hpp"

namespace run_test {

using namespace lacuna;

namespace {
template <class L>
tensor<float> through(L layer, const tensor<float>& x) {
  network::graph<float> g(x.extents());
  g.append("layer", std::move(layer), {0});
  return network::dense_inference(g)(x);
}
tensor<float> images(extents4 e, std::vector<float> values) {
  return {e, aligned_vector<float>(values.begin(), values.end())};
}
std::vector<float> values_of(const tensor<float>& t) { return {t.begin(), t.end()}; }
}  // namespace

TEST_CASE("a convolution worked by hand") {
  // One 3x3 image, a 2x2 filter [1 2; 3 4] and a bias of 10.
  const auto x = images({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  network::conv<float> c{to_filter(images({1, 1, 2, 2}, {1, 2, 3, 4})), {10.0F}};
  // 1*1 + 2*2 + 3*4 + 4*5 + 10 = 47
  CHECK(values_of(through(c, x)) == std::vector<float>{47, 57, 77, 87});

  c.padding = {1, 1, 0, 0};
  CHECK(values_of(through(c, x)) == std::vector<float>{14, 21, 28, 28, 47, 57, 46, 77, 87});
}

TEST_CASE("a convolution sums over input channels and keeps images apart") {
  // Two images of two 1x2 channels; filters (1, 2, 1, 1) = (1, 100).
  const auto x = images({2, 2, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const network::conv<float> c{to_filter(images({1, 2, 1, 1}, {1, 100})), {}};
  CHECK(values_of(through(c, x)) == std::vector<float>{301, 402, 705, 806});
}

TEST_CASE("a linear layer reads an image in the order of memory") {
  const auto x = images({2, 2, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const network::linear<float> l{to_filter(images({1, 4, 1, 1}, {1, 10, 100, 1000})), {0.5F}};
  CHECK(values_of(through(l, x)) == std::vector<float>{4321.5F, 8765.5F});
}

TEST_CASE("pools worked by hand") {
  const auto x = images({1, 1, 3, 3}, {1, 2, 3, 4, -5, 6, 7, 8, 9});
  CHECK(values_of(through(network::max_pool{{2, 2}}, x)) == std::vector<float>{4, 6, 8, 9});
  CHECK(values_of(through(network::max_pool{{3, 3, 2, 1}}, x)) == std::vector<float>{4, 6, 8, 9});
  CHECK(values_of(through(network::average_pool{{2, 2}}, x)) ==
        std::vector<float>{0.5F, 1.5F, 3.5F, 4.5F});
  // Padding counts as zeros.
  CHECK(values_of(through(network::average_pool{{2, 2, 2, {1, 1, 0, 0}}}, x)) ==
        std::vector<float>{0.25F, 1.25F, 2.75F, 4.5F});
  CHECK(values_of(through(network::global_average_pool{}, x))[0] == Approx(35.0 / 9));

  const auto negative = images({1, 1, 1, 2}, {-3, -4});
  CHECK(values_of(through(network::max_pool{{1, 3, 1, extents2{0, 1}}}, negative)) ==
        std::vector<float>{-3, -3});
}

TEST_CASE("max pool by rows gives what max pool pixel by pixel gives") {
  const auto stride = GENERATE(as<index_t>(), 1, 2, 3);
  const auto width = GENERATE(as<index_t>(), 5, 16, 31, 32, 33, 112);
  const bool tiles = GENERATE(false, true);
  const network::max_pool pool{tiles ? lacuna::conv_window{2, 2, 2, 0}
                                     : lacuna::conv_window{3, 2, stride, {1, 0, 1, 1}}};
  const lacuna::extents4 in{1, 2, 7, width};
  auto x = lacuna_test::random_images(in);
  x.data()[3] = std::numeric_limits<float>::quiet_NaN();
  x.data()[width] = std::numeric_limits<float>::infinity();
  x.data()[2 * width + 2] = -std::numeric_limits<float>::infinity();
  const lacuna::extents4 out = network::detail::pooled(pool.window, in);
  std::vector<float> by_rows(static_cast<std::size_t>(out.size()));
  std::vector<float> by_pixels(by_rows.size());
  std::vector<std::int32_t> winners(by_rows.size());
  pool.evaluate(x.data(), in, in.c, by_rows.data());
  pool.evaluate(x.data(), in, in.c, by_pixels.data(), winners.data());
  for (std::size_t i = 0; i < by_rows.size(); ++i) {
    CAPTURE(stride, width, i);
    REQUIRE((by_rows[i] == by_pixels[i] || (std::isnan(by_rows[i]) && std::isnan(by_pixels[i]))));
  }
}

TEST_CASE("batch norm uses running averages in inference and the batch's in training") {
  network::batch_norm<float> norm(1);
  norm.running_mean = {1};
  norm.running_variance = {4};
  norm.epsilon = 0;
  norm.scale = {3};
  norm.shift = {7};
  const auto x = images({2, 1, 1, 2}, {1, 3, 5, 7});
  CHECK(values_of(through(norm, x)) == std::vector<float>{7, 10, 13, 16});

  network::graph<float> g({1, 1, 1, 2});
  g.append("bn", norm, {0});
  network::workspace<float> w;
  const auto& y = network::forward_training(g, x.data(), 2, w);
  // mean 4, variance 5
  for (index_t i = 0; i < 4; ++i) {
    CHECK(y.data()[i] == Approx(7 + 3 * (x.data()[i] - 4) / std::sqrt(5.0)));
  }
}

TEST_CASE("NaN goes through relu and max pool") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto x = images({1, 1, 1, 3}, {nan, -1, 2});
  CHECK(std::isnan(values_of(through(network::relu{}, x))[0]));
  CHECK(values_of(through(network::relu{}, x))[1] == 0);
  for (const auto& order : {std::vector<float>{nan, 1}, std::vector<float>{1, nan}}) {
    CHECK(
        std::isnan(values_of(through(network::max_pool{{1, 2}}, images({1, 1, 1, 2}, order)))[0]));
  }
}

TEST_CASE("inference with shared buffers gives what training mode computes with its own") {
  auto g = lacuna_test::small_network();
  // With the batch's statistics as running averages the two modes agree.
  const auto x = lacuna_test::random_images({3, 3, 12, 10});
  network::workspace<float> w;
  network::forward_training(g, x.data(), 3, w);
  for (int pass = 0; pass < 4; ++pass) {  // statistics upstream change those downstream
    for (network::node_id id = 0; id < g.nodes().size(); ++id) {
      auto* norm = std::get_if<network::batch_norm<float>>(&g[id].layer);
      if (norm == nullptr) continue;
      for (std::size_t c = 0; c < norm->scale.size(); ++c) {
        norm->running_mean[c] = w.states[id].values[c];
        norm->running_variance[c] = w.states[id].values[c + 2 * norm->scale.size()];
      }
    }
  }
  network::feature_map<float> expected = network::forward_training(g, x.data(), 3, w);
  const auto y = network::dense_inference(g)(x);
  for (index_t n = 0; n < 3; ++n) {
    for (index_t c = 0; c < 7; ++c)
      CHECK(y(n, c, 0, 0) == Approx(*expected.plane(c, n)).margin(1e-3));
  }
}

TEST_CASE("the chunk and the threads do not change inference beyond rounding") {
  const auto g = lacuna_test::small_network();
  const auto x = lacuna_test::random_images({11, 3, 12, 10});
  const auto expected = network::dense_inference(g, 1)(x);
  const auto chunk = GENERATE(2, 3, 11, 64);
  network::dense_inference infer(g, chunk);
  tensor<float> y(expected.extents());
  infer(x, y, thread_pool(3));
  for (index_t i = 0; i < y.size(); ++i) {
    REQUIRE(y.data()[i] == Approx(expected.data()[i]).epsilon(1e-4).margin(1e-3));
  }
  tensor<float> again(expected.extents());
  infer(x, again, serial{});
  CHECK(values_of(again) == values_of(y));  // threads alone change nothing
}

TEST_CASE("no images give no results, wrong images a shape_error with both extents") {
  const auto g = lacuna_test::small_network();
  network::dense_inference infer(g);
  CHECK(infer(tensor<float>({0, 3, 12, 10})).size() == 0);
  CHECK_THROWS_WITH(
      infer(tensor<float>({2, 3, 12, 11})),
      Catch::Matchers::Contains("(2, 3, 12, 11)") && Catch::Matchers::Contains("(2, 3, 12, 10)"));
}

}  // namespace run_test
