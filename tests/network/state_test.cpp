// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/run.hpp>
#include <lacuna/network/state.hpp>

#include <vector>

#include "network/random_graph.hpp"
#include "support/catch.hpp"

namespace state_test {

using namespace lacuna;
using Catch::Matchers::Contains;

TEST_CASE("a network that loads another's state computes the same") {
  const auto g = lacuna_test::small_network(1);
  auto other = lacuna_test::small_network(1);
  lacuna_test::randomise(other, 99);
  const auto x = lacuna_test::random_images({2, 3, 12, 10});
  const auto expected = network::dense_inference(g)(x);
  auto before = network::dense_inference(other)(x);
  CHECK_FALSE(std::equal(before.begin(), before.end(), expected.begin()));

  network::load_state(other, network::save_state(g));
  const auto y = network::dense_inference(other)(x);
  CHECK(std::equal(y.begin(), y.end(), expected.begin()));
}

TEST_CASE("states have PyTorch's names and shapes, filters (out, in, h, w)") {
  network::builder<float> b({1, 2, 5, 5}, 1);
  b.linear("fc", b.norm("bn", b.conv("conv", 0, 3, {2, 1, 0})), 4);
  auto g = std::move(b).take();
  auto& w = std::get<network::conv<float>>(g[1].layer).weight.matrix;
  w(2, 3 * 2 + 1) = 42;  // filter 2, tap (1, 1), channel 1
  const auto s = network::save_state(g);
  std::vector<std::string> names;
  for (const auto& [name, values] : s) names.push_back(name);
  CHECK(names == std::vector<std::string>{"bn.bias", "bn.running_mean", "bn.running_var",
                                          "bn.weight", "conv.weight", "fc.bias", "fc.weight"});
  CHECK(s.at("conv.weight").shape == std::vector<index_t>{3, 2, 2, 2});
  CHECK(s.at("conv.weight").values[((2 * 2 + 1) * 2 + 1) * 2 + 1] == 42);
  CHECK(s.at("fc.weight").shape == std::vector<index_t>{4, 48});
  CHECK(s.at("bn.running_var").shape == std::vector<index_t>{3});
}

TEST_CASE("a state that does not fit is refused and nothing changes") {
  auto g = lacuna_test::small_network();
  const auto good = network::save_state(g);
  auto bad = good;
  bad.at("stem.weight").values.assign(16 * 3 * 3 * 3, 0.0F);
  SECTION("missing") {
    bad.erase("fc.bias");
    CHECK_THROWS_WITH(network::load_state(g, bad), Contains("fc.bias (7)") && Contains("missing"));
  }
  SECTION("other shape") {
    bad.at("fc.weight").shape = {7, 3};
    CHECK_THROWS_WITH(network::load_state(g, bad),
                      Contains("fc.weight (7, ") && Contains("(7, 3)"));
  }
  SECTION("too few values") {
    bad.at("fc.bias").values.pop_back();
    CHECK_THROWS_AS(network::load_state(g, bad), shape_error);
  }
  CHECK(network::save_state(g).at("stem.weight").values == good.at("stem.weight").values);

  auto more = good;
  more["num_batches_tracked"] = {{1}, {0.0F}};
  CHECK_NOTHROW(network::load_state(g, more));
}

}  // namespace state_test
