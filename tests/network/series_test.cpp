// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/network/{series,shape_of}.hpp
#include <lacuna/network/models/fashion_cnn.hpp>
#include <lacuna/network/series.hpp>
#include <lacuna/network/shape_of.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace series_test {

using lacuna::index_t, lacuna::parse_series_pattern, lacuna::selection, lacuna::tensor;
namespace network = lacuna::network;

namespace {

tensor<float> images(index_t n) {
  tensor<float> x({n, 1, 28, 28});
  lacuna::random_source random(2);
  for (float& v : x) v = static_cast<float>(random.normal());
  return x;
}

std::vector<lacuna::series_pattern> menu() {
  return {parse_series_pattern("dense"), parse_series_pattern("2:8+1:8"),
          parse_series_pattern("2:4+1:8")};
}

}  // namespace

TEST_CASE("weights become what a series keeps, the rest of the network stays",
          "[network][series]") {
  const auto g = network::fashion_cnn(1);
  const auto nodes = network::compressible_nodes(g);
  REQUIRE(nodes.size() > 3);
  selection chosen(nodes.size(), 0);
  chosen[1] = 1;
  const auto changed = with_weight_series(g, nodes, menu(), chosen);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto& before = network::detail::weights_of(g[nodes[i]]).matrix;
    const auto& after = network::detail::weights_of(changed[nodes[i]]).matrix;
    if (i != 1) {
      CHECK(before == after);
      continue;
    }
    const auto kept = assign(network::detail::weights_of(g[nodes[1]]), menu()[1]);
    for (index_t k = 0; k < before.size(); ++k) {
      REQUIRE(after.data()[k] == (kept.data()[k] > 0 ? before.data()[k] : 0.0F));
    }
  }
  const auto space = weight_space(g, nodes, menu());
  CHECK(space.layers[1].name == g[nodes[1]].name);
  CHECK(space.layers[1].work == static_cast<double>(mac_count(g[nodes[1]]).count()));
  CHECK_THROWS_AS(with_weight_series(g, nodes, menu(), {1}), lacuna::shape_error);
}

TEST_CASE("activations are approximated alike by every path", "[network][series]") {
  network::feature_map<float> x({2, 24, 3, 5});
  lacuna::random_source random(3);
  for (index_t i = 0; i < x.extents().size(); ++i) {
    x.data()[i] = static_cast<float>(random.normal());
  }
  const char* series = GENERATE("2:8", "2:8+1:8", "3:4", "2:4+1:8", "2:6", "1:4+1:4+1:4", "7:8");
  CAPTURE(series);
  const auto p = parse_series_pattern(series);
  auto y = x;
  network::approximate(p, y);
  const auto kept = assign(Eigen::MatrixXf(x.matrix().transpose()), p);
  for (index_t c = 0; c < 24; ++c) {
    for (index_t j = 0; j < y.matrix().cols(); ++j) {
      REQUIRE(y.matrix()(c, j) == (kept(j, c) > 0 ? x.matrix()(c, j) : 0.0F));
    }
  }
  auto all = x;
  network::approximate(parse_series_pattern("4:8+4:8"), all);
  CHECK(all.matrix() == x.matrix());
}

TEST_CASE("inference with activation series is inference on approximated inputs",
          "[network][series]") {
  const auto g = network::fashion_cnn(1);
  const auto nodes = network::compressible_nodes(g);
  const auto x = images(3);
  network::dense_inference<float> plain(g);
  auto dense = with_activation_series(g, nodes, menu(), selection(nodes.size(), 0));
  const auto expected = plain(x);
  const auto same = dense(x);
  CHECK(std::equal(expected.begin(), expected.end(), same.begin()));
  auto sparse = with_activation_series(g, nodes, menu(), selection(nodes.size(), 1));
  const auto other = sparse(x);
  CHECK_FALSE(std::equal(expected.begin(), expected.end(), other.begin()));
  // Bit-identical on threads too.
  tensor<float> threads(other.extents());
  sparse(x, threads, lacuna::thread_pool(2));
  CHECK(std::equal(other.begin(), other.end(), threads.begin()));
}

TEST_CASE("densities are those of the layers' inputs", "[network][series]") {
  const auto g = network::fashion_cnn(1);
  const auto nodes = network::compressible_nodes(g);
  const auto d = activation_densities(g, nodes, images(20));
  REQUIRE(d.size() == nodes.size());
  for (const double density : d) {
    CHECK(density > 0.05);  // behind ReLU about a half
    CHECK(density <= 1);
  }
  CHECK(d[0] < 0.95);
  const auto pseudo = activation_densities(g, nodes, images(20), 0.9);
  for (std::size_t i = 0; i < d.size(); ++i) CHECK(pseudo[i] <= d[i] + 1e-12);
}

TEST_CASE("a graph's shapes do its work", "[network][series]") {
  const auto g = network::fashion_cnn(1);
  CHECK(shape_of(g, "fashion").work() == mac_count(g));
}

}  // namespace series_test
