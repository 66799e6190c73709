// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/report.hpp, charge.hpp, energy.hpp and report_text.hpp
#include <limits>
#include <sstream>

#include <lacuna/hardware/charge.hpp>
#include <lacuna/hardware/report.hpp>
#include <lacuna/hardware/report_text.hpp>

#include "support/catch.hpp"

namespace report_test {

using namespace lacuna;
using namespace lacuna::hardware;

namespace {

report sound() {
  report r;
  r.device = "machine";
  r.workload = "layer";
  r.cycles.total = 10;
  r.cycles[cycle_cause::compute] = 7;
  r.cycles[cycle_cause::off_chip_bandwidth] = 3;
  r.macs = {100, 40, 50};
  r.memory = {{"DRAM", 'A', 64, 0, 8, 0, 70}};
  r.bounds = {{"multipliers", 7}, {"DRAM bandwidth", 9.5}};
  charge(r, energy_tables::accelergy_structured());
  return r;
}

}  // namespace

TEST_CASE("a report that breaks an invariant is refused", "[hardware][report]") {
  CHECK_NOTHROW(require_consistent(sound()));
  report r = sound();
  SECTION("causes that do not sum to the total") { r.cycles.total = 11; }
  SECTION("a negative cause") {
    r.cycles[cycle_cause::compute] = -1;
    r.cycles[cycle_cause::off_chip_bandwidth] = 11;
  }
  SECTION("more effectual work than executed") { r.macs.effectual = 51; }
  SECTION("fewer bytes than compulsory") { r.memory[0].compulsory = 73; }
  SECTION("bytes that are no number") {
    r.memory[0].read = std::numeric_limits<double>::quiet_NaN();
  }
  SECTION("negative energy") { r.energy[0].pj = -1; }
  SECTION("faster than its bound") { r.bounds[0].cycles = 10.5; }
  CHECK_THROWS_AS(require_consistent(r), contract_violation);
}

TEST_CASE("overlapping resources: each cause takes what the earlier ones leave",
          "[hardware][report]") {
  report r;
  overlap(r, {{cycle_cause::compute, 10.2},
              {cycle_cause::on_chip_bandwidth, 4},
              {cycle_cause::off_chip_bandwidth, 15}});
  CHECK(r.cycles.total == 15);
  CHECK(r.cycles[cycle_cause::compute] == 11);
  CHECK(r.cycles[cycle_cause::on_chip_bandwidth] == 0);
  CHECK(r.cycles[cycle_cause::off_chip_bandwidth] == 4);
}

TEST_CASE("energy is accesses times the table", "[hardware][energy]") {
  const report r = sound();
  // 50 multiply-adds; DRAM 64 bytes of values at 64 pJ a byte, metadata free
  CHECK(r.energy_pj() == Approx(50 * 0.5608 + 64 * 64));
  CHECK(r.edp() == Approx(r.energy_pj() * 1e-12 * 10));
  CHECK(r.bound()->resource == "DRAM bandwidth");
  CHECK_THROWS_WITH(energy_tables::horowitz().at("L2"), Catch::Contains("SRAM 8 KB"));
}

TEST_CASE("sums of reports scale, merge by name and refuse to mix nodes", "[hardware][report]") {
  report sum;
  add(sum, sound(), 3);
  add(sum, sound());
  CHECK(sum.cycles.total == 40);
  CHECK(sum.macs.executed == 200);
  CHECK(sum.energy_pj() == Approx(4 * sound().energy_pj()));
  REQUIRE(sum.memory.size() == 1);
  CHECK(sum.bytes("DRAM") == 4 * 72);
  CHECK_NOTHROW(require_consistent(sum));

  report other = sound();
  other.node_nm = 16;
  CHECK_THROWS_AS(add(sum, other), unsupported_error);
}

TEST_CASE("a report prints its causes, its bound and what is unverified", "[hardware][report]") {
  report r = sound();
  r.unverified = {"the clock"};
  std::ostringstream text;
  text << r;
  CHECK_THAT(text.str(), Catch::Contains("bound by DRAM bandwidth") &&
                             Catch::Contains("70.0 %  compute") &&
                             Catch::Contains("unverified: the clock") && Catch::Contains("45 nm"));
}

}  // namespace report_test
