// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/format/n_m_matrix.hpp
#include <lacuna/format/convert.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace n_m_matrix_test {

using half = lacuna::n_m_matrix<float, 2, 4, 2>;

namespace {

/// 3 x 5 in 2:4 with two rows sharing positions: two row groups, two column groups.
struct arrays {
  lacuna::index_t rows{3};
  lacuna::index_t cols{5};
  std::vector<std::uint8_t> positions{1, 3, 0, 1, 0, 2, 0, 1};
  lacuna::aligned_vector<float> values{1, 2, 3, 4, 5, 6, 0, 0, 7, 0, 8, 0, 9, 0, 0, 0};

  [[nodiscard]] half make() const { return {rows, cols, positions, values}; }
  [[nodiscard]] half make_unchecked() const {
    return {lacuna::unchecked, rows, cols, positions, values};
  }
};

void expect_defect(const arrays& a, const std::string& where, const std::string& what) {
  const auto found = check(a.make_unchecked());
  REQUIRE(found.has_value());
  CHECK_THAT(lacuna::to_string(*found), Catch::StartsWith(where) && Catch::Contains(what));
  CHECK_THROWS_WITH(a.make(), Catch::Contains("n_m_matrix 2:4x2") && Catch::Contains(what));
}

}  // namespace

TEST_CASE("canonical arrays make a matrix, row groups and all", "[format][n_m]") {
  const half a = arrays{}.make();
  lacuna::dense_matrix<float> expected(3, 5);
  expected << 0, 1, 0, 3, 5,  //
      0, 2, 0, 4, 6,          //
      7, 0, 8, 0, 9;
  CHECK(to_dense(a) == expected);
  CHECK(a == lacuna::to_n_m<2, 4, 2>(expected));
  CHECK_FALSE(check(half{}).has_value());
}

TEST_CASE("check finds every broken invariant of N:M, and the checked constructor throws it",
          "[format][n_m]") {
  arrays a;
  SECTION("negative extents") {
    a.cols = -1;
    expect_defect(a, "extents[0]", "negative");
  }
  SECTION("too few positions") {
    a.positions.pop_back();
    expect_defect(a, "positions[7]", "expected 8 positions");
  }
  SECTION("too many values") {
    a.values.push_back(0);
    expect_defect(a, "values[17]", "expected 16 values");
  }
  SECTION("a position beyond the group") {
    a.positions[1] = 4;
    expect_defect(a, "positions[1]", "not below M = 4");
  }
  SECTION("positions out of order") {
    std::swap(a.positions[0], a.positions[1]);
    expect_defect(a, "positions[1]", "must rise, found 3 then 1");
  }
  SECTION("a position twice") {
    a.positions[3] = 0;
    expect_defect(a, "positions[3]", "must rise");
  }
  SECTION("a value beyond the last column") {
    a.values[6] = 1;
    expect_defect(a, "values[6]", "padding");
  }
  SECTION("a value beyond the last row") {
    a.values[9] = 1;
    expect_defect(a, "values[9]", "padding");
  }
}

TEST_CASE("a matrix that breaks the pattern is refused with its group", "[format][n_m]") {
  lacuna::dense_matrix<float> w = lacuna::dense_matrix<float>::Zero(4, 9);
  w.row(2).segment(4, 3).setConstant(1);
  CHECK_THROWS_WITH((lacuna::to_n_m<2, 4>(w)),
                    "rows from 2, columns from 4: 3 non-zero columns do not obey 2:4; prune first");
  CHECK_NOTHROW(lacuna::to_n_m<3, 4>(w));
  w.row(3).segment(4, 4).setConstant(1);
  CHECK_THROWS_WITH((lacuna::to_n_m<3, 4, 2>(w)),
                    Catch::Contains("4 non-zero columns do not obey 3:4x2"));
}

TEST_CASE("groups with fewer non-zeros fill their lowest free positions", "[format][n_m]") {
  lacuna::dense_matrix<float> w = lacuna::dense_matrix<float>::Zero(1, 8);
  w(0, 3) = 1;
  const auto a = lacuna::to_n_m<2, 4>(w);
  CHECK(a.positions() == std::vector<std::uint8_t>{0, 3, 0, 1});
}

}  // namespace n_m_matrix_test
