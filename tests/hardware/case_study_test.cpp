// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/tensor_core/case_study.hpp: published rows.
#include <lacuna/hardware/tensor_core.hpp>

#include <fstream>
#include <sstream>
#include <string>

#include "support/catch.hpp"

namespace case_study_test {

using namespace lacuna;
namespace tc = lacuna::hardware::tensor_core;

TEST_CASE("the Sparseloop case study comes out: cycles to the cycle, energy within 1 %",
          "[hardware][tensor_core]") {
  std::ifstream file(LACUNA_SOURCE_DIR "/tests/golden/sparseloop_fig15.csv");
  REQUIRE(file);
  int rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream cells(line);
    std::string name;
    std::getline(cells, name, ',');
    tc::case_study_row row;
    double cycles = 0, energy = 0;
    char comma = 0;
    cells >> row.extents.m >> comma >> row.extents.k >> comma >> row.extents.n >> comma >>
        row.weight_density >> comma >> row.activation_density >> comma >> cycles >> comma >> energy;
    REQUIRE(cells);
    for (const tc::device& d : tc::all_devices()) {
      if (d.name != name) continue;
      const hardware::report r = tc::simulate(d, row);
      INFO(line);
      // the study rounds densities to five digits: a cycle of the dual-side and 2:6 rows
      const double slack = name == "DSTC" || d.compress_b ? 2 : 0;
      CHECK(std::abs(static_cast<double>(r.cycles.total) - cycles) <= slack);
      CHECK(r.energy_uj() == Approx(energy).epsilon(0.001));
      ++rows;
    }
  }
  CHECK(rows == 40);
}

TEST_CASE("metadata take the bits that the study gives them", "[hardware][tensor_core]") {
  using tc::metadata_code;
  CHECK(metadata_bits(metadata_code::coordinate, {2, 4}) == 2);
  CHECK(metadata_bits(metadata_code::coordinate, {2, 6}) == 4);
  CHECK(metadata_bits(metadata_code::coordinate, {2, 8}) == 4);
  CHECK(metadata_bits(metadata_code::run_length, {2, 4}) == 2);
  CHECK(metadata_bits(metadata_code::run_length, {2, 6}) == 2);
  CHECK(metadata_bits(metadata_code::run_length, {2, 8}) == 4);
  CHECK(metadata_bits(metadata_code::coordinate, {4, 4}) == 0);
  CHECK(metadata_bits(metadata_code::none, {2, 4}) == 0);
}

TEST_CASE("another density than the study's is refused", "[hardware][tensor_core]") {
  CHECK_THROWS_AS(tc::simulate(tc::sparse_tensor_core(), tc::case_study_row{{64, 64, 64}, 0.1, 1}),
                  shape_error);
}

}  // namespace case_study_test
