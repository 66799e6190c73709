// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/graph.hpp>

#include "network/random_graph.hpp"
#include "support/catch.hpp"

namespace graph_test {

using namespace lacuna;
using Catch::Matchers::Contains;

namespace {
network::conv<float> conv_of(index_t out, index_t in, index_t kernel) {
  random_source random(1);
  return {network::he_normal<float>(out, in, kernel, random), {}};
}
}  // namespace

TEST_CASE("a graph infers the extents of every node") {
  network::builder<float> b({9, 3, 32, 30}, 1);
  const auto c = b.conv("c", 0, 8, {3, 2, 1});
  const auto p = b.max_pool("p", c, {3, 2, 1});
  const auto a = b.average_pool("a", p, {2, 2, 0});
  const auto g = b.global_average_pool("g", a);
  b.linear("f", g, 5);
  const auto graph = std::move(b).take();
  CHECK(graph.image_extents() == extents4{1, 3, 32, 30});
  CHECK(graph[c].extents == extents4{1, 8, 16, 15});
  CHECK(graph[p].extents == extents4{1, 8, 8, 8});
  CHECK(graph[a].extents == extents4{1, 8, 4, 4});
  CHECK(graph[g].extents == extents4{1, 8, 1, 1});
  CHECK(graph.output_extents() == extents4{1, 5, 1, 1});
  CHECK(network::parameter_count(graph) == 8 * 27 + 8 * 5 + 5);
  CHECK(network::mac_count(graph).count() == 8 * 27 * 16 * 15 + 8 * 5);
}

TEST_CASE("a layer that does not fit is named together with both shapes") {
  network::graph<float> g({1, 3, 8, 8});
  const auto throws_with = [&](auto layer, std::initializer_list<network::node_id> in,
                               const std::string& text) {
    CHECK_THROWS_AS(g.append("block1.conv2", layer, in), shape_error);
    CHECK_THROWS_WITH(g.append("block1.conv2", layer, in),
                      Contains("block1.conv2") && Contains(text));
  };
  throws_with(conv_of(4, 5, 3), {0}, "filters (4, 5, 3, 3) do not fit input (1, 3, 8, 8)");
  throws_with(conv_of(4, 3, 9), {0}, "filters (4, 3, 9, 9) do not fit input (1, 3, 8, 8)");
  throws_with(network::linear<float>{conv_of(2, 100, 1).weight, {}}, {0}, "192 features");
  throws_with(network::batch_norm<float>(4), {0}, "4 channels, input is (1, 3, 8, 8)");
  throws_with(network::max_pool{{9, 9}}, {0}, "window (9, 9) does not fit input (1, 3, 8, 8)");
  throws_with(network::max_pool{{3, 3, 1, 2}}, {0}, "half the window");
  throws_with(network::relu{}, {7}, "input 7 is not one of the 1 nodes");
  throws_with(network::add{}, {0}, "takes 2 inputs, got 1");
  auto biased = conv_of(4, 3, 3);
  biased.bias.assign(3, 0.0F);
  throws_with(biased, {0}, "bias of 3");

  g.append("half", network::max_pool{{2, 2, 2}}, {0});
  CHECK_THROWS_WITH(g.append("sum", network::add{}, {0, 1}),
                    Contains("sum") && Contains("(1, 3, 8, 8) and (1, 3, 4, 4)"));
  CHECK_THROWS_WITH(g.append("half", network::relu{}, {0}),
                    Contains("half (relu): the name is taken"));
  CHECK(g.nodes().size() == 2);
  CHECK_THROWS_AS(network::graph<float>({1, 0, 8, 8}), shape_error);
}

TEST_CASE("parameters come in node order under dotted names and can be written to") {
  auto g = lacuna_test::small_network();
  const auto all = network::parameters(g);
  CHECK(all.front().name == "stem.weight");
  CHECK(all[1].name == "stem.bias");
  CHECK(all[2].name == "stem.bn.weight");
  CHECK(all.back().name == "fc.bias");
  index_t count = 0;
  for (const auto& p : all) count += static_cast<index_t>(p.values.size());
  CHECK(count == network::parameter_count(g));

  all.front().values[0] = 42;
  CHECK(std::get<network::conv<float>>(g[1].layer).weight.matrix(0, 0) == 42);
}

TEST_CASE("a copy of a graph shares nothing with it") {
  auto g = lacuna_test::small_network();
  const auto copy = g;
  network::parameters(g).front().values[0] = 1e9F;
  CHECK(std::get<network::conv<float>>(copy[1].layer).weight.matrix(0, 0) != 1e9F);
}

}  // namespace graph_test
