// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/tensor_core/residency.hpp
#include <lacuna/hardware/tensor_core/residency.hpp>

#include <algorithm>

#include "support/catch.hpp"

namespace residency_test {

namespace tc = lacuna::hardware::tensor_core;

namespace {

// Bytes from DRAM of the best way.
double least(const tc::strips& a, const tc::strips& b, double capacity) {
  double best = 1e300;
  for (const tc::residency& r : tc::residencies(a, b, capacity)) {
    best = std::min(best, a.whole_bytes * r.a_fetches + b.whole_bytes * r.b_fetches);
  }
  return best;
}

}  // namespace

TEST_CASE("operands come once where one of them fits whole beside a strip",
          "[hardware][residency]") {
  const tc::strips a{256, 64, 100, 400};  // four strips
  const tc::strips b{512, 128, 10, 40};
  CHECK(least(a, b, 410) == 440);  // A whole, a strip of B
  CHECK(least(a, b, 140) == 440);  // B whole, a strip of A
}

TEST_CASE("else the inner one comes again for each group of the outer", "[hardware][residency]") {
  const tc::strips a{256, 64, 100, 400};
  const tc::strips b{256, 64, 100, 400};
  CHECK(least(a, b, 200) == 400 + 4 * 400);  // a strip of each
  CHECK(least(a, b, 300) == 400 + 2 * 400);  // two strips of one, one of the other
  CHECK(least(a, b, 500) == 800);
  CHECK(least(a, b, 199) == 2 * 4 * 400);  // nothing kept: each strip for each tile
}

TEST_CASE("all of a random operand may be kept where its strips' worst cases would not fit",
          "[hardware][residency]") {
  const tc::strips a{128, 64, 100, 200};
  const tc::strips b{256, 64, 100, 120};  // strips may be full, the whole holds 30 %
  CHECK(b.held(3) == 300);
  CHECK(b.held(4) == 120);
  CHECK(least(a, b, 220) == 320);
}

TEST_CASE("more room never costs more", "[hardware][residency]") {
  const tc::strips a{640, 64, 70, 700};
  const tc::strips b{900, 128, 90, 500};
  double before = 1e300;
  for (double capacity = 0; capacity <= 1300; capacity += 10) {
    const double now = least(a, b, capacity);
    CHECK(now <= before);
    CHECK(now >= 1200);
    before = now;
  }
  CHECK(before == 1200);
}

}  // namespace residency_test
