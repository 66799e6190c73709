// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/fold.hpp>
#include <lacuna/network/run.hpp>

#include "network/random_graph.hpp"
#include "support/catch.hpp"

namespace fold_test {

using namespace lacuna;

namespace {
std::size_t norms(const network::graph<float>& g) {
  std::size_t count = 0;
  for (const auto& n : g.nodes()) count += n.layer.index() == 3 ? std::size_t{1} : 0;
  static_assert(std::is_same_v<std::variant_alternative_t<3, network::layer<float>>,
                               network::batch_norm<float>>);
  return count;
}
}  // namespace

TEST_CASE("folding batch norms changes no output beyond rounding") {
  const auto g = lacuna_test::small_network();
  const auto folded = network::fold_batch_norms(g);
  CHECK(norms(g) == 6);
  CHECK(norms(folded) == 1);  // the one after a relu has no convolution to go into
  const auto x = lacuna_test::random_images({3, 3, 12, 10});
  const auto expected = network::dense_inference(g)(x);
  const auto y = network::dense_inference(folded)(x);
  for (index_t i = 0; i < y.size(); ++i) {
    REQUIRE(y.data()[i] == Approx(expected.data()[i]).epsilon(1e-4).margin(1e-3));
  }
}

TEST_CASE("a folded convolution worked by hand") {
  network::conv<float> c{to_filter(tensor<float>({1, 1, 1, 1}, {3.0F})), {5.0F}};
  network::batch_norm<float> norm(1);
  norm.scale = {4};
  norm.shift = {7};
  norm.running_mean = {1};
  norm.running_variance = {4};
  norm.epsilon = 0;
  const auto f = network::fold(c, norm);
  CHECK(f.weight.matrix(0, 0) == 6);  // 3 * 4 / 2
  CHECK(f.bias[0] == 15);             // (5 - 1) * 4 / 2 + 7
  CHECK_THROWS_WITH(
      network::fold(c, network::batch_norm<float>(2)),
      Catch::Matchers::Contains("2 channels") && Catch::Matchers::Contains("(1, 1, 1, 1)"));
}

TEST_CASE("a batch norm stays where someone else reads the convolution too") {
  network::builder<float> b({1, 2, 4, 4}, 1);
  const auto c = b.conv("c", 0, 2, {3, 1, 1});
  b.add("sum", b.norm("bn", c), c);
  auto g = std::move(b).take();
  lacuna_test::randomise(g);
  const auto folded = network::fold_batch_norms(g);
  CHECK(norms(folded) == 1);
  const auto x = lacuna_test::random_images({1, 2, 4, 4});
  const auto expected = network::dense_inference(g)(x);
  const auto y = network::dense_inference(folded)(x);
  for (index_t i = 0; i < y.size(); ++i) CHECK(y.data()[i] == expected.data()[i]);
}

TEST_CASE("zero weights stay zero when a batch norm is folded") {
  auto g = lacuna_test::small_network();
  auto& w = std::get<network::conv<float>>(g[1].layer).weight.matrix;
  w.leftCols(5).setZero();
  const auto folded = network::fold_batch_norms(g);
  const auto& after = std::get<network::conv<float>>(folded[1].layer).weight.matrix;
  CHECK(after.leftCols(5).isZero(0));
  CHECK_FALSE(after.isZero(0));
}

}  // namespace fold_test
