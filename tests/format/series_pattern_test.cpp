// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/format/series_pattern.hpp
#include <lacuna/format/series_pattern.hpp>

#include "support/catch.hpp"

namespace series_pattern_test {

using lacuna::parse_series_pattern;

TEST_CASE("a series is written and read back", "[format][series_pattern]") {
  const std::string text = GENERATE("2:4", "2:4+2:8", "8x8@0.25+1:8+unstructured", "1:4x8+dense",
                                    "unstructured@0.05+2:4", "16x4@0.125");
  CHECK(to_string(parse_series_pattern(text)) == text);
}

TEST_CASE("its share is what it may cost", "[format][series_pattern]") {
  CHECK(parse_series_pattern("2:4+2:8").share() == 0.75);
  CHECK(parse_series_pattern("8x8@0.25+1:8").share() == 0.375);
}

TEST_CASE("what is no series is refused by its term", "[format][series_pattern]") {
  using Catch::Contains;
  CHECK_THROWS_WITH(parse_series_pattern(""), Contains("pattern ''"));
  CHECK_THROWS_WITH(parse_series_pattern("2:4+"), Contains("pattern ''"));
  CHECK_THROWS_WITH(parse_series_pattern("2:4+5:4"), Contains("5:4"));
  CHECK_THROWS_WITH(parse_series_pattern("8x8@1.5"), Contains("8x8@1.5"));
  CHECK_THROWS_WITH(parse_series_pattern("8x8@-1"), Contains("from 0 to 1"));
  CHECK_THROWS_WITH(parse_series_pattern("8x8@nan"), Contains("from 0 to 1"));
  CHECK_THROWS_WITH(parse_series_pattern("8x8@0.5x"), Contains("8x8@0.5x"));
}

}  // namespace series_pattern_test
