// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include <lacuna/train/loss.hpp>

#include "support/catch.hpp"

namespace loss_test {

using namespace lacuna;

namespace {
/// (n, classes) row by row.
network::feature_map<double> logits(index_t n, index_t classes, const std::vector<double>& z) {
  network::feature_map<double> out({n, classes, 1, 1});
  for (index_t i = 0; i < n; ++i) {
    for (index_t c = 0; c < classes; ++c) {
      *out.plane(c, i) = z[static_cast<std::size_t>(i * classes + c)];
    }
  }
  return out;
}
}  // namespace

TEST_CASE("cross-entropy worked by hand") {
  // softmax(0, ln 3) = (1/4, 3/4)
  const auto z = logits(2, 2, {0, std::log(3.0), 0, std::log(3.0)});
  const std::vector<std::int32_t> labels{0, 1};
  network::feature_map<double> gradient({2, 2, 1, 1});
  const auto t = train::softmax_cross_entropy<double>(z, labels, 0.5, &gradient);
  CHECK(t.loss == Approx(std::log(4.0) + std::log(4.0 / 3.0)));
  CHECK(t.mean_loss() == Approx(t.loss / 2));
  CHECK(t.correct == 1);
  CHECK(t.accuracy() == 0.5);
  CHECK(*gradient.plane(0, 0) == Approx(0.5 * (0.25 - 1)));
  CHECK(*gradient.plane(1, 0) == Approx(0.5 * 0.75));
  CHECK(*gradient.plane(0, 1) == Approx(0.5 * 0.25));
  CHECK(*gradient.plane(1, 1) == Approx(0.5 * (0.75 - 1)));
}

TEST_CASE("huge logits do not overflow") {
  const auto z = logits(2, 2, {1e30, 0, -1e30, 0});
  const std::vector<std::int32_t> labels{0, 0};
  const auto t = train::softmax_cross_entropy<double>(z, labels);
  CHECK(t.loss == Approx(1e30));
  CHECK(t.correct == 1);
}

TEST_CASE("no images lose nothing") {
  CHECK(train::tally{}.mean_loss() == 0);
  CHECK(train::tally{}.accuracy() == 0);
}

TEST_CASE("a label that is no class breaks the contract") {
  const auto z = logits(1, 2, {0, 0});
  const std::vector<std::int32_t> beyond{2};
  const std::vector<std::int32_t> none;
  CHECK_THROWS_AS(train::softmax_cross_entropy<double>(z, beyond), contract_violation);
  CHECK_THROWS_AS(train::softmax_cross_entropy<double>(z, none), contract_violation);
}

}  // namespace loss_test
