// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/{mapping_bound,mapping_search}.hpp: bounds against the whole
// grid.
#include <optional>
#include <vector>

#include <lacuna/hardware/aie2/mapping_search.hpp>

#include "support/catch.hpp"

using lacuna::index_t;
namespace aie2 = lacuna::hardware::aie2;

namespace {

aie2::workload_layer convolution(index_t in, index_t side, index_t out, index_t kernel,
                                 double density, index_t stride = 1) {
  return {aie2::layer_kind::convolution,
          lacuna::network::conv_shape("conv", in, side, out, kernel, stride, kernel / 2), density,
          0};
}

/// Every candidate of the search's grid, one after another, without bounds.
std::optional<aie2::mapped_layer> search_all(const aie2::estimator& estimate,
                                             const aie2::workload_layer& l,
                                             const aie2::placement_request& wanted) {
  const aie2::device& d = estimate.device();
  const aie2::layer_facts f = aie2::facts_of(l);
  std::optional<aie2::mapped_layer> best;
  double cycles = 0, bytes = 0;
  for (index_t parts = std::min(d.cols, f.out_w); parts >= 1; --parts) {
    const index_t width = lacuna::ceil_div(f.out_w, parts);
    if (lacuna::ceil_div(f.out_w, width) != parts) continue;
    const index_t channel_parts = std::max<index_t>(1, std::min(d.cols / parts, f.out / 8));
    const index_t a_core =
        lacuna::round_up(lacuna::ceil_div(f.out, d.core_rows * channel_parts), 8);
    for (const index_t c : aie2::detail::cuts(a_core, 8)) {
      for (const index_t in : aie2::detail::cuts(f.conv ? f.in : 8, 8)) {
        for (const index_t h : aie2::detail::cuts(f.out_h, 1)) {
          for (const index_t w : aie2::detail::cuts(width, 1)) {
            aie2::mapping m;
            m.width_parts = parts;
            m.channel_parts = channel_parts;
            m.output = {h, w, c};
            m.weights.in = f.conv ? in : 0;
            if (!aie2::detail::complete(d, l, f, m)) continue;
            for (const auto order :
                 {aie2::loop_order::weights_stay, aie2::loop_order::pixels_stay}) {
              const bool stay = order == aie2::loop_order::weights_stay;
              if (stay ? m.reduction_tiles > 1 : m.pieces() == 1 || !f.conv) continue;
              m.order = order;
              double least = 0;
              if (!aie2::detail::settle(d, l, f, wanted, m, least)) continue;
              const aie2::layer_estimate e = estimate(l, f, m);
              const double b = e.dram_read + e.dram_written;
              const double more = e.cycles() - cycles;
              if (!best || more < -1e-12 * cycles || (more <= 1e-12 * cycles && b < bytes)) {
                best = aie2::mapped_layer{m, e};
                cycles = e.cycles();
                bytes = b;
              }
            }
            break;
          }
        }
      }
    }
  }
  return best;
}

}  // namespace

TEST_CASE("bounds leave out only what can't win: the search finds what trying all finds",
          "[hardware][aie2]") {
  const double density = GENERATE(1.0, 0.5);
  const aie2::device d = GENERATE(aie2::mesh(2), aie2::mesh(5), aie2::mesh(8), aie2::ve2302());
  const aie2::estimator estimate(d);
  std::vector<aie2::workload_layer> layers{
      convolution(3, 224, 64, 7, 1, 2),     convolution(1, 1, 1, 1, density),
      convolution(8, 1, 1000, 1, density),  convolution(2048, 7, 512, 1, density),
      convolution(31, 57, 520, 3, density), aie2::detail::pooling("pool", 100, 35, 3, 2, 1)};
  for (const char* name : {"resnet50", "vgg16", "inception_v3"}) {
    const auto all = aie2::find_workload(name, density).layers;
    for (std::size_t i = 0; i < all.size(); i += 7) layers.push_back(all[i]);
  }
  const auto series =
      with_series(aie2::resnet50_workload(), lacuna::parse_series_pattern("8x8@0.25+2:4")).layers;
  for (std::size_t i = 0; i < series.size(); i += 9) layers.push_back(series[i]);
  int found = 0;
  for (const aie2::workload_layer& l : layers) {
    for (const auto& wanted :
         {aie2::placement_request{false, false}, {true, false}, {true, true}}) {
      const auto quick = find_mapping(estimate, l, wanted);
      const auto all = search_all(estimate, l, wanted);
      CAPTURE(d.name, l.shape.name, density, wanted.input_from_dram, wanted.output_to_dram);
      REQUIRE(quick.has_value() == all.has_value());
      if (!all) continue;
      ++found;
      CHECK(quick->cost.cycles() == all->cost.cycles());
      CHECK(quick->cost.dram_read == all->cost.dram_read);
      CHECK(quick->chosen.output == all->chosen.output);
      CHECK(quick->chosen.weights == all->chosen.weights);
      CHECK(quick->chosen.width_parts == all->chosen.width_parts);
      CHECK(quick->chosen.order == all->chosen.order);
    }
  }
  CHECK(found > 50);
}
