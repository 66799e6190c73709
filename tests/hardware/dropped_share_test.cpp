// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/dropped_share.hpp
#include <lacuna/hardware/dropped_share.hpp>

#include <bit>
#include <cmath>

#include "support/catch.hpp"

namespace dropped_share_test {

using namespace lacuna;
using hardware::expected_dropped_share;

TEST_CASE("dropped shares of N:M agree with the closed values", "[hardware][dropped_share]") {
  struct row {
    index_t n, m;
    double density, share;
  };
  const row r = GENERATE(row{2, 4, .5, .1875}, row{2, 8, .5, .5098}, row{4, 8, .5, .1367},
                         row{5, 8, .5, .0459}, row{6, 8, .5, .0098}, row{2, 4, .2, .0360},
                         row{2, 8, .2, .1694}, row{3, 8, .2, .0425}, row{4, 8, .2, .0073},
                         row{2, 4, .1, .0095}, row{1, 8, .1, .2881}, row{2, 8, .1, .0545},
                         row{3, 8, .1, .0069}, row{1, 4, .05, .0725}, row{2, 4, .05, .0024},
                         row{1, 8, .05, .1586}, row{2, 8, .05, .0154}, row{3, 8, .05, .0010});
  CHECK(expected_dropped_share(r.n, r.m, r.density) == Approx(r.share).margin(0.5e-4));
}

// The share by going through all masks of eight values: each term keeps the first ones it finds, as
// good as any where magnitudes and positions are independent.
TEST_CASE("two terms drop what all masks of eight values say", "[hardware][dropped_share]") {
  const auto* const name = GENERATE("2:4", "1:8+1:8", "4:8+2:4", "2:4+2:8", "1:2+2:8", "1:4+1:8");
  const double density = GENERATE(0.05, 0.3, 0.5, 0.9);
  const series_pattern series = parse_series_pattern(name);
  double left = 0;
  for (unsigned mask = 0; mask < 256; ++mask) {
    const int ones = std::popcount(mask);
    const double p = std::pow(density, ones) * std::pow(1 - density, 8 - ones);
    // greedy by magnitude removes a random choice; average over all orders by recursion on terms
    const auto residual = [&](const auto& self, unsigned m, std::size_t t) -> double {
      if (t == series.terms.size()) return std::popcount(m);
      const auto& g = std::get<n_m_pattern>(series.terms[t].what);
      const auto over_block = [&](const auto& again, unsigned rest, index_t from) -> double {
        if (from == 8) return self(self, rest, t + 1);
        const unsigned window = ((1u << g.m) - 1u) << from;
        double sum = 0;
        int ways = 0;
        const unsigned here = rest & window;
        const int keep = std::min<int>(std::popcount(here), static_cast<int>(g.n));
        for (unsigned kept = here;; kept = (kept - 1) & here) {  // every subset of that size
          if (std::popcount(kept) == keep) {
            sum += again(again, rest & ~kept, from + g.m);
            ++ways;
          }
          if (kept == 0) break;
        }
        return sum / ways;
      };
      return over_block(over_block, m, 0);
    };
    left += p * residual(residual, mask, 0);
  }
  CHECK(expected_dropped_share(series, density) == Approx(left / (8 * density)).margin(1e-9));
}

TEST_CASE("an exact series drops nothing, bad input is refused", "[hardware][dropped_share]") {
  CHECK(expected_dropped_share(parse_series_pattern("2:8+unstructured"), 0.5) == 0);
  CHECK(expected_dropped_share(parse_series_pattern("4:8+4:8"), 1) == Approx(0).margin(1e-12));
  CHECK(expected_dropped_share(parse_series_pattern("4:8+4:8+1:8"), 0.5) == 0);
  CHECK(expected_dropped_share(2, 4, 1) == Approx(0.5));
  CHECK_THROWS_AS(expected_dropped_share(2, 4, 0), shape_error);
  CHECK_THROWS_AS(expected_dropped_share(2, 4, std::nan("")), shape_error);
  CHECK_THROWS_AS(expected_dropped_share(5, 4, 0.5), shape_error);
  CHECK_THROWS_AS(expected_dropped_share(series_pattern{}, 0.5), shape_error);
  CHECK_THROWS_AS(expected_dropped_share(parse_series_pattern("2:4+1:6"), 0.5), unsupported_error);
  CHECK_THROWS_AS(expected_dropped_share(parse_series_pattern("8x8"), 0.5), unsupported_error);
}

}  // namespace dropped_share_test
