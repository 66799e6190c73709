// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/decompose/{search_space,search}.hpp
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>

#include <lacuna/decompose/search.hpp>
#include <lacuna/format/filter.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace search_test {

using lacuna::index_t, lacuna::parse_series_pattern, lacuna::search_space, lacuna::selection;

namespace {

/// Three layers; the second matters most to the quality, the third not at all, though it drops
/// most.
search_space example() {
  search_space s{
      {parse_series_pattern("dense"), parse_series_pattern("4:8"), parse_series_pattern("2:8")},
      {}};
  s.layers.push_back({"a", 100, {0, 0.10, 0.30}, {100, 50, 25}});
  s.layers.push_back({"b", 100, {0, 0.05, 0.20}, {100, 50, 25}});
  s.layers.push_back({"c", 200, {0, 0.40, 0.60}, {200, 100, 50}});
  return s;
}
double quality(const selection& s) {
  const double lost[3][3] = {{0, 0.002, 0.02}, {0, 0.004, 0.1}, {0, 0, 0.0001}};
  return 1 - lost[0][s[0]] - lost[1][s[1]] - lost[2][s[2]];
}

}  // namespace

TEST_CASE("the published search goes by dropped share until the quality fails",
          "[decompose][search]") {
  std::vector<selection> asked;
  const auto r = search_greedy(example(), [&](const selection& s) {
    asked.push_back(s);
    return quality(s);
  });
  // b at 4:8 (0.05), a at 4:8 (0.10), then b at 2:8 (0.20) fails: 0.898 < 0.99.
  CHECK(asked == std::vector<selection>{{0, 0, 0}, {0, 1, 0}, {1, 1, 0}, {1, 2, 0}});
  CHECK(r.chosen == selection{1, 1, 0});
  CHECK(r.quality == Approx(0.994));
  CHECK(r.dense_quality == 1);
  CHECK(r.cost == 0.75);
  CHECK(r.steps.size() == 3);
  CHECK_FALSE(r.steps.back().accepted);
}

TEST_CASE("the search by sensitivity finds what costs nothing and goes on", "[decompose][search]") {
  const auto r = search_by_sensitivity(example(), quality);
  CHECK(r.chosen == selection{1, 1, 2});
  CHECK(r.cost == 0.375);
  CHECK(r.quality >= 0.99);
}

TEST_CASE("no search returns less than the least quality", "[decompose][search]") {
  const double least = GENERATE(0.0, 0.9, 0.99, 0.995, 1.0);
  const lacuna::search_options o{least, {}, nullptr};
  const auto space = example();
  for (const auto& r : {search_greedy(space, quality, o), search_by_sensitivity(space, quality, o),
                        search_by_density(space, {0.4, 0.5, 0.2}, quality, o)}) {
    CHECK(r.quality == quality(r.chosen));
    CHECK(r.quality >= least * r.dense_quality);
    CHECK(r.cost == lacuna::cost_share(space, r.chosen));
  }
}

TEST_CASE("activations take the series next above their density", "[decompose][search]") {
  const auto menu = lacuna::tasd_m8_menu();  // dense, 1:8, 2:8, 3:8, 4:8, 5:8, 6:8
  CHECK(series_for_density(menu, 0.30, 0.0) == 3);
  CHECK(series_for_density(menu, 0.30, 0.1) == 4);
  CHECK(series_for_density(menu, 0.30, -0.2) == 1);
  CHECK(series_for_density(menu, 0.80, 0.0) == 0);
  // The margin shrinks until the quality fails.
  const auto r = search_by_density(example(), {0.45, 0.45, 0.2}, quality);
  CHECK(r.chosen == selection{1, 1, 2});
}

TEST_CASE("a search that was broken off goes on where it stopped", "[decompose][search]") {
  lacuna::quality_memory memory;
  lacuna::search_options o;
  o.memory = &memory;
  int calls = 0;
  const auto breaks = [&](const selection& s) {
    if (++calls == 4) throw std::runtime_error("the power failed");
    return quality(s);
  };
  CHECK_THROWS_WITH(search_by_sensitivity(example(), breaks, o), "the power failed");
  CHECK(memory.size() == 3);
  int later = 0;
  const auto r = search_by_sensitivity(
      example(), [&](const selection& s) { return ++later, quality(s); }, o);
  CHECK(r.chosen == search_by_sensitivity(example(), quality).chosen);
  CHECK(static_cast<std::size_t>(later) + 3 == memory.size());
}

