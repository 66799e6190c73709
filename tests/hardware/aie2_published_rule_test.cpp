// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/published_rule.hpp. Published times: logs of
// arXiv 2407.09453, ResNet-50 on 4x4. Whole networks: tests/io/wbs_schedule_test.cpp.
#include <limits>

#include <lacuna/hardware/aie2/published_rule.hpp>

#include "support/catch.hpp"

namespace aie2_published_rule_test {

namespace aie2 = lacuna::hardware::aie2;
using aie2::layer_kind;
using aie2::mac_estimator;

namespace {

aie2::scheduled_layer conv1() {
  aie2::scheduled_layer l;
  l.name = "conv1";
  l.input = {9, 61, 8};
  l.output = {2, 28, 64};
  l.weights = l.weight_slice = {16, 7, 7, 8};
  l.input_slice = {224, 56, 8};
  l.output_slice = {112, 28, 64};
  l.loaded_bytes = 224 * 56 * 8;
  l.written_bytes = 112 * 28 * 64;
  return l;
}

aie2::scheduled_layer layer1_conv2() {
  aie2::scheduled_layer l;
  l.name = "layer1.0.conv2";
  l.input = {8, 16, 64};
  l.output = {6, 14, 64};
  l.weights = l.weight_slice = {16, 3, 3, 64};
  l.input_slice = l.output_slice = {56, 14, 64};
  return l;
}

}  // namespace

TEST_CASE("the rule gives the published instructions of two layers", "[hardware][aie2]") {
  const aie2::instruction_times a = published_rule(conv1());
  CHECK(a.load == Approx(23.365).margin(1e-3));
  CHECK(a.compute == Approx(376.656).margin(1e-3));
  CHECK(a.write == Approx(46.730).margin(1e-3));
  CHECK(a.total == Approx(452.328).margin(1e-3));

  const aie2::instruction_times b = published_rule(layer1_conv2());
  CHECK(b.load_weights == Approx(2.2203).margin(1e-4));
  CHECK(b.send_weights == Approx(2.2128).margin(1e-4));
  CHECK(b.load_features == Approx(19.0735).margin(1e-4));
  CHECK(b.total == Approx(195.429).margin(1e-3));
}

TEST_CASE("tiles that reach into the padding do not overlap", "[hardware][aie2]") {
  aie2::scheduled_layer l = layer1_conv2();
  const aie2::instruction_times padded = published_rule(l);
  l.input_slice.h += 2;  // the padding is now part of the image
  const aie2::instruction_times whole = published_rule(l);
  const double alone = (padded.load_features + padded.write_features) / 10;
  CHECK(padded.total - whole.total == Approx(2 * alone).epsilon(1e-9));

  // Kernel 7, tiles of 2 rows: the 3 rows above take 2 tiles, the 3 below the last 2 of 9.
  l = {"7x1",        layer_kind::convolution, {8, 3, 128},
       {2, 3, 192},  {16, 7, 1, 128},         {17, 3, 128},
       {17, 3, 192}, {32, 7, 1, 128}};
  CHECK(aie2::detail::padded_tiles(l, aie2::iterations(l)) == 4);
  l.output.h = 5;  // rows 0-2 in the first of 4; 14-16 in the last two
  CHECK(aie2::detail::padded_tiles(l, aie2::iterations(l)) == 3);
  l.output.h = 17;
  CHECK(aie2::detail::padded_tiles(l, aie2::iterations(l)) == 1);
}

TEST_CASE("the exact count is of outputs, the published one of inputs", "[hardware][aie2]") {
  const auto per_layer = [](const aie2::scheduled_layer& l, mac_estimator e) {
    return iteration_macs(l, e) * static_cast<double>(aie2::iterations(l) * l.passes);
  };
  aie2::scheduled_layer l = layer1_conv2();
  CHECK(per_layer(l, mac_estimator::exact) == 56.0 * 14 * 16 * 9 * 64);
  l.passes = 3;  // the same work in three parts
  CHECK(per_layer(l, mac_estimator::exact) == Approx(56.0 * 14 * 16 * 9 * 64));
  l.density = 0.5;
  CHECK(per_layer(l, mac_estimator::exact) == Approx(28.0 * 14 * 16 * 9 * 64));
  // Where a core has as many output as input channels, without halo, both agree.
  l = {"square",   layer_kind::convolution, {4, 8, 64}, {4, 8, 64}, {64, 1, 1, 64}, {8, 8, 64},
       {8, 8, 64}, {64, 1, 1, 64}};
  CHECK(per_layer(l, mac_estimator::exact) == per_layer(l, mac_estimator::published));
}

TEST_CASE("decisions come back from the times they lead to", "[hardware][aie2]") {
  aie2::scheduled_layer l = layer1_conv2();
  l.density = GENERATE(0.5, 1.0);
  l.passes = GENERATE(1, 2, 7);
  l.pieces_sent = GENERATE(1, 4);
  l.weight_loads = GENERATE(1, 3);
  l.loaded_bytes = 12345;
  l.written_bytes = 678;
  const aie2::scheduled_layer back = with_decisions_of(l, published_rule(l));
  CHECK(back.passes == l.passes);
  CHECK(back.pieces_sent == l.pieces_sent);
  CHECK(back.weight_loads == l.weight_loads);
  CHECK(published_rule(back).total == Approx(published_rule(l).total).epsilon(1e-12));
}

TEST_CASE("a schedule that can't be is refused", "[hardware][aie2]") {
  aie2::scheduled_layer l = layer1_conv2();
  l.output.h = 0;
  CHECK_THROWS_AS(published_rule(l), lacuna::shape_error);
  l = layer1_conv2();
  l.weights.in = 0;
  CHECK_THROWS_AS(published_rule(l), lacuna::shape_error);
  l = layer1_conv2();
  l.density = GENERATE(0.0, -1.0, 1.5, std::numeric_limits<double>::quiet_NaN());
  CHECK_THROWS_AS(published_rule(l), lacuna::shape_error);
  l = layer1_conv2();
  l.passes = 0;
  CHECK_THROWS_AS(published_rule(l), lacuna::shape_error);
}

}  // namespace aie2_published_rule_test
