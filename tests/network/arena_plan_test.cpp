// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/arena_plan.hpp>

#include <vector>

#include "support/catch.hpp"

#include <lacuna/core/random.hpp>

namespace arena_plan_test {

using namespace lacuna;

namespace {
using reads = std::vector<std::vector<std::size_t>>;
using sizes = std::vector<index_t>;

network::arena_plan plan(const reads& r, const sizes& size, bool in_place = false) {
  return network::plan_arena(
      r.size(), [&](std::size_t id) -> const auto& { return r[id]; },
      [&](std::size_t id) {
        return in_place && !r[id].empty() ? std::optional(r[id].size() - 1) : std::nullopt;
      },
      [&](std::size_t id) { return size[id]; });
}
}  // namespace

TEST_CASE("a chain takes as much room as its two largest neighbours, in place as its largest") {
  const reads chain{{}, {0}, {1}, {2}, {3}};
  CHECK(plan(chain, {0, 8, 3, 5, 0}).size == 11);
  CHECK(plan(chain, {4, 4, 4, 4, 4}).size == 8);
  CHECK(plan(chain, {4, 4, 4, 4, 4}, true).size == 4);
}

TEST_CASE("large results share one place, small ones lie in the gaps beside them") {
  // Two large ones one after the other; 1 and 5 outlive them in turn, 2 and 4 are passing.
  const reads r{{}, {0}, {1}, {1, 2}, {3}, {4}, {1, 5}};
  const auto p = plan(r, {9, 2, 1, 9, 1, 2, 0});
  CHECK(p.offset_of == std::vector<index_t>{0, 9, 11, 0, 11, 0, 0});
  CHECK(p.size == 12);
}

TEST_CASE("what is of another size, or read later, is not written over") {
  const reads r{{}, {0}, {1}, {1}};
  const auto p = plan(r, {2, 2, 2, 3}, true);
  CHECK(p.offset_of[1] == p.offset_of[0]);
  CHECK(p.offset_of[2] != p.offset_of[1]);
  CHECK(p.offset_of[3] != p.offset_of[1]);
}

TEST_CASE("an input that is not in the arena is not written over") {
  const auto p = plan({{}, {0}, {1}}, {0, 2, 0}, true);
  CHECK(p.size == 2);
}

TEST_CASE("in the arena nothing is written over while a reader is to come") {
  // Random graphs; a simulation of who wrote each value last.
  const auto seed = GENERATE(range(1, 40));
  const bool in_place = GENERATE(true, false);
  random_source random(static_cast<std::uint64_t>(seed));
  reads r{{}};
  sizes size{1 + random.below(4)};
  for (std::size_t id = 1; id < 30; ++id) {
    r.emplace_back();
    for (index_t n = 1 + random.below(2); n > 0; --n) {
      const index_t back = 1 + random.below(std::min<index_t>(static_cast<index_t>(id), 6));
      r.back().push_back(id - static_cast<std::size_t>(back));
    }
    size.push_back(random.below(5));
  }
  const auto p = plan(r, size, in_place);
  CHECK(p.size < 40);
  std::vector<std::size_t> holds(static_cast<std::size_t>(p.size), 999);
  for (std::size_t id = 0; id < r.size(); ++id) {
    for (const std::size_t in : r[id]) {
      for (index_t v = 0; v < size[in]; ++v) {
        REQUIRE(holds[static_cast<std::size_t>(p.offset_of[in] + v)] == in);
      }
      const bool apart = p.offset_of[id] + size[id] <= p.offset_of[in] ||
                         p.offset_of[in] + size[in] <= p.offset_of[id];
      REQUIRE((apart || (in_place && in == r[id].back() && size[id] == size[in])));
    }
    for (index_t v = 0; v < size[id]; ++v) {
      holds[static_cast<std::size_t>(p.offset_of[id] + v)] = id;
    }
  }
}

}  // namespace arena_plan_test
