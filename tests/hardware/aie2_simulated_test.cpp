// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/simulated: layers and networks.
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <lacuna/hardware/aie2/simulated/simulate_layer.hpp>

#include "support/catch.hpp"

namespace aie2_simulated_test {

using namespace lacuna;
using namespace lacuna::hardware::aie2;

TEST_CASE("random masks keep a fixed number of blocks and even ones as many in each row") {
  for (const double density : {0.5, 0.25, 0.3}) {
    const weight_mask random(12, 40, density, mask_kind::random, 7);
    const weight_mask even(12, 40, density, mask_kind::even, 7);
    index_t kept = 0;
    bool differs = false;
    for (index_t r = 0; r < 12; ++r) {
      kept += random.count(r, 0, 40);
      differs = differs || random.count(r, 0, 40) != random.count(0, 0, 40);
      CHECK(even.count(r, 0, 40) == static_cast<index_t>(40 * density + 0.5));
      for (index_t part = 0; part < 4; ++part) {
        CHECK(std::abs(static_cast<double>(even.count(r, part * 10, part * 10 + 10)) -
                       10 * density) <= 1.5);
      }
    }
    CHECK(kept == static_cast<index_t>(12 * 40 * density + 0.5));
    CHECK(differs);
  }
}

namespace {

workload_layer layer_of(index_t in, index_t side, index_t out, index_t kernel, index_t stride,
                        double density) {
  return {layer_kind::convolution,
          network::conv_shape(message("conv ", in, "-", out, " k", kernel, " s", stride), in, side,
                              out, kernel, stride, kernel / 2),
          density, 0};
}

struct shape_case {
  index_t in, side, out, kernel, stride;
};
const std::vector<shape_case> shapes{{64, 14, 64, 1, 1}, {32, 14, 64, 3, 1}, {64, 15, 32, 3, 2},
                                     {3, 20, 16, 7, 2},  {24, 9, 40, 1, 2},  {512, 7, 64, 3, 1}};

}  // namespace

TEST_CASE("a simulated layer's causes sum to its time, which no bound undercuts") {
  const device d = mesh(4);
  const estimator estimate(d);
  core_timer timer(d);
  const double density = GENERATE(1.0, 0.5);
  const bool dram = GENERATE(false, true);
  for (const shape_case& c : shapes) {
    const workload_layer l = layer_of(c.in, c.side, c.out, c.kernel, c.stride, density);
    const mapped_layer m = search_mapping(estimate, l, {dram, dram});
    for (const mask_kind mask : {mask_kind::random, mask_kind::even}) {
      simulation_options o;
      o.mask = mask;
      o.candidates = 3;
      const simulated_layer s = simulate_layer(estimate, timer, l, m.chosen, o);
      CAPTURE(l.shape.name, density, dram, static_cast<int>(mask));
      CHECK(s.cycles() == Approx(s.flow.cycles).epsilon(1e-9));
      for (const double cycles : s.by_cause) CHECK(cycles >= -1e-6);
      // Not the estimate's rounded-up lanes: the kernel may waste fewer of them.
      CHECK(s[layer_cause::multiply] == Approx(m.cost[layer_cause::multiply]));
      CHECK(s.cycles() >= m.cost[layer_cause::multiply]);
      CHECK(s.cycles() >= s.compute);
      CHECK(s.compute >= s.mean_compute);
      double moved = 0;
      for (const transfer_time& t : s.flow.transfers) {
        CHECK(t.busy <= s.cycles() + 1e-6);
        moved += static_cast<double>(t.bytes);
      }
      CHECK(moved > facts_of(l).weight_bytes);
      if (density == 1) CHECK(s[layer_cause::imbalance] == 0);
    }
  }
}

TEST_CASE("balanced halves of the blocks take no longer than all of them or than random halves") {
  const device d = mesh(4);
  const estimator estimate(d);
  core_timer timer(d);
  for (const shape_case& c : shapes) {
    if (c.in < 16) continue;  // one block of inputs: nothing to halve evenly
    const workload_layer dense = layer_of(c.in, c.side, c.out, c.kernel, c.stride, 1);
    const workload_layer half = layer_of(c.in, c.side, c.out, c.kernel, c.stride, 0.5);
    const mapping m = search_mapping(estimate, dense).chosen;
    simulation_options o;
    const double all = simulate_layer(estimate, timer, dense, m, o).cycles();
    const mapping mh = search_mapping(estimate, half).chosen;
    const double random = simulate_layer(estimate, timer, half, mh, o).cycles();
    o.mask = mask_kind::even;
    const simulated_layer even = simulate_layer(estimate, timer, half, mh, o);
    CAPTURE(dense.shape.name);
    CHECK(even.cycles() <= all);
    // A random row may keep all its blocks, and sparse rows have steps of their own: 4 bytes a 64.
    CHECK(random <= all * 68 / 64);
    CHECK(even.cycles() <= random);
    CHECK(even.cycles() >= 0.45 * all);
  }
}

TEST_CASE("equal iterations take equally long: running each on its own data changes nothing") {
  const device d = mesh(2);
  const estimator estimate(d);
  for (const double density : {1.0, 0.5}) {
    const workload_layer l = layer_of(32, 12, 32, 3, 1, density);
    const mapping m = search_mapping(estimate, l, {true, true}).chosen;
    core_timer once(d);
    core_timer each(d, false);
    simulation_options o;
    o.candidates = 1;
    const simulated_layer a = simulate_layer(estimate, once, l, m, o);
    const simulated_layer b = simulate_layer(estimate, each, l, m, o);
    CHECK(each.executed() > once.executed());
    CHECK(a.cycles() == Approx(b.cycles()).epsilon(0.002));
  }
}

TEST_CASE("a network's third column is the sum of its simulated layers") {
  workload net{"three", "made up", {}};
  net.layers.push_back(layer_of(16, 12, 32, 3, 1, 0.5));
  net.layers.push_back(
      {layer_kind::pooling, network::conv_shape("maxpool", 32, 12, 32, 3, 2, 1), 1});
  net.layers.push_back({layer_kind::addition, network::conv_shape("add", 32, 6, 32, 1, 1, 0), 1});
  net.layers.push_back(
      {layer_kind::pooling, network::conv_shape("avgpool", 32, 6, 32, 6, 6, 0), 1});
  const device d = mesh(4);
  network_estimate n = estimate_network(net, d);
  CHECK_FALSE(n.simulated());
  const std::vector<simulated_layer> layers = simulate_network(n, d);
  REQUIRE(layers.size() == 4);
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(layers[i].cycles() > 0);
    CHECK(*n.layers[i].simulated == layers[i].cycles());
    sum += layers[i].cycles();
  }
  REQUIRE(n.simulated());
  CHECK(*n.simulated() == Approx(sum));
}

