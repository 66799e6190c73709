// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/{weight_terms,series_cycles}: series as patterns of layers.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <lacuna/hardware/aie2/core/simulate_core.hpp>
#include <lacuna/hardware/aie2/estimate_text.hpp>
#include <lacuna/hardware/aie2/kernels/series.hpp>

#include "support/catch.hpp"

namespace aie2_weight_terms_test {

namespace aie2 = lacuna::hardware::aie2;
using namespace lacuna;
using lacuna::hardware::aie2::layer_cause;

namespace {

aie2::weight_terms terms(const std::string& text) {
  return aie2::terms_of(parse_series_pattern(text));
}

aie2::workload_layer convolution(index_t in, index_t side, index_t out, index_t kernel,
                                 const std::string& pattern) {
  aie2::workload_layer l{aie2::layer_kind::convolution,
                         network::conv_shape("conv", in, side, out, kernel, 1, kernel / 2), 1, 0};
  if (!pattern.empty()) l.series = parse_series_pattern(pattern);
  return l;
}

/// Cycles of the executed kernel on a tile, operands in banks of their own; even rows of `entries`.
double executed(index_t in_blocks, index_t out_blocks, index_t h, index_t w, index_t kernel,
                index_t entries, index_t layers) {
  const aie2::device d = aie2::phoenix();
  conv_window window;
  window.kernel_h = window.kernel_w = kernel;
  const aie2::convolution_layout l =
      aie2::lay_out_series({in_blocks, out_blocks, h, w, window}, entries + layers);
  aie2::convolution_options o;
  o.w_bank = 0;
  o.x_bank = 1;
  o.y_bank = 3;
  const std::vector<std::int8_t> zeros(64);
  const aie2::convolution_rows rows(static_cast<std::size_t>(out_blocks),
                                    std::vector<aie2::convolution_entry>(
                                        static_cast<std::size_t>(entries), {0, 0, zeros.data()}));
  const dense_matrix<std::int8_t> none = dense_matrix<std::int8_t>::Zero(
      8 * out_blocks, kernel * kernel * round_up(8 * in_blocks, 16));
  const std::vector<aie2::two_four_layer> sparse(static_cast<std::size_t>(layers),
                                                 to_n_m<2, 4>(none));
  const aie2::series_image i = aie2::to_image(rows, sparse, {}, l);
  aie2::data_memory memory(d.memory);
  const auto put = [&](index_t bytes, int bank) {
    return static_cast<std::int32_t>(memory.place("", bytes, bank).address);
  };
  const auto write = [&](const auto& values) {
    const auto bytes = static_cast<index_t>(values.size() * sizeof(values[0]));
    const std::int32_t at = put(bytes, 0);
    memory.write(at, values.data(), bytes);
    return at;
  };
  std::vector<std::int32_t> arguments;
  const std::int32_t x = put(l.in_bytes(), 1);
  if (entries > 0) arguments = {write(i.blocks), write(i.x_step), x, x};
  if (layers > 0) {
    arguments.push_back(write(i.sparse));
    arguments.push_back(x);
  }
  arguments.push_back(write(i.bias));
  arguments.push_back(put(l.out_bytes(), 3));
  return static_cast<double>(
      aie2::simulate_core(aie2::compile(aie2::series_kernel(l, entries, layers, o), d.core), memory,
                          d.core, arguments)
          .cycles());
}

}  // namespace

TEST_CASE("a series pattern is blocks and layers of 2:4", "[aie2][series]") {
  const auto is = [](const aie2::weight_terms& t, double blocks, index_t layers, double kept) {
    return t.blocks == Approx(blocks).margin(1e-12) && t.layers == layers && t.kept == Approx(kept);
  };
  CHECK(is(terms("dense"), 1, 0, 1));
  CHECK(is(terms("8x8@0.5"), 0.5, 0, 0.5));
  CHECK(is(terms("8x8@0.5+8x8@0.25"), 0.75, 0, 0.75));
  CHECK(is(terms("2:4"), 0, 1, 0.5));
  CHECK(is(terms("1:4"), 0, 1, 0.25));
  CHECK(is(terms("1:2"), 0, 1, 0.5));
  CHECK(is(terms("2:8"), 0, 1, 0.25));
  CHECK(is(terms("1:3"), 0, 1, 1 / 3.0));
  CHECK(is(terms("2:4x8"), 0, 1, 0.5));
  CHECK(is(terms("1:4+1:4"), 0, 1, 0.5));
  CHECK(is(terms("2:4+2:8"), 0, 2, 0.75));
  CHECK(is(terms("4:8"), 0, 2, 0.5));
  CHECK(is(terms("3:4+3:4"), 0, 2, 1));  // never more than four of four
  CHECK(is(terms("8x8@0.25+2:4"), 0.25, 1, 0.625));
  CHECK(is(terms("2:4+8x8@0.25"), 0.25, 1, 0.625));
}

TEST_CASE("series that cores do not run are refused by the term", "[aie2][series]") {
  using Catch::Contains;
  CHECK_THROWS_WITH(terms("8x8@0.5+dense"), Contains("8x8@0.5+dense") && Contains("not dense"));
  CHECK_THROWS_WITH(terms("2:4+unstructured"), Contains("not unstructured"));
  CHECK_THROWS_WITH(terms("2:4+16x4@0.5"), Contains("not 16x4"));
  CHECK_THROWS_WITH(terms("8x8@0"), Contains("keep nothing"));
  CHECK_THROWS_AS(terms("unstructured"), unsupported_error);
  CHECK_THROWS_AS(aie2::terms_of(series_pattern{}), shape_error);
  CHECK_THROWS_AS(aie2::facts_of(convolution(64, 8, 64, 1, "4x4@0.5")), unsupported_error);
}

TEST_CASE("the closed form of a tile is within 15 % of the executed kernel", "[aie2][series]") {
  struct shape {
    index_t in, out, h, w, kernel, entries, layers;
  };
  for (const shape& s :
       {shape{32, 4, 1, 64, 1, 16, 1}, shape{32, 4, 1, 64, 1, 0, 1}, shape{32, 4, 1, 64, 1, 0, 2},
        shape{32, 4, 1, 64, 1, 8, 2}, shape{8, 2, 4, 16, 3, 36, 1}, shape{4, 4, 8, 8, 3, 9, 2}}) {
    const aie2::device d = aie2::phoenix();
    const double model =
        aie2::series_cycles(d, s.h * ceil_div(s.w, 4), static_cast<double>(s.entries * s.out),
                            s.kernel * s.kernel * ceil_div(s.in, 2), s.layers, s.out, false, false)
            .total();
    const double real = executed(s.in, s.out, s.h, s.w, s.kernel, s.entries, s.layers);
    INFO(s.entries << " entries, " << s.layers << " layers: " << model << ", executed " << real);
    CHECK(model > 0.85 * real);
    CHECK(model < 1.02 * real);
  }
}

TEST_CASE("layers of series are mapped, and their causes sum to their cycles", "[aie2][series]") {
  const aie2::estimator estimate(aie2::mesh(4));
  const double dense = search_mapping(estimate, convolution(256, 14, 256, 3, "")).cost.cycles();
  for (const char* pattern : {"2:4", "8x8@0.25+2:4", "2:4+2:8", "8x8@0.5+1:4"}) {
    const auto l = convolution(256, 14, 256, 3, pattern);
    const aie2::mapped_layer m = search_mapping(estimate, l);
    const aie2::weight_terms t = terms(pattern);
    INFO(pattern << " " << m.cost.cycles() << " of " << dense);
    CHECK(m.cost.macs == Approx(static_cast<double>(l.shape.work().count()) * t.kept));
    // Never faster than the multiplies that its blocks and layers issue.
    const double share = t.blocks + 0.5 * static_cast<double>(t.layers);
    CHECK(m.cost.multiply_cycles >=
          share * static_cast<double>(l.shape.work().count()) / (256 * 16) * 0.999);
    CHECK(m.cost.cycles() >= m.cost.multiply_cycles);
    const hardware::report r = report_of("4x4", l, m);
    CHECK_NOTHROW(hardware::require_consistent(r));
    CHECK(std::any_of(r.unverified.begin(), r.unverified.end(),
                      [](const std::string& u) { return u.find("2:4") != std::string::npos; }));
    std::ostringstream text;
    print_layer(text, estimate, l, m);
    CHECK(text.str().find(std::string("weights ") + pattern + "\n") != std::string::npos);
  }
  const double half = search_mapping(estimate, convolution(256, 14, 256, 3, "2:4")).cost.cycles();
  CHECK(dense / half > 1.5);
  CHECK(dense / half < 2.1);
}

TEST_CASE("a network's series leave its first convolution dense, and blocks are a density",
          "[aie2][series]") {
  const auto net = with_series(aie2::resnet50_workload(), parse_series_pattern("8x8@0.25+2:4"));
  CHECK_FALSE(net.layers.front().series);
  CHECK(net.layers[2].series == parse_series_pattern("8x8@0.25+2:4"));
  for (const auto& l : net.layers)
    CHECK((l.series && l.kind != aie2::layer_kind::convolution) == false);
  const auto blocks = with_series(aie2::resnet50_workload(), parse_series_pattern("8x8@0.5"));
  const auto known = aie2::resnet50_workload(0.5);
  for (std::size_t i = 0; i < known.layers.size(); ++i) {
    CHECK(aie2::detail::same_work(blocks.layers[i], known.layers[i]));
  }
  CHECK_FALSE(aie2::detail::same_work(net.layers[2], aie2::resnet50_workload().layers[2]));
}

}  // namespace aie2_weight_terms_test
