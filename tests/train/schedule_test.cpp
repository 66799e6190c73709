// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/train/schedule.hpp>

#include "support/catch.hpp"

namespace schedule_test {

using namespace lacuna;

TEST_CASE("the cosine warms up from a 25th, peaks and ends at zero") {
  const auto rate = train::cosine(0.5, 0.2);
  CHECK(rate(0.0) == Approx(0.02));
  CHECK(rate(0.1) == Approx(0.26));
  CHECK(rate(0.2) == Approx(0.5));
  CHECK(rate(0.6) == Approx(0.25));
  CHECK(rate(1.0) == Approx(0.0).margin(1e-12));
  CHECK(train::cosine(0.5)(0.0) == 0.5);
}

TEST_CASE("one cycle is a triangle") {
  const auto rate = train::one_cycle(1.0, 0.25);
  CHECK(rate(0.0) == Approx(0.04));
  CHECK(rate(0.25) == Approx(1.0));
  CHECK(rate(0.625) == Approx(0.5));
  CHECK(rate(1.0) == Approx(0.0).margin(1e-12));
}

TEST_CASE("a constant rate stays, and senseless fractions are refused") {
  CHECK(train::constant_rate(0.3)(0.7) == 0.3);
  CHECK_THROWS_AS(train::cosine(1, 1.0), shape_error);
  CHECK_THROWS_AS(train::cosine(1, -0.1), shape_error);
  CHECK_THROWS_AS(train::one_cycle(1, 0.0), shape_error);
  CHECK_THROWS_AS(train::one_cycle(1, 1.5), shape_error);
}

}  // namespace schedule_test
