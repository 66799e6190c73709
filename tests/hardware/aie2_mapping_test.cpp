// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/{buffer_placement,core_cycles,mapping,mapping_search}.hpp
#include <cmath>
#include <random>

#include <lacuna/hardware/aie2/layer_report.hpp>
#include <lacuna/hardware/aie2/layer_timeline.hpp>

#include "support/catch.hpp"

namespace aie2_mapping_test {

using lacuna::index_t;
namespace aie2 = lacuna::hardware::aie2;
namespace network = lacuna::network;

namespace {

aie2::workload_layer convolution(index_t in, index_t side, index_t out, index_t kernel,
                                 double density = 1, index_t stride = 1) {
  return {aie2::layer_kind::convolution,
          network::conv_shape("conv", in, side, out, kernel, stride, kernel / 2), density, 0};
}

}  // namespace

TEST_CASE("buffers never overlap, and loads meet in a bank only where they must",
          "[hardware][aie2]") {
  const aie2::data_memory_parameters memory;
  std::mt19937 random(5);
  std::uniform_int_distribution<index_t> size(0, 30000);
  int placed = 0, refused = 0;
  for (int i = 0; i < 3000; ++i) {
    aie2::core_buffers b{size(random), size(random), size(random), size(random) / 4, 1024};
    aie2::buffer_placement p;
    if (!place_buffers(b, memory, p)) {
      ++refused;
      CHECK(b.total() + 5 * 32 > memory.bytes);  // only rounding to vectors is lost
      continue;
    }
    ++placed;
    const aie2::buffer_range all[] = {p.weights, p.accumulators, p.output, p.reserved, p.input};
    for (std::size_t k = 0; k + 1 < 5; ++k) CHECK(all[k].end <= all[k + 1].begin);
    CHECK(p.input.end <= memory.bytes);
    CHECK(p.input.begin % 32 == 0);
    const auto last_bank = [&](const aie2::buffer_range& r) {
      return memory.logical_bank_of(r.end - 1);
    };
    if (b.weights > 0 && b.input > 0) {
      CHECK(p.loads_conflict == (last_bank(p.weights) >= memory.logical_bank_of(p.input.begin)));
    }
  }
  CHECK(placed > 100);
  CHECK(refused > 100);
  // The published systems' buffers: 16 KB each of input, weights, output: a logical bank each.
  aie2::buffer_placement p;
  REQUIRE(place_buffers({16384, 16384, 16384, 0, 11264 / 8}, memory, p));
  CHECK_FALSE(p.loads_conflict);
  CHECK_FALSE(p.stores_conflict);
}

TEST_CASE("a core's cycles follow from loads, lanes and accumulators", "[hardware][aie2]") {
  const aie2::device d = aie2::mesh(4);
  // 8 groups of 4 pixels on 8 accumulators: 8 VMACs a block, loads (8 + 2) / 2 hide behind them.
  const aie2::core_cycles full = aie2::convolution_cycles(d, 8, 10, 1, false, false, false);
  CHECK(full.multiply == 80);
  CHECK(full.load == 0);
  // One 8-pixel block is 2 groups: with an index load 5 loads take 3 cycles for 2 VMACs (67 %).
  const aie2::core_cycles one = aie2::convolution_cycles(d, 2, 10, 1, true, false, false);
  CHECK(one.multiply == 20);
  CHECK(one.load == 10);
  // Two groups without index: 4 loads in 2 cycles.
  CHECK(aie2::convolution_cycles(d, 2, 10, 1, false, false, false).load == 0);
  // A single group waits for its own accumulator: 2 cycles a VMAC.
  CHECK(aie2::convolution_cycles(d, 1, 10, 1, false, false, false).load == 10);
  // Half of the blocks, half of the multiplications; sharing a bank costs two stalls a block.
  CHECK(aie2::convolution_cycles(d, 8, 5, 1, true, false, false).multiply == 40);
  CHECK(aie2::convolution_cycles(d, 8, 10, 1, false, false, true).conflict == 20);
  CHECK(aie2::convolution_cycles(d, 0, 10, 1, false, false, false).multiply == 0);
}

TEST_CASE("the fullest of random cores is where sampling puts it", "[hardware][aie2]") {
  const std::vector<double> largest = aie2::expected_largest(304);
  REQUIRE(largest.size() == 305);
  const double pi = std::acos(-1.0);
  CHECK(largest[0] == 0);
  CHECK(largest[1] == 0);
  CHECK(largest[2] == Approx(1 / std::sqrt(pi)).epsilon(1e-9));
  CHECK(largest[3] == Approx(1.5 / std::sqrt(pi)).epsilon(1e-9));
  CHECK(largest[100] == Approx(2.50759).epsilon(3e-6));  // Harter, Biometrika 48, 1961
  CHECK(aie2::mask_imbalance(64, 1, 4, 1) == 0);
  // 4 cores of 256 blocks, half of all 1024 kept: shuffle and look.
  constexpr index_t cores = 4, blocks = 256;
  std::vector<int> mask(static_cast<std::size_t>(cores * blocks), 0);
  std::fill(mask.begin(), mask.begin() + cores * blocks / 2, 1);
  std::mt19937 random(11);
  double sum = 0;
  constexpr int samples = 3000;
  for (int s = 0; s < samples; ++s) {
    std::shuffle(mask.begin(), mask.end(), random);
    int fullest = 0;
    for (index_t c = 0; c < cores; ++c) {
      const auto from = mask.begin() + c * blocks;
      fullest = std::max(fullest, std::accumulate(from, from + blocks, 0));
    }
    sum += fullest;
  }
  const double sampled = sum / samples / (blocks / 2.0) - 1;
  const double expected =
      aie2::mask_imbalance(blocks, 0.5, cores, largest[static_cast<std::size_t>(cores)]);
  CHECK(sampled == Approx(expected).epsilon(0.05));
}

TEST_CASE("a measured imbalance is what the fullest core has more, and is what is charged",
          "[hardware][aie2]") {
  const std::vector<index_t> rows{4, 4, 8, 0, 4, 4};
  CHECK(aie2::measured_imbalance(rows, 1) == 0);
  CHECK(aie2::measured_imbalance(rows, 3) == 0);  // 8, 8, 8
  CHECK(aie2::measured_imbalance(rows, 2) == Approx(16.0 / 12 - 1));
  CHECK(aie2::measured_imbalance(rows, 6) == Approx(1));
  CHECK(aie2::measured_imbalance(rows, 60) == Approx(1));
  CHECK(aie2::measured_imbalance(std::vector<index_t>{}, 4) == 0);
  CHECK(aie2::measured_imbalance(std::vector<index_t>{0, 0}, 4) == 0);
  CHECK_THROWS_AS(aie2::measured_imbalance(rows, 0), lacuna::shape_error);

  const aie2::estimator estimate(aie2::mesh(4));
  aie2::workload_layer l = convolution(128, 28, 128, 3, 0.5);
  const aie2::mapping m = search_mapping(estimate, l).chosen;
  l.imbalance = 0.25;
  const aie2::layer_estimate e = estimate(l, aie2::facts_of(l), m);
  const double uneven = e[aie2::layer_cause::imbalance];
  CHECK(uneven == Approx(0.25 * (e.multiply_cycles + e[aie2::layer_cause::load] +
                                 e[aie2::layer_cause::conflict])));
  l.imbalance = 0;
  CHECK(estimate(l, aie2::facts_of(l), m)[aie2::layer_cause::imbalance] == 0);
  l.imbalance = -0.1;
  CHECK_THROWS_AS(aie2::facts_of(l), lacuna::shape_error);
}

TEST_CASE("a mapping covers its layer, fits, and is no faster than any resource",
          "[hardware][aie2]") {
  const index_t in = GENERATE(1, 8, 31, 512);
  const index_t out = GENERATE(1, 64, 520);
  const index_t side = GENERATE(1, 7, 57);
  const index_t kernel = GENERATE(1, 3, 7);
  const double density = GENERATE(1.0, 0.5);
  const aie2::device d = GENERATE(aie2::mesh(3), aie2::phoenix());
  const aie2::workload_layer l = convolution(in, side, out, kernel, density);
  const aie2::estimator estimate(d);
  const aie2::mapped_layer m = search_mapping(estimate, l, {true, true});
  const aie2::mapping& c = m.chosen;
  CHECK(c.row_tiles * c.output.h >= side);
  CHECK(c.width_tiles * c.output.w * c.width_parts >= side);
  CHECK(c.width_parts * c.channel_parts <= d.cols);
  CHECK(c.channel_tiles * c.output.c * d.core_rows * c.channel_parts >= out);
  CHECK(c.reduction_tiles * c.weights.in >= in);
  CHECK(c.buffers.total() <= d.memory.bytes);
  for (const double cycles : m.cost.by_cause) CHECK(cycles >= 0);
  CHECK(m.cost.macs == Approx(static_cast<double>(l.shape.work().count()) * density));
  const lacuna::hardware::report r = report_of(d.name, l, m);
  CHECK_NOTHROW(require_consistent(r));
  CHECK(aie2::roofline_of(m.cost).distance >= 1 - 1e-9);
  const aie2::utilisation u = utilisation_of(m.cost);
  for (const double share : {u.multipliers, u.vector_unit, u.load_units, u.input_channel,
                             u.weight_channel, u.output_channel, u.dram}) {
    CHECK(share >= 0);
    CHECK(share <= 1 + 1e-9);
  }
  CHECK(u.multipliers <= u.vector_unit + 1e-9);
}

TEST_CASE("the closed form is what the events add up to", "[hardware][aie2]") {
  const aie2::device d = aie2::mesh(GENERATE(2, 5, 8));
  const double density = GENERATE(1.0, 0.5);
  const aie2::estimator estimate(d);
  double closed = 0, events = 0;
  for (const aie2::workload_layer& l :
       {convolution(64, 56, 64, 3, density), convolution(256, 56, 64, 1, density),
        convolution(512, 7, 512, 3, density), convolution(128, 56, 128, 3, density, 2),
        convolution(1024, 14, 256, 1, density), aie2::detail::pooling("pool", 64, 112, 3, 2, 1)}) {
    const aie2::mapped_layer m = search_mapping(estimate, l);
    double end = 0;
    const auto t = timeline_of(estimate, l, m.chosen, 20, &end);
    CHECK(t.events.size() <= 4 * 20);
    const double on_chip = m.cost.cycles() - m.cost[aie2::layer_cause::dram];
    CHECK(end == Approx(on_chip).epsilon(0.10));
    closed += on_chip;
    events += end;
    // A unit does one thing at a time.
    std::vector<double> busy_until(t.tracks.size(), 0);
    for (const auto& e : t.events) {
      CHECK(e.start >= busy_until[static_cast<std::size_t>(e.track)] - 1e-6);
      busy_until[static_cast<std::size_t>(e.track)] = e.start + e.cycles;
    }
  }
  CHECK(events == Approx(closed).epsilon(0.02));
}

TEST_CASE("the search is no worse than any mapping drawn at random", "[hardware][aie2]") {
  const aie2::device d = aie2::mesh(4);
  const aie2::estimator estimate(d);
  const aie2::workload_layer l = convolution(128, 28, 128, 3, 0.5);
  const aie2::layer_facts f = aie2::facts_of(l);
  const double best = search_mapping(estimate, l).cost.cycles();
  std::mt19937 random(3);
  const auto draw = [&](index_t from, index_t to) {
    return std::uniform_int_distribution<index_t>(from, to)(random);
  };
  int fitted = 0;
  for (int i = 0; i < 4000; ++i) {
    aie2::mapping m;
    m.width_parts = draw(1, 4);
    m.channel_parts = d.cols / m.width_parts;
    m.output = {draw(1, 28), draw(1, 28), 8 * draw(1, 4)};
    m.weights.in = 8 * draw(1, 16);
    if (!aie2::detail::complete(d, l, f, m)) continue;
    m.order = m.reduction_tiles > 1 || draw(0, 1) == 0 ? aie2::loop_order::pixels_stay
                                                       : aie2::loop_order::weights_stay;
    double least = 0;
    if (!aie2::detail::settle(d, l, f, {}, m, least)) continue;
    ++fitted;
    CHECK(estimate(l, f, m).cycles() >=
          0.95 * best);  // the search's grid is coarser than all sizes
  }
  CHECK(fitted > 500);
}

TEST_CASE("what can't be mapped is refused with layer, resource and amount", "[hardware][aie2]") {
  aie2::device d = aie2::mesh(4);
  aie2::workload_layer l = convolution(64, 56, 64, 3);
  l.shape.name = "conv9";
  d.memory.bytes = 1024;
  try {
    static_cast<void>(search_mapping(aie2::estimator(d), l));
    FAIL("expected capacity_error");
  } catch (const aie2::capacity_error& e) {
    CHECK(e.layer() == "conv9");
    CHECK(e.resource() == "core memory, bytes");
    CHECK(e.needed() > e.available());
    CHECK(e.available() == 1024);
  }
  d = aie2::mesh(4);
  l.live_bytes = 5 * d.memory_tile.bytes;
  try {
    static_cast<void>(search_mapping(aie2::estimator(d), l));
    FAIL("expected capacity_error");
  } catch (const aie2::capacity_error& e) {
    CHECK(e.resource() == "memory tile, bytes a column");
    CHECK(e.needed() > e.available());
  }
  const aie2::estimator estimate(aie2::mesh(4));
  CHECK_THROWS_AS(search_mapping(estimate, convolution(0, 8, 8, 1)), lacuna::shape_error);
  aie2::workload_layer no_room = convolution(8, 2, 8, 1);
  no_room.shape.window.kernel_h = 5;
  CHECK_THROWS_AS(search_mapping(estimate, no_room), lacuna::shape_error);
  CHECK_THROWS_AS(search_mapping(estimate, convolution(8, 8, 8, 1, 0)), lacuna::shape_error);
  CHECK_THROWS_AS(search_mapping(estimate, convolution(8, 8, 8, 1, std::nan(""))),
                  lacuna::shape_error);
  CHECK_THROWS_AS(search_mapping(estimate, convolution(index_t{1} << 30, 1 << 15, 8, 1)),
                  lacuna::shape_error);
  aie2::workload_layer grouped = convolution(64, 8, 64, 3);
  grouped.shape.groups = 64;
  aie2::workload_layer heads = convolution(64, 8, 64, 1);
  heads.shape.count = 12;
  CHECK_THROWS_AS(search_mapping(estimate, heads), lacuna::unsupported_error);
  CHECK_THROWS_AS(search_mapping(estimate, grouped), lacuna::unsupported_error);
}

}  // namespace aie2_mapping_test
