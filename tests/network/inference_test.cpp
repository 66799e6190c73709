// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/inference.hpp>
#include <lacuna/network/run.hpp>

#include <set>
#include <string>
#include <vector>

#include "network/random_graph.hpp"
#include "support/catch.hpp"

namespace inference_test {

using namespace lacuna;
using Catch::Matchers::Contains;

using lacuna_test::prune_all;

TEST_CASE("a compiled network gives what the graph computes, in every pattern") {
  const std::string text = GENERATE("dense", "unstructured", "8x8", "16x4", "1x16", "4x1", "2:4",
                                    "1:4", "2:8", "4:8", "1:8", "4:16", "2:4x8");
  CAPTURE(text);
  const pattern p = parse_pattern(text);
  auto g = lacuna_test::small_network();
  prune_all(g, p);
  const auto x = lacuna_test::random_images({5, 3, 12, 10});
  const auto expected = network::dense_inference(g)(x);
  network::inference net(g, [&](const auto&) { return p; });
  const auto y = net(x);
  for (index_t i = 0; i < y.size(); ++i) {
    REQUIRE(y.data()[i] == Approx(expected.data()[i]).epsilon(1e-4).margin(1e-3));
  }

  tensor<float> threaded(y.extents());
  net(x, threaded, thread_pool(3));
  CHECK(std::vector<float>(threaded.begin(), threaded.end()) ==
        std::vector<float>(y.begin(), y.end()));
}

TEST_CASE("a residual sum is right whoever else reads the residual") {
  // Nobody, the convolution itself, a later layer.
  const auto readers = GENERATE(0, 1, 2);
  CAPTURE(readers);
  network::builder<float> b({1, 3, 6, 5}, 7);
  const auto residual = b.conv("residual", 0, 8, {3, 1, 1});
  const auto from = readers == 1 ? residual : b.conv("from", 0, 8, {3, 1, 1});
  auto sum = b.add("sum", b.conv("c", from, 8, {1, 1, 0}), residual);
  if (readers == 2) sum = b.add("again", sum, residual);
  b.conv("last", sum, 4, {1, 1, 0});
  const auto g = std::move(b).take();
  const auto x = lacuna_test::random_images({2, 3, 6, 5});
  const auto expected = network::dense_inference(g)(x);
  const auto y = network::inference(g, [](const auto&) { return dense_pattern{}; })(x);
  for (index_t i = 0; i < y.size(); ++i) {
    CHECK(y.data()[i] == Approx(expected.data()[i]).epsilon(1e-4).margin(1e-4));
  }
}

TEST_CASE("a compiled network takes batches of changing size") {
  const auto g = lacuna_test::small_network();
  network::inference net(g, [](const auto&) -> pattern { return dense_pattern{}; });
  const auto all = lacuna_test::random_images({4, 3, 12, 10});
  const auto expected = net(all);
  const auto n = GENERATE(1, 0, 3);
  const tensor<float> some({n, 3, 12, 10},
                           aligned_vector<float>(all.begin(), all.begin() + n * 3 * 12 * 10));
  const auto y = net(some);
  for (index_t i = 0; i < y.size(); ++i) {
    CHECK(y.data()[i] == Approx(expected.data()[i]).epsilon(1e-4).margin(1e-4));
  }
  CHECK_THROWS_WITH(net(tensor<float>({1, 3, 10, 12})),
                    Contains("(1, 3, 10, 12)") && Contains("(1, 3, 12, 10)"));
}

TEST_CASE("relu and residual sums go into the convolution before them") {
  const auto g = network::fold_batch_norms(lacuna_test::small_network());
  const auto steps = network::plan_steps(g);
  const auto step_of = [&](const std::string& name) {
    for (const auto& s : steps) {
      if (g[s.node].name == name) return s;
    }
    FAIL("no step for " << name);
    return network::step{};
  };
  CHECK(step_of("stem").ends_in_relu);
  CHECK_FALSE(step_of("stem").adds_residual);
  CHECK(step_of("a.conv2").adds_residual);
  CHECK(step_of("a.conv2").ends_in_relu);
  CHECK(g[step_of("a.conv2").result].name == "a.relu2");
  // Of the two convolutions that meet in a sum one takes it and waits for the other.
  CHECK(step_of("b.conv0").adds_residual != step_of("b.conv1").adds_residual);
  CHECK(steps.size() == 10);  // input, 5 convolutions, pool, batch norm, pool, linear
}

TEST_CASE("an observer hears of every layer once, in order, until it is taken away") {
  const auto g = lacuna_test::small_network();
  network::inference net(g, [](const auto&) { return dense_pattern{}; });
  std::vector<std::string> heard;
  net.observe([&](const std::string& layer) { heard.push_back(layer); });
  const tensor<float> x(g.image_extents());
  static_cast<void>(net(x));
  CHECK(heard.size() == 9);  // the ten steps of the test above, the input left out
  CHECK(heard.front() == "stem");
  CHECK(std::set<std::string>(heard.begin(), heard.end()).size() == heard.size());
  net.observe({});
  static_cast<void>(net(x));
  CHECK(heard.size() == 9);
}

TEST_CASE("weights that disobey a pattern are named by layer") {
  const auto g = lacuna_test::small_network();
  CHECK_THROWS_AS(network::inference(g, [](const auto&) { return parse_pattern("2:4"); }),
                  format_error);
  CHECK_THROWS_WITH(network::inference(g,
                                       [](const auto& n) -> pattern {
                                         return n.name == "a.conv2" ? parse_pattern("1:4")
                                                                    : dense_pattern{};
                                       }),
                    Contains("a.conv2") && Contains("1:4"));
  CHECK_THROWS_WITH(network::inference(g, [](const auto&) { return parse_pattern("3x5"); }),
                    Contains("3x5") && Contains("8x8") && Contains("2:4x8"));
}

TEST_CASE("storage counts each layer in its own format") {
  network::builder<float> b({1, 8, 4, 4}, 1);
  b.conv("c", b.conv("first", 0, 16, {1, 1, 0}), 8, {1, 1, 0});
  auto g = std::move(b).take();
  prune_all(g, parse_pattern("2:4"));
  const network::inference net(g, parse_pattern("2:4"), {2});
  // first: 16 * 8 dense values; c: 8 * 16 / 2 values and as many 2-bit positions
  CHECK(net.weights().values.count() == 32 * (128 + 64));
  CHECK(net.weights().metadata.count() == 2 * 64);
  CHECK(net.stored_weights() == 128 + 64);
}

TEST_CASE("linear layers take features that fill no whole block") {
  network::builder<float> b({1, 20, 1, 1}, 1);
  b.linear("fc", 0, 9);
  auto g = std::move(b).take();
  const std::string text = GENERATE("8x8", "2:4", "1x16");
  prune_all(g, parse_pattern(text));
  const auto x = lacuna_test::random_images({3, 20, 1, 1});
  const auto expected = network::dense_inference(g)(x);
  const auto y = network::inference(g, [&](const auto&) { return parse_pattern(text); })(x);
  for (index_t i = 0; i < y.size(); ++i) {
    CHECK(y.data()[i] == Approx(expected.data()[i]).epsilon(1e-4).margin(1e-4));
  }
}

}  // namespace inference_test
