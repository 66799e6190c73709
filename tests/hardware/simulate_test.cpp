// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/tensor_core/{simulate,structured,outer_product,residency}.hpp
#include <lacuna/hardware/tensor_core.hpp>

#include "support/catch.hpp"

namespace simulate_test {

using namespace lacuna;
using namespace lacuna::hardware;
namespace tc = lacuna::hardware::tensor_core;

namespace {

tc::device device_at(int i) { return tc::all_devices()[static_cast<std::size_t>(i)]; }
int devices() { return static_cast<int>(tc::all_devices().size()); }

}  // namespace

TEST_CASE("every device runs every size: reports are consistent and no faster than the work",
          "[hardware][tensor_core]") {
  const tc::device d = device_at(GENERATE(range(0, devices())));
  const index_t m = GENERATE(1, 63, 64, 65, 257);
  const index_t k = GENERATE(8, 16, 17, 131, 4608);
  const index_t n = GENERATE(1, 49, 127, 129);
  const auto pattern =
      GENERATE(operand_pattern{dense_pattern{}}, operand_pattern{uniform_density{.1}},
               operand_pattern{n_m_pattern{2, 4}}, operand_pattern{n_m_pattern{1, 8}});
  const report r = tc::simulate(d, {m, k, n}, pattern, uniform_density{0.5});  // checks itself
  const auto multipliers = static_cast<double>(d.multipliers());
  CHECK(static_cast<double>(r.cycles.total) * multipliers >= r.macs.executed * (1 - 1e-9));
  CHECK(r.macs.dense == static_cast<double>(m * k * n));
  double dram_z = 0;
  for (const traffic& t : r.memory) dram_z += t.level == "DRAM" && t.operand == 'Z' ? t.written : 0;
  CHECK(dram_z == static_cast<double>(m * n));
}

TEST_CASE("density 1 is dense, and 4:4 is dense", "[hardware][tensor_core]") {
  const tc::device d = device_at(GENERATE(range(0, devices())));
  const gemm_extents g{200, 144, 100};
  const report dense = tc::simulate(d, g, dense_pattern{});
  for (const operand_pattern& same :
       {operand_pattern{uniform_density{1}}, operand_pattern{n_m_pattern{4, 4}}}) {
    const report r = tc::simulate(d, g, same, uniform_density{1});
    CHECK(r.cycles.total == dense.cycles.total);
    CHECK(r.energy_pj() == Approx(dense.energy_pj()));
  }
}

TEST_CASE("fewer values kept never cost more cycles or energy", "[hardware][tensor_core]") {
  const tc::device d = device_at(GENERATE(range(0, devices())));
  const gemm_extents g{512, 256, 392};
  double cycles = 1e300;
  double energy = 1e300;
  const bool random = d.order == tc::dataflow::outer_product;
  for (const index_t n : {8, 4, 2, 1}) {
    const double share = static_cast<double>(n) / 8;
    const report r = random ? tc::simulate(d, g, uniform_density{share}, uniform_density{.5})
                            : tc::simulate(d, g, n_m_pattern{n, 8}, uniform_density{.5});
    CHECK(static_cast<double>(r.cycles.total) <= cycles);
    CHECK(r.energy_pj() <= energy * (1 + 1e-12));
    cycles = static_cast<double>(r.cycles.total);
    energy = r.energy_pj();
  }
}

TEST_CASE("sparse cores are faster than the dense core by what they skip",
          "[hardware][tensor_core]") {
  const gemm_extents g{512, 512, 512};
  const auto cycles = [&](const tc::device& d, const operand_pattern& a) {
    return tc::simulate(d, g, a).cycles.total;
  };
  CHECK(cycles(tc::sparse_tensor_core(), n_m_pattern{2, 4}) * 2 ==
        cycles(tc::dense_tensor_core(), dense_pattern{}));
  CHECK(cycles(tc::ttc_vegeta_m8(), n_m_pattern{1, 8}) <
        cycles(tc::ttc_vegeta_m8(), n_m_pattern{2, 8}));
}

TEST_CASE("terms add their work, but share B where it is stationary", "[hardware][tensor_core]") {
  const gemm_extents g{256, 256, 256};
  tc::device d = tc::ttc_vegeta_m8();
  d.smem_bytes_per_cycle = d.dram_bytes_per_cycle = 1e9;  // compute alone
  const report one = tc::simulate(d, g, n_m_pattern{2, 8});
  const report other = tc::simulate(d, g, n_m_pattern{1, 8});
  const report both = tc::simulate(d, g, parse_series_pattern("2:8+1:8"));
  CHECK(both.cycles.total == one.cycles.total + other.cycles.total);
  CHECK(both.macs.executed == one.macs.executed + other.macs.executed);
  const auto smem_b = [](const report& r) {
    for (const traffic& t : r.memory) {
      if (t.level == "SMEM" && t.operand == 'B') return t.read;
    }
    return 0.0;
  };
  CHECK(smem_b(one) > 0);
  CHECK(smem_b(both) == smem_b(one));
  d.order = tc::dataflow::a_stationary;
  CHECK(smem_b(tc::simulate(d, g, parse_series_pattern("2:8+1:8"))) == 2 * smem_b(one));
}

TEST_CASE("a TASD core with one term is the flexible core", "[hardware][tensor_core]") {
  const gemm_extents g{512, 128, 1024};
  const report a = tc::simulate(tc::ttc_vegeta_m8(), g, n_m_pattern{2, 8});
  const report b = tc::simulate(tc::flexible_tensor_core(), g, n_m_pattern{2, 8});
  CHECK(a.cycles.total == b.cycles.total);
  CHECK(a.energy_pj() == Approx(b.energy_pj()));
}

TEST_CASE("what a device can't run takes the dense path and says so", "[hardware][tensor_core]") {
  const gemm_extents g{128, 96, 128};
  const auto run = [&](const tc::device& d, const operand_pattern& a) {
    const report r = tc::simulate(d, g, a);
    std::string notes;
    for (const std::string& s : r.notes) notes += s + "\n";
    const bool dense = r.macs.executed == r.macs.dense;
    return std::pair(dense, notes);
  };
  CHECK(run(tc::sparse_tensor_core(), n_m_pattern{2, 8}) ==
        std::pair(false, std::string("STC runs 2:8 as 2:4\n")));
  // four of a window of four may be kept where two blocks of six meet
  const auto [dense, notes] = run(tc::sparse_tensor_core(), n_m_pattern{2, 6});
  CHECK(dense);
  CHECK_THAT(notes, Catch::Contains("STC does not run 2:6: dense path"));
  CHECK(run(tc::flexible_tensor_core(), uniform_density{.25}).first);
  CHECK(run(tc::ttc_vegeta_m8(), parse_series_pattern("2:8+1:8+1:8")).first);
  CHECK(run(tc::ttc_vegeta_m8(), parse_series_pattern("8x8@0.5")).first);
  CHECK_THAT(run(tc::ttc_vegeta_m8(), parse_series_pattern("4:8+4:8")).second,
             Catch::Contains("costs no less than the dense product"));
  CHECK_FALSE(run(tc::ttc_vegeta_m8(), parse_series_pattern("4:8+1:8")).first);
}

TEST_CASE("structured activations trade places; extraction shows only where the product is thin",
          "[hardware][tensor_core]") {
  const tc::device d = tc::ttc_vegeta_m8();
  const auto extraction = [&](index_t m, index_t units) {
    tc::device with = d;
    with.extraction_units = units;
    return tc::simulate(with, {m, 512, 256}, dense_pattern{}, n_m_pattern{2, 8})
        .cycles[cycle_cause::decomposition];
  };
  CHECK(extraction(512, 16) == 0);
  CHECK(extraction(512, 1) > 0);
  CHECK(extraction(1, 16) > 0);
  const report traded = tc::simulate(d, {512, 512, 256}, dense_pattern{}, n_m_pattern{2, 8});
  const report same = tc::simulate(d, {256, 512, 512}, n_m_pattern{2, 8});
  CHECK(traded.energy_pj() == Approx(same.energy_pj()));
  CHECK(traded.notes.front() == "operands traded: the structured one streams");
  // weights are decomposed offline
  CHECK(same.cycles[cycle_cause::decomposition] == 0);
}

TEST_CASE("bad products are refused with what was expected", "[hardware][tensor_core]") {
  const tc::device d = device_at(GENERATE(range(0, devices())));
  CHECK_THROWS_WITH(tc::simulate(d, {0, 8, 8}, dense_pattern{}),
                    Catch::Contains("(0, 8) x (8, 8)"));
  CHECK_THROWS_AS(tc::simulate(d, {8, 0, 8}, dense_pattern{}), shape_error);
  CHECK_THROWS_AS(tc::simulate(d, {8, 8, -1}, dense_pattern{}), shape_error);
  CHECK_THROWS_AS(tc::simulate(d, {8, 8, 8}, uniform_density{0}), shape_error);
  CHECK_THROWS_AS(tc::simulate(d, {8, 8, 8}, uniform_density{1.5}), shape_error);
  CHECK_THROWS_AS(tc::simulate(d, {8, 8, 8}, dense_pattern{}, uniform_density{-1}), shape_error);
  CHECK_THROWS_AS(tc::simulate(d, {8, 8, 8}, n_m_pattern{5, 4}), shape_error);
  CHECK_THROWS_AS(tc::simulate(d, {8, 4, 8}, n_m_pattern{2, 8}), shape_error);
  CHECK_THROWS_AS(tc::simulate(d, {8, 8, 8}, series_pattern{}), shape_error);
  CHECK_THROWS_AS(tc::simulate(d, {8, 8, 8}, n_m_pattern{2, 4, 8}), unsupported_error);
}

}  // namespace simulate_test
