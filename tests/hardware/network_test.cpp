// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/tensor_core/{network,series_choice,vegeta,device}.hpp
#include <lacuna/hardware/tensor_core.hpp>
#include <lacuna/network/zoo/catalogue.hpp>

#include "support/catch.hpp"

namespace network_test {

using namespace lacuna;
using namespace lacuna::hardware;
namespace tc = lacuna::hardware::tensor_core;

TEST_CASE("a network is the sum of its layers, groups and heads counted", "[hardware][network]") {
  const network::network_shape net =
      network::find_network_shape(GENERATE("mobilenet_v1", "bert_base", "alexnet"));
  const tc::device d = tc::ttc_vegeta_m8();
  const report r = tc::simulate_network(
      d, net, [](const network::layer_shape&) { return tc::layer_patterns{}; });
  CHECK(r.macs.dense == static_cast<double>(net.work().count()));
  std::int64_t cycles = 0;
  double pj = 0;
  for (const network::layer_shape& l : net.layers) {
    const report one = tc::simulate(d, l.gemm(), dense_pattern{});
    cycles += one.cycles.total * l.groups * l.count;
    pj += one.energy_pj() * static_cast<double>(l.groups * l.count);
  }
  CHECK(r.cycles.total == cycles);
  CHECK(r.energy_pj() == Approx(pj));
}

TEST_CASE("a layer that can't be run is named", "[hardware][network]") {
  network::network_shape net{"net", "", {network::linear_shape("fc", 4, 4)}};
  const auto eight = [](const network::layer_shape&) {
    return tc::layer_patterns{n_m_pattern{2, 8}, dense_pattern{}};
  };
  CHECK_THROWS_WITH(tc::simulate_network(tc::sparse_tensor_core(), net, eight),
                    Catch::Contains("net, fc: "));
  net.layers.clear();
  CHECK_THROWS_AS(tc::simulate_network(tc::sparse_tensor_core(), net, eight), shape_error);
}

TEST_CASE("two terms reach 1..6 of 8, and 1..3 of 4", "[hardware][series_choice]") {
  const auto shares = [](const tc::device& d) {
    std::vector<double> out;
    for (const series_pattern& s : tc::reachable_series(d)) {
      CHECK(static_cast<index_t>(s.terms.size()) <= d.max_terms);
      out.push_back(s.share());
    }
    return out;
  };
  CHECK(shares(tc::ttc_vegeta_m8()) ==
        std::vector<double>{1 / 8., 2 / 8., 3 / 8., 4 / 8., 5 / 8., 6 / 8.});
  CHECK(shares(tc::ttc_vegeta_m4()) == std::vector<double>{1 / 4., 2 / 4., 3 / 4.});
  CHECK(shares(tc::ttc_stc_m4()) == std::vector<double>{1 / 2.});
  CHECK(shares(tc::dense_tensor_core()).empty());
}

TEST_CASE("the cheapest series keeps to its budget, and a larger budget never costs more",
          "[hardware][series_choice]") {
  const tc::device d = tc::ttc_vegeta_m8();
  const double density = GENERATE(0.05, 0.2, 0.5, 0.95);
  double share = 1;
  for (const double budget : {0.0, 0.001, 0.01, 0.1, 0.5, 1.0}) {
    const operand_pattern p = tc::cheapest_series(d, density, budget);
    if (const auto* s = std::get_if<series_pattern>(&p))
      CHECK(expected_dropped_share(*s, density) <= budget);
    CHECK(hardware::density(p) <= share);
    share = hardware::density(p);
  }
  CHECK(share == 1 / 8.);
  CHECK(to_string(tc::cheapest_series(d, 0.05, 0.02)) == "2:8");
  CHECK(to_string(tc::cheapest_series(d, 0.5, 0)) == "dense");
}

TEST_CASE("a pattern covers what fits into its blocks whatever the values", "[hardware][device]") {
  CHECK(tc::covers({2, 4}, {1, 4}));
  CHECK(tc::covers({2, 4}, {2, 8}));
  CHECK(tc::covers({4, 8}, {2, 4}));
  CHECK_FALSE(tc::covers({3, 8}, {2, 4}));
  CHECK_FALSE(tc::covers({2, 4}, {3, 8}));
  CHECK_FALSE(tc::covers({2, 4}, {2, 6}));
  CHECK_THROWS_AS(tc::vegeta_tensor_core(3), shape_error);
  CHECK_THROWS_AS(tc::vegeta_tensor_core(32), shape_error);
}

TEST_CASE("VEGETA's instruction counts are exact", "[hardware][vegeta]") {
  CHECK(tc::tile_instructions({16, 128, 16}, 1) == 1);  // the published tile of 1:4
  CHECK(tc::tile_instructions({16, 128, 16}, 2) == 2);
  CHECK(tc::tile_instructions({16, 128, 16}, 4) == 4);
  CHECK(tc::tile_instructions({17, 129, 1}, 1) == 4);
  CHECK_THROWS_AS(tc::tile_instructions({16, 128, 16}, 3), shape_error);
  CHECK_THROWS_AS(tc::tile_instructions({0, 128, 16}, 2), shape_error);
}

TEST_CASE("VEGETA's published speed-ups come out within 10 %", "[hardware][vegeta]") {
  struct row {
    double published, cover;
  };
  const row r =
      GENERATE(row{1.09, 4}, row{2.20, 2}, row{3.74, 1}, row{3.28, tc::expected_row_cover(0.05)},
               row{2.36, tc::expected_row_cover(0.10)});
  double sum = 0;
  int layers = 0;
  for (const network::layer_shape& l : network::bert_base_shape(512).layers) {
    if (!l.has_weights) continue;
    sum += tc::vegeta_cycles(tc::dense_engine(), l.gemm(), 4) /
           tc::vegeta_cycles(tc::vegeta_s_16_2(), l.gemm(), r.cover);
    ++layers;
  }
  CHECK(sum / layers == Approx(r.published).epsilon(0.10));
}

TEST_CASE("the row cover is 1 where nothing is kept and 4 where all is", "[hardware][vegeta]") {
  CHECK(tc::expected_row_cover(0) == 1);
  CHECK(tc::expected_row_cover(1) == 4);
  CHECK(tc::expected_row_cover(0.05, 16) < tc::expected_row_cover(0.05, 32));
}

TEST_CASE("condensing: turns and their fill", "[hardware][outer_product]") {
  CHECK(tc::condense(64, 1, 16).turns == 4);
  CHECK(tc::condense(64, 1, 16).utilisation == 1);
  CHECK(tc::condense(1, 0.3, 16).turns == Approx(0.3));
  CHECK(tc::condense(1, 0.3, 16).utilisation == Approx(0.3 / 16));
  // the dual-side core's published sweep (DSTC, fig. 21): half of A's and 60 % of B's values are
  // zero
  CHECK(tc::condense(32, .5, 8).turns / 4 * tc::condense(32, .4, 16).turns / 2 ==
        Approx(1480. / 4600).epsilon(0.12));
}

}  // namespace network_test
