// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/buffer_plan.hpp>

#include <vector>

#include "network/random_graph.hpp"
#include "support/catch.hpp"

namespace buffer_plan_test {

using namespace lacuna;

namespace {
using reads = std::vector<std::vector<std::size_t>>;
network::buffer_plan plan(const reads& r, bool in_place = false) {
  return network::plan_buffers(
      r.size(), [&](std::size_t id) -> const auto& { return r[id]; },
      [&](std::size_t) { return in_place; });
}
}  // namespace

TEST_CASE("a chain needs two buffers, one when it works in place") {
  const reads chain{{}, {0}, {1}, {2}, {3}};
  CHECK(plan(chain).buffers == 2);
  CHECK(plan(chain, true).buffers == 1);
}

TEST_CASE("no result is overwritten while a reader is to come") {
  // Random graphs; a simulation of who wrote each buffer last.
  const auto seed = GENERATE(range(1, 40));
  const bool in_place = GENERATE(true, false);
  random_source random(static_cast<std::uint64_t>(seed));
  reads r{{}};
  for (std::size_t id = 1; id < 30; ++id) {
    r.emplace_back();
    for (index_t n = 1 + random.below(2); n > 0; --n) {
      const index_t back = 1 + random.below(std::min<index_t>(static_cast<index_t>(id), 6));
      r.back().push_back(id - static_cast<std::size_t>(back));
    }
  }
  const auto p = plan(r, in_place);
  CHECK(p.buffers < 12);
  std::vector<std::size_t> holds(p.buffers, 999);
  for (std::size_t id = 0; id < r.size(); ++id) {
    for (const std::size_t in : r[id]) {
      REQUIRE(holds[p.buffer_of[in]] == in);
      const bool over_input = p.buffer_of[id] == p.buffer_of[in];
      REQUIRE((!over_input || (in_place && in == r[id].front())));
    }
    holds[p.buffer_of[id]] = id;
  }
}

TEST_CASE("ResNet-like graphs run in few buffers") {
  CHECK(network::plan_buffers(lacuna_test::small_network()).buffers <= 3);
}

}  // namespace buffer_plan_test