TEST_CASE("progress sees every selection that is tried, and the best so far",
          "[decompose][search]") {
  const auto space = example();
  const auto search = [&](int which, const auto& ask, const lacuna::search_options& o) {
    if (which == 0) return search_greedy(space, ask, o);
    if (which == 1) return search_by_sensitivity(space, ask, o);
    return search_by_density(space, {0.45, 0.45, 0.2}, ask, o);
  };
  const int which = GENERATE(0, 1, 2);
  CAPTURE(which);
  std::set<selection> asked;
  std::set<selection> seen{{0, 0, 0}};  // dense is asked and no step
  std::size_t last = 0;
  selection best{0, 0, 0};
  lacuna::search_options o;
  o.progress = [&](const lacuna::search_result& so_far, std::size_t most) {
    CHECK(so_far.steps.size() == ++last);
    CHECK(last <= most);
    const lacuna::search_step& step = so_far.steps.back();
    CHECK(step.quality == quality(step.chosen));
    CHECK(step.cost == lacuna::cost_share(space, step.chosen));
    if (step.accepted) best = step.chosen;
    // Also where this step failed: what a file of the search says must hold.
    CHECK(so_far.chosen == best);
    CHECK(so_far.quality == quality(best));
    CHECK(so_far.cost == lacuna::cost_share(space, best));
    CHECK(so_far.dense_quality == 1);
    seen.insert(step.chosen);
    CHECK(seen == asked);
  };
  const auto ask = [&](const selection& s) { return asked.insert(s), quality(s); };
  const auto r = search(which, ask, o);
  CHECK(r.steps.size() == last);
  CHECK(r.chosen == best);
}

TEST_CASE("the search by sensitivity tries each series of each layer alone first",
          "[decompose][search]") {
  const auto r = search_by_sensitivity(example(), quality);
  REQUIRE(r.steps.size() > 6);
  for (std::size_t i = 0; i < 6; ++i) {
    selection alone{0, 0, 0};
    alone[i / 2] = i % 2 + 1;
    CHECK(r.steps[i].chosen == alone);
    CHECK_FALSE(r.steps[i].accepted);
  }
}

TEST_CASE("layers are measured: dropped shares fall as series keep more", "[decompose][search]") {
  const auto menu = lacuna::tasd_m8_menu();
  const lacuna::filter<lacuna::dense_matrix<float>> w{test::random_matrix<float>(16, 9 * 16), 16, 3,
                                                      3};
  const auto layer = measure_layer("conv", w, 1000, menu);
  CHECK(layer.dropped[0] == 0);
  CHECK(layer.cost[0] == 1000);
  for (std::size_t s = 2; s < menu.size(); ++s) {
    CHECK(layer.dropped[s] <= layer.dropped[s - 1]);
    CHECK(layer.cost[s] > layer.cost[s - 1]);
  }
  // Smaller than a group of 8: nothing to choose.
  const auto small = measure_layer("first", test::random_matrix<float>(16, 3), 10, menu);
  CHECK(small.dropped[1] > 1);
  CHECK(lacuna::select_by_budget({menu, {layer, small}}, 0.1)[1] == 0);
  CHECK(lacuna::select_by_budget({menu, {layer, small}}, 1.0)[0] == 1);
  // A series that is none of any layer is an error, not a layer that is too small for it.
  CHECK_THROWS_AS(measure_layer("conv", w, 1, {parse_series_pattern("8x8+2:4")}),
                  lacuna::shape_error);
  auto bad = test::random_matrix<float>(16, 8);
  bad(3, 4) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(measure_layer("odd", bad, 1, menu), Catch::StartsWith("odd: "));
}

TEST_CASE("a fingerprint tells every part of a space apart", "[decompose][search]") {
  const auto space = example();
  CHECK(fingerprint(space) == fingerprint(example()));
  // By hand: FNV-1a of 24 zero bytes, the three lengths of nothing.
  CHECK(fingerprint(search_space{}) == 0x81d23fd7003c2305);
  std::set<std::uint64_t> all{fingerprint(space)};
  const auto changed = [&](const auto& change) {
    auto other = space;
    change(other);
    CHECK(all.insert(fingerprint(other)).second);
  };
  changed([](search_space& s) { s.layers[1].name = "B"; });
  changed([](search_space& s) { s.layers[1].work += 1; });
  changed([](search_space& s) { s.layers[1].dropped[2] = std::nextafter(0.20, 1.0); });
  changed([](search_space& s) { s.layers[2].cost[1] = std::nextafter(100.0, 0.0); });
  changed([](search_space& s) { s.menu[2] = parse_series_pattern("2:8+1:8"); });
  changed([](search_space& s) { s.menu.pop_back(); });
  changed([](search_space& s) { s.layers.pop_back(); });
  changed([](search_space& s) { std::swap(s.layers[0], s.layers[1]); });
  changed([](search_space& s) { s.layers[0].name = "ab", s.layers[1].name = ""; });
  changed([](search_space& s) { s.about = "activations"; });
}

TEST_CASE("spaces that don't fit and qualities that are none are refused", "[decompose][search]") {
  CHECK_THROWS_AS(search_greedy(search_space{}, quality), lacuna::shape_error);
  auto space = example();
  space.layers[1].cost.pop_back();
  CHECK_THROWS_WITH(search_greedy(space, quality), Catch::Contains("layer b"));
  const auto nan = [](const selection&) { return std::nan(""); };
  CHECK_THROWS_AS(search_greedy(example(), nan), lacuna::format_error);
  CHECK_THROWS_AS(search_by_density(example(), {0.5}, quality), lacuna::shape_error);
}

}  // namespace search_test
