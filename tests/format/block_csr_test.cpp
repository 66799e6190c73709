// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/format/block_csr.hpp
#include <lacuna/format/convert.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace block_csr_test {

using blocks = lacuna::block_csr<float, 2, 2>;

namespace {

/// 5 x 3: three block rows, two block columns; blocks (0, 0), (0, 1), (2, 1).
struct arrays {
  lacuna::index_t rows{5};
  lacuna::index_t cols{3};
  std::vector<std::int32_t> offsets{0, 2, 2, 3};
  std::vector<std::int32_t> columns{0, 1, 1};
  lacuna::aligned_vector<float> values{1, 2, 3, 4, 5, 0, 6, 0, 7, 0, 0, 0};

  [[nodiscard]] blocks make() const { return {rows, cols, offsets, columns, values}; }
  [[nodiscard]] blocks make_unchecked() const {
    return {lacuna::unchecked, rows, cols, offsets, columns, values};
  }
};

void expect_defect(const arrays& a, const std::string& where, const std::string& what) {
  const auto found = check(a.make_unchecked());
  REQUIRE(found.has_value());
  CHECK_THAT(lacuna::to_string(*found), Catch::StartsWith(where) && Catch::Contains(what));
  CHECK_THROWS_WITH(a.make(), Catch::Contains("block_csr 2x2") && Catch::Contains(what));
}

}  // namespace

TEST_CASE("canonical arrays make a matrix", "[format][block_csr]") {
  const blocks a = arrays{}.make();
  CHECK_FALSE(check(a).has_value());
  lacuna::dense_matrix<float> expected(5, 3);
  expected << 1, 2, 5,  //
      3, 4, 6,          //
      0, 0, 0,          //
      0, 0, 0,          //
      0, 0, 7;
  CHECK(to_dense(a) == expected);
  CHECK(a == lacuna::to_block_csr<2, 2>(expected));
  CHECK(a.blocks() == 3);
  CHECK_FALSE(check(blocks{}).has_value());
}

TEST_CASE("check finds every broken invariant of blocks, and the checked constructor throws it",
          "[format][block_csr]") {
  arrays a;
  SECTION("negative extents") {
    a.rows = -1;
    expect_defect(a, "extents[0]", "negative");
  }
  SECTION("too few offsets") {
    a.offsets.pop_back();
    expect_defect(a, "row_offsets[3]", "expected 4 offsets");
  }
  SECTION("no offsets") {
    a.offsets.clear();
    expect_defect(a, "row_offsets[0]", "expected 4 offsets");
  }
  SECTION("first offset") {
    a.offsets[0] = 1;
    expect_defect(a, "row_offsets[0]", "expected 0");
  }
  SECTION("falling offsets") {
    a.offsets[2] = 1;
    expect_defect(a, "row_offsets[2]", "falls from 2 to 1");
  }
  SECTION("offsets beyond the blocks") {
    a.offsets[3] = 4;
    expect_defect(a, "row_offsets[3]", "expected the count of blocks, 3, found 4");
  }
  SECTION("column too large") {
    a.columns[2] = 2;
    expect_defect(a, "block_columns[2]", "column 2 is not below 2");
  }
  SECTION("negative column") {
    a.columns[0] = -1;
    expect_defect(a, "block_columns[0]", "column -1");
  }
  SECTION("columns out of order") {
    a.values[1] = a.values[3] = 0;  // or they would be padding that is not zero
    std::swap(a.columns[0], a.columns[1]);
    expect_defect(a, "block_columns[1]", "must rise");
  }
  SECTION("a column twice") {
    a.columns[1] = 0;
    expect_defect(a, "block_columns[1]", "must rise");
  }
  SECTION("too few values") {
    a.values.pop_back();
    expect_defect(a, "values[11]", "expected 12 values");
  }
  SECTION("a value beyond the last column") {
    a.values[5] = 1;
    expect_defect(a, "values[5]", "padding");
  }
  SECTION("a value beyond the last row") {
    a.values[10] = 1;
    expect_defect(a, "values[10]", "padding");
  }
  SECTION("NaN in the padding") {
    a.values[7] = std::numeric_limits<float>::quiet_NaN();
    expect_defect(a, "values[7]", "padding");
  }
}

TEST_CASE("stored elements are visited once each, inside the matrix only", "[format][block_csr]") {
  int visited = 0;
  for_each_stored(arrays{}.make(), [&](lacuna::index_t i, lacuna::index_t k, float) {
    ++visited;
    CHECK((i < 5 && k < 3));
  });
  CHECK(visited == 4 + 2 + 1);
}

}  // namespace block_csr_test
