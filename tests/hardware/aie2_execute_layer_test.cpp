// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/simulated/execute_layer: mapped layers bit for bit the
// reference kernels, and layers of series simulated.
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <lacuna/decompose/decompose.hpp>
#include <lacuna/hardware/aie2/simulated/execute_layer.hpp>
#include <lacuna/hardware/aie2/simulated/simulate_layer.hpp>
#include <lacuna/kernel/reference/conv2d.hpp>
#include <lacuna/prune/prune.hpp>

#include "support/catch.hpp"
#include "support/sanitized.hpp"

namespace aie2_execute_layer_test {

using namespace lacuna;
using namespace lacuna::hardware::aie2;

namespace {

using half_of_blocks = at_most<block<8, 8>, 50>;

struct shape_case {
  index_t in, side, out, kernel, stride;
};
// Channels and pixels that no tile divides evenly, strides, one tile and several, split reductions.
const std::vector<shape_case> shapes{
    {64, 8, 64, 1, 1}, {24, 9, 40, 3, 1}, {48, 15, 24, 3, 2}, {19, 7, 21, 5, 1}, {40, 9, 72, 1, 2}};

workload_layer layer_of(const shape_case& c, const char* pattern) {
  workload_layer l{
      layer_kind::convolution,
      network::conv_shape(message("conv ", c.in, "-", c.out, " k", c.kernel, " s", c.stride), c.in,
                          c.side, c.out, c.kernel, c.stride, c.kernel / 2)};
  l.series = parse_series_pattern(pattern);
  return l;
}

tensor<std::int8_t> random_tensor(extents4 e, unsigned seed) {
  tensor<std::int8_t> t(e);
  std::mt19937 g(seed);
  for (auto& v : t) v = static_cast<std::int8_t>(static_cast<int>(g() % 255) - 127);
  return t;
}

/// Values of a layer, executed on `m`, that the reference gives otherwise.
template <class Filter>
index_t wrong_values(const device& d, const workload_layer& l, const mapping& m, const Filter& f) {
  const network::layer_shape& s = l.shape;
  const tensor<std::int8_t> x = random_tensor({1, s.in, s.h, s.w}, 3);
  std::vector<std::int32_t> bias(static_cast<std::size_t>(s.out));
  std::mt19937 g(5);
  for (auto& v : bias) v = static_cast<std::int32_t>(g() % 20000) - 10000;
  tensor<std::int32_t> sums({1, s.out, s.out_h(), s.out_w()});
  lacuna::kernel::reference::conv2d(f, s.window, x, sums);
  convolution_options how;
  how.relu = true;
  how.shift = 7;
  const executed_layer r = execute_layer(d, s, m, f, x, bias, how);
  const extents4 e = sums.extents();
  if (!(r.y.extents() == e)) return e.c * e.h * e.w;
  index_t wrong = 0;
  for (index_t c = 0; c < e.c; ++c) {
    for (index_t i = 0; i < e.h * e.w; ++i) {
      const std::int64_t sum = sums(0, c, i / e.w, i % e.w) + bias[static_cast<std::size_t>(c)];
      wrong += r.y(0, c, i / e.w, i % e.w) != std::clamp<std::int64_t>(sum >> 7, 0, 127) ? 1 : 0;
    }
  }
  return wrong;
}

template <class... Terms>
auto weights_of(const workload_layer& l) {
  const network::layer_shape& s = l.shape;
  return decompose<Terms...>(
             to_filter(random_tensor({s.out, s.in, s.window.kernel_h, s.window.kernel_w}, 9)))
      .terms;
}

/// The mapping that fits the kernels and splits most: tiles, output and input channels.
mapping smallest_tiles(const estimator& estimate, const workload_layer& l) {
  const layer_facts f = facts_of(l);
  mapping m = search_mapping(estimate, l, {true, true}).chosen;
  m.output = {std::max<index_t>(1, f.out_h / 2), std::max<index_t>(1, f.out_w / 3), 8};
  m.weights.in = std::max<index_t>(8, f.in / 16 * 8);
  m.order = loop_order::pixels_stay;
  REQUIRE(lacuna::hardware::aie2::detail::complete(estimate.device(), l, f, m));
  return m;
}

// The chosen mapping and the one of the smallest tiles, on every shape.
template <class FilterOf>
void check_mapped_layers(const char* pattern, const FilterOf& filter_of) {
  const device d = test::is_sanitized ? mesh(2) : mesh(GENERATE(2, 4));
  const estimator estimate(d);
  core_timer timer(d);
  simulation_options once;
  once.candidates = 1;
  for (const shape_case& c : shapes) {
    const workload_layer l = layer_of(c, pattern);
    const auto f = filter_of(l);
    const mapping found = search_mapping(estimate, l, {true, true}).chosen;
    INFO(l.shape.name << " of " << pattern << " on " << d.name);
    CHECK(wrong_values(d, l, simulate_layer(estimate, timer, l, found, once).executed, f) == 0);
    const mapping small = smallest_tiles(estimate, l);
    CHECK(small.reduction_tiles > 1);
    CHECK(wrong_values(d, l, small, f) == 0);
  }
}

}  // namespace

// Cases of their own, so that two run at a time under sanitizers, which take 20 to 30 s for each.
TEST_CASE("a mapped layer of 2:4 equals the reference bit for bit", "[aie2][series]") {
  check_mapped_layers("2:4", [](const auto& l) { return weights_of<n_m<2, 4>>(l); });
}

TEST_CASE("a mapped layer of 2:4 + 2:8 equals the reference bit for bit", "[aie2][series]") {
  check_mapped_layers("2:4+2:8", [](const auto& l) { return weights_of<n_m<2, 4>, n_m<2, 8>>(l); });
}

TEST_CASE("a mapped layer of blocks + 2:4 equals the reference bit for bit", "[aie2][series]") {
  check_mapped_layers("8x8@0.5+2:4",
                      [](const auto& l) { return weights_of<half_of_blocks, n_m<2, 4>>(l); });
}

TEST_CASE("a mapped layer of blocks equals the reference bit for bit", "[aie2]") {
  const device d = mesh(2);
  const estimator estimate(d);
  for (const shape_case& c : shapes) {
    workload_layer l = layer_of(c, "8x8@0.5");
    l.series.reset();
    l.density = 0.5;
    const network::layer_shape& s = l.shape;
    const auto f = prune_blocks<8, 8>(
        to_filter(random_tensor({s.out, s.in, c.kernel, c.kernel}, 9)), keep{0.5});
    INFO(s.name);
    CHECK(wrong_values(d, l, smallest_tiles(estimate, l), f) == 0);
  }
}

TEST_CASE("operands that are not the layer's are refused", "[aie2][series]") {
  const device d = mesh(2);
  const estimator estimate(d);
  const workload_layer l = layer_of({16, 4, 16, 3, 1}, "2:4");
  const mapping m = search_mapping(estimate, l).chosen;
  const auto f = weights_of<n_m<2, 4>>(l);
  const auto x = random_tensor({1, 16, 4, 4}, 1);
  CHECK_NOTHROW(execute_layer(d, l.shape, m, f, x));
  CHECK_THROWS_AS(execute_layer(d, l.shape, m, f, random_tensor({1, 16, 4, 5}, 1)), shape_error);
  CHECK_THROWS_AS(execute_layer(d, l.shape, m, f, random_tensor({2, 16, 4, 4}, 1)), shape_error);
  CHECK_THROWS_AS(execute_layer(d, l.shape, m, f, x, {1, 2}), shape_error);
  const workload_layer other = layer_of({16, 4, 16, 1, 1}, "2:4");
  CHECK_THROWS_WITH(execute_layer(d, other.shape, m, f, x), Catch::Contains("conv 16-16 k1 s1"));
}

TEST_CASE("a simulated layer of a series takes its cores the time of its own weights",
          "[aie2][series]") {
  const device d = mesh(2);
  const estimator estimate(d);
  core_timer timer(d);
  simulation_options once;
  once.candidates = 1;
  for (const shape_case& c : shapes) {
    const workload_layer l = layer_of(c, "2:4");
    const mapping found = search_mapping(estimate, l, {true, true}).chosen;
    const simulated_layer s = simulate_layer(estimate, timer, l, found, once);
    const auto f = weights_of<n_m<2, 4>>(l);
    convolution_options how;
    how.relu = true;
    how.shift = 8;
    const executed_layer e = execute_layer(
        d, l.shape, s.executed, f, random_tensor({1, c.in, c.side, c.side}, 3), {}, how);
    const std::int64_t longest = *std::max_element(e.core_cycles.begin(), e.core_cycles.end());
    const auto calls = static_cast<double>(s.executed.iterations());
    INFO(l.shape.name);
    CHECK(s.compute ==
          Approx(static_cast<double>(longest) +
                 calls * static_cast<double>(d.core.call_cycles + 2 * d.memory.acquire_cycles)));
    CHECK(s[layer_cause::imbalance] == 0);
  }
}

TEST_CASE("a simulated series' causes sum to its time, near its estimate", "[aie2][series]") {
  const device d = mesh(4);
  const estimator estimate(d);
  core_timer timer(d);
  for (const char* pattern : {"2:4", "2:4+2:8", "8x8@0.25+2:4", "8x8@0.5+2:4+2:8"}) {
    for (const shape_case& c : {shape_case{64, 28, 128, 1, 1}, shape_case{64, 14, 128, 3, 1}}) {
      const workload_layer l = layer_of(c, pattern);
      const mapped_layer m = search_mapping(estimate, l, {false, false});
      const simulated_layer s = simulate_layer(estimate, timer, l, m.chosen);
      INFO(l.shape.name << " of " << pattern);
      CHECK(s.cycles() == Approx(s.flow.cycles).epsilon(1e-9));
      for (const double cycles : s.by_cause) CHECK(cycles >= -1e-6);
      CHECK(s[layer_cause::multiply] == Approx(m.cost[layer_cause::multiply]));
      CHECK(s.cycles() >= s.compute);
      // Fill of small layers, halos and the fullest of four rows and halves are above the estimate.
      CHECK(s.cycles() >= 0.95 * m.cost.cycles());
      CHECK(s.cycles() <= 1.6 * m.cost.cycles());
    }
  }
}

}  // namespace aie2_execute_layer_test
