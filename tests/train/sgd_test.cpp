// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/train/sgd.hpp>

#include <vector>

#include "network/random_graph.hpp"
#include "support/catch.hpp"

namespace sgd_test {

using namespace lacuna;

namespace {
/// A network with one weight and one bias.
network::graph<double> one_weight(double weight, double bias) {
  network::builder<double> b({1, 1, 1, 1}, 1);
  b.linear("fc", 0, 1);
  auto g = std::move(b).take();
  const auto p = network::parameters(g);
  p[0].values[0] = weight;
  p[1].values[0] = bias;
  return g;
}
}  // namespace

TEST_CASE("momentum on f(w) = w^2 / 2, three steps by hand") {
  auto g = one_weight(1.0, 0.0);
  const auto p = network::parameters(g);
  train::sgd<double> optimizer({0.9, 0.0, false});
  double& w = p[0].values[0];
  // v: 1, 0.9 + 0.9 = 1.8, 1.62 + 0.72 = 2.34; w: 0.9, 0.72, 0.486
  for (const double expected : {0.9, 0.72, 0.486}) {
    std::vector<double> gradient{w, 0.0};
    optimizer.step(p, gradient, 0.1);
    CHECK(w == Approx(expected));
  }
}

TEST_CASE("Nesterov's step looks ahead") {
  auto g = one_weight(1.0, 0.0);
  const auto p = network::parameters(g);
  train::sgd<double> optimizer({0.5, 0.0, true});
  std::vector<double> gradient{1.0, 0.0};
  optimizer.step(p, gradient, 0.1);
  CHECK(p[0].values[0] == Approx(1 - 0.1 * 1.5));
  gradient = {1.0, 0.0};
  optimizer.step(p, gradient, 0.1);  // v = 1.5
  CHECK(p[0].values[0] == Approx(0.85 - 0.1 * (1 + 0.75)));
}

TEST_CASE("decay pulls on weights, not on biases") {
  auto g = one_weight(2.0, 2.0);
  const auto p = network::parameters(g);
  train::sgd<double> optimizer({0.0, 0.1, false});
  std::vector<double> gradient{0.0, 0.0};
  optimizer.step(p, gradient, 1.0);
  CHECK(p[0].values[0] == Approx(1.8));
  CHECK(p[1].values[0] == 2.0);
}

TEST_CASE("a masked weight stays zero whatever the gradient, the others move") {
  network::builder<double> b({1, 4, 1, 1}, 1);
  b.linear("fc", 0, 2);
  auto g = std::move(b).take();
  const auto p = network::parameters(g);
  mask m = mask::Constant(2, 4, true);
  m(0, 1) = m(1, 3) = false;
  apply(m, p[0].filters->matrix);
  train::masks fixed;
  fixed.set(g, 1, m);
  train::sgd<double> optimizer({0.9, 0.1, true});
  for (int step = 0; step < 5; ++step) {
    std::vector<double> gradient(10, 1.0);
    gradient[1] = std::nan("");
    optimizer.step(p, gradient, 0.1, fixed);
    CHECK(p[0].filters->matrix(0, 1) == 0);
    CHECK(p[0].filters->matrix(1, 3) == 0);
    CHECK((p[0].filters->matrix.array() != 0).count() == 6);
  }
  CHECK_THROWS_AS(fixed.set(g, 0, m), shape_error);
  CHECK_THROWS_WITH(
      fixed.set(g, 1, mask::Constant(3, 4, true)),
      Catch::Matchers::Contains("fc.weight (2, 4)") && Catch::Matchers::Contains("(3, 4)"));
}

}  // namespace sgd_test