TEST_CASE("every layer runs on every mesh, however many cores share a memory tile's channels") {
  const device d = mesh(GENERATE(2, 3, 5, 6, 7, 8));
  const estimator estimate(d);
  core_timer timer(d);
  const bool dram = GENERATE(false, true);
  std::vector<workload_layer> layers{
      layer_of(64, 14, 128, 3, 1, 1),
      layer_of(64, 7, 256, 1, 1, 0.5),
      {layer_kind::pooling, network::conv_shape("maxpool", 64, 14, 64, 3, 2, 1)},
      {layer_kind::addition, network::conv_shape("add", 128, 14, 128, 1, 1, 0)}};
  for (const workload_layer& l : layers) {
    const mapping m = search_mapping(estimate, l, {dram, dram}).chosen;
    simulation_options o;
    o.candidates = 2;
    const simulated_layer s = simulate_layer(estimate, timer, l, m, o);
    CAPTURE(d.name, l.shape.name, dram);
    CHECK(s.cycles() == Approx(s.flow.cycles).epsilon(1e-9));
    CHECK(s.cycles() >= s.compute);
    // All results crossed to the memory tiles, each once.
    double results = 0;
    for (const transfer_time& t : s.flow.transfers) {
      CHECK(t.busy <= s.cycles() + 1e-6);
      if (t.name.starts_with("results of core")) results += static_cast<double>(t.bytes);
    }
    const layer_facts f = facts_of(l);
    CHECK(results >= static_cast<double>(f.out_h * f.out_w * f.out));
  }
}

TEST_CASE("what an array or a core can't do is refused") {
  const workload_layer l = layer_of(64, 14, 128, 3, 1, 1);
  const auto refusal = [&](const device& d, const mapping& m) {
    const estimator estimate(d);
    core_timer timer(d);
    try {
      static_cast<void>(simulate_layer(estimate, timer, l, m));
    } catch (const unsupported_error& e) {
      return std::string(e.what());
    }
    return std::string("not refused");
  };
  const mapping on_4x4 = search_mapping(estimator(mesh(4)), l).chosen;
  device d = mesh(4);
  d.memory.bytes = 2048;
  CHECK_THAT(refusal(d, on_4x4), Catch::Contains(l.shape.name) &&
                                     Catch::Contains("core memory, bytes: needs") &&
                                     Catch::Contains("has 2048"));
  d = mesh(4);
  d.core.program_bytes = 256;
  CHECK_THAT(refusal(d, on_4x4), Catch::Contains("program") && Catch::Contains("256"));
  d = mesh(8);
  d.transport.packet_ids = 1;  // eight results share four wires
  CHECK_THAT(refusal(d, search_mapping(estimator(d), l).chosen),
             Catch::Contains("packet stream results of column 0") &&
                 Catch::Contains("2 transfers share it, it carries 1"));
  d = mesh(4);
  d.memory_tile.locks = 4;
  CHECK_THAT(refusal(d, on_4x4),
             Catch::Contains("memory tile (0, 0)") && Catch::Contains("locks, 4x4 mesh has 4"));
}

}  // namespace aie2_simulated_test
