// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/op/machine.hpp and this_machine.hpp. What is measured is only asked to
// make sense: no time is expected.
#include <cmath>
#include <string>
#include <vector>

#include <lacuna/op/this_machine.hpp>

#include "support/catch.hpp"

namespace machine_test {

using lacuna::machine, lacuna::rate_curve, lacuna::tile_rates;

TEST_CASE("a curve is straight over the logarithm of size, and level at its ends", "[op][plan]") {
  const rate_curve c{{{1, 10}, {4, 20}, {64, 26}}};
  CHECK(c.at(0) == 10);
  CHECK(c.at(1) == 10);
  CHECK(c.at(2) == Approx(15));
  CHECK(c.at(4) == Approx(20));
  CHECK(c.at(16) == Approx(23));
  CHECK(c.at(64) == Approx(26));
  CHECK(c.at(1e9) == 26);
  CHECK(rate_curve{}.at(5) == 0);
}

TEST_CASE("a strip takes the narrowest tile that covers it", "[op][plan]") {
  tile_rates rates;
  rates.strips = {{1, 0, 1}, {16, 0, 2}, {32, 0, 3}, {33, 0, 4}};
  CHECK(rates.of(1).entry == 1);
  CHECK(rates.of(2).entry == 2);
  CHECK(rates.of(16).entry == 2);
  CHECK(rates.of(17).entry == 3);
  CHECK(rates.of(33).entry == 4);
  CHECK(rates.of(40).entry == 4);
}

TEST_CASE("a layout without rates is named", "[op][plan]") {
  machine m;
  m.arch = "mine";
  m.tiles["f32:8"].strips = {{1, 0, 1}};
  m.tiles["f32:4"] = {};
  CHECK(&m.rates_of("f32:8") == &m.tiles.at("f32:8"));
  for (const char* absent : {"f32:4", "f64:8"}) {
    try {
      static_cast<void>(m.rates_of(absent));
      FAIL("no exception");
    } catch (const lacuna::unsupported_error& e) {
      CHECK_THAT(e.what(), Catch::Matchers::Contains(absent) && Catch::Matchers::Contains("mine"));
    }
  }
}

TEST_CASE("this machine is measured once a process, and every rate makes sense", "[op][plan]") {
  using arch = xsimd::default_arch;
  constexpr lacuna::index_t rows = lacuna::kernel::simd::tile_rows<arch>(8);
  const machine m = lacuna::this_machine<float, 1>();
  CHECK(m.fma > 0);
  CHECK(m.loads > 0);
  CHECK(m.call > 0);
  const auto expect_sane = [](const rate_curve& c) {
    REQUIRE(!c.points.empty());
    double before = 0;
    for (const auto& p : c.points) {
      CHECK(p.size > before);
      CHECK((std::isfinite(p.seconds) && p.seconds >= 0));
      before = p.size;
    }
  };
  for (const auto* c : {&m.stream, &m.copy, &m.y, &m.gather.window, &m.gather.planes,
                        &m.gather.phases, &m.gather.sampled}) {
    expect_sane(*c);
  }
  std::vector<std::string> layouts{lacuna::layout_name<float, rows>(),
                                   lacuna::pair_layout_name<float>(true),
                                   lacuna::pair_layout_name<float>(false)};
  if (lacuna::kernel::simd::detail::takes_runs<arch, lacuna::kernel::panels<float, rows>>) {
    layouts.push_back(lacuna::layout_name<float, rows>(true));
  }
  REQUIRE(m.tiles.size() == layouts.size());
  for (const std::string& name : layouts) {
    const tile_rates& rates = m.rates_of(name);
    lacuna::index_t before = 0;
    for (const auto& s : rates.strips) {
      CHECK(s.cols > before);
      CHECK((std::isfinite(s.entry) && std::isfinite(s.panel) && s.panel >= 0));
      before = s.cols;
    }
    for (const auto* c :
         {&rates.x_eighth, &rates.x_half, &rates.x_all, &rates.first_x, &rates.vector}) {
      expect_sane(*c);
    }
  }
  // The same numbers, not others like them.
  const machine again = lacuna::this_machine<float, rows>();
  CHECK(again.fma == m.fma);
  CHECK(again.rates_of(lacuna::pair_layout_name<float>(true)).strips.back().entry ==
        m.rates_of(lacuna::pair_layout_name<float>(true)).strips.back().entry);
}

}  // namespace machine_test
