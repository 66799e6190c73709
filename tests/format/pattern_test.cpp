// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/format/pattern.hpp
#include <lacuna/format/pattern.hpp>

#include "support/catch.hpp"

namespace pattern_test {

TEST_CASE("patterns print and parse back", "[format][pattern]") {
  const auto* const text =
      GENERATE("dense", "unstructured", "8x8", "1x16", "2:4", "4:16", "256:256", "2:4x8");
  CHECK(lacuna::to_string(lacuna::parse_pattern(text)) == text);
  CHECK(lacuna::parse_pattern("2:4x8") == lacuna::pattern{lacuna::n_m_pattern{2, 4, 8}});
  CHECK(lacuna::parse_pattern("16x4") == lacuna::pattern{lacuna::block_pattern{16, 4}});
}

TEST_CASE("what is no pattern is refused with what would be one", "[format][pattern]") {
  const auto* const text =
      GENERATE("", "x", "8x", "x8", "8x8x8", "0x8", "-1x8", "4:2", "2:", ":4", "2:4x", "2:4x0",
               "1:257", "2:4 ", " 2:4", "99999999999999999999x1", "Dense", "2;4");
  CHECK_THROWS_WITH(lacuna::parse_pattern(text),
                    Catch::Contains("expected dense, unstructured, RxC"));
}

}  // namespace pattern_test
