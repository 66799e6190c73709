// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/{mapping_bound,mapping_search,split_tiles,tile_extents}.hpp:
// bounds against the whole grid, and what they are made of.
#include <optional>
#include <vector>

#include <lacuna/hardware/aie2/mapping_search.hpp>

#include "support/catch.hpp"

namespace aie2_mapping_search_test {

using lacuna::index_t;
namespace aie2 = lacuna::hardware::aie2;

namespace {

aie2::workload_layer convolution(index_t in, index_t side, index_t out, index_t kernel,
                                 double density, index_t stride = 1) {
  return {aie2::layer_kind::convolution,
          lacuna::network::conv_shape("conv", in, side, out, kernel, stride, kernel / 2), density,
          0};
}

aie2::device few_accumulators() {
  aie2::device d = aie2::mesh(4);
  d.core.accumulators = 2;
  d.core.latency.mac_chain = 5;
  d.memory.bytes = 40000;
  d.transport.stream_bytes_per_cycle = 3;
  return d;
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
  // The last one sweeps other numbers of groups in convolutions than in series, and waits more.
  const aie2::device d =
      GENERATE(aie2::mesh(2), aie2::mesh(5), aie2::mesh(8), aie2::ve2302(), few_accumulators());
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
      CHECK(quick->chosen.input_whole == all->chosen.input_whole);
      CHECK(quick->chosen.weights_whole == all->chosen.weights_whole);
    }
  }
  CHECK(found > 50);
}

TEST_CASE("tiles of a split take what the estimate says of them, and the widest that fit are found",
          "[hardware][aie2]") {
  namespace detail = aie2::detail;
  const aie2::device d = GENERATE(aie2::mesh(3), few_accumulators());
  const aie2::estimator estimate(d);
  const auto series =
      with_series(aie2::resnet50_workload(), lacuna::parse_series_pattern("8x8@0.25+2:4")).layers;
  int compared = 0, alone = 0;
  for (const aie2::workload_layer& l :
       {convolution(64, 56, 64, 3, 0.5), convolution(31, 57, 100, 1, 1, 2), series[5],
        convolution(8, 5, 600, 5, 0.3), convolution(16, 1, 8, 1, 1),
        // Fit as a single tile, which needs one copy, and not in two of fewer rows.
        convolution(1000, 3, 8, 3, 0.1), convolution(2000, 3, 8, 3, 0.05),
        aie2::detail::pooling("pool", 100, 35, 3, 2, 1), aie2::resnet50_workload().layers[6]}) {
    const aie2::layer_facts f = aie2::facts_of(l);
    const lacuna::conv_window& window = l.shape.window;
    const detail::tile_extents heights(f.out_h, detail::row_axis(window));
    detail::for_each_split(d, f, {}, [&](const aie2::mapping& split) {
      detail::split_tiles tiles(d, f, window, split, estimate.split_stages(f, split));
      const detail::tile_extents widths(lacuna::ceil_div(f.out_w, split.width_parts),
                                        detail::column_axis(window));
      for (const index_t in : detail::cuts(f.conv ? f.in : 8, 8)) {
        if (!tiles.cut_weights(in, f.conv ? lacuna::ceil_div(f.in, in) : 1)) continue;
        detail::widest_columns widest(tiles, widths);
        for (const detail::tile_extent& rows : heights) {
          const detail::tile_extent* first = nullptr;
          aie2::mapping m;
          for (const detail::tile_extent& columns : widths) {
            m = split;
            m.output.h = rows.size;
            m.output.w = columns.size;
            m.weights.in = f.conv ? in : 0;
            if (!detail::complete(d, l, f, m)) continue;
            first = &columns;
            break;
          }
          REQUIRE(widest.with(rows) == first);
          if (first == nullptr) continue;
          if (m.iterations() == 1) ++alone;
          tiles.take(rows, *first);
          for (const auto order : {aie2::loop_order::weights_stay, aie2::loop_order::pixels_stay}) {
            if (!tiles.allows(order)) continue;
            m.order = order;
            const aie2::layer_estimate e = estimate(l, f, m);
            const double cycles = tiles.cycles(order);
            CHECK(cycles <= e.cycles() * (1 + 1e-9));
            if (m.placement.loads_conflict) continue;
            CHECK(cycles == Approx(e.cycles() - e[aie2::layer_cause::dram]).epsilon(1e-9));
            ++compared;
          }
        }
      }
    });
  }
  CHECK(compared > 1000);
  CHECK(alone > 0);
}

TEST_CASE("a search tries whole extents and their parts, each size once, down to the smallest",
          "[hardware][aie2]") {
  const auto sizes = [](index_t n, index_t multiple) {
    const aie2::detail::cuts cuts(n, multiple);
    return std::vector<index_t>(cuts.begin(), cuts.end());
  };
  CHECK(sizes(56, 1) == std::vector<index_t>{56, 28, 19, 14, 12, 8, 7, 4, 2, 1});
  CHECK(sizes(60, 8) == std::vector<index_t>{64, 32, 24, 16, 8});
  CHECK(sizes(1, 1) == std::vector<index_t>{1});
  CHECK(sizes(1024, 1) == std::vector<index_t>{1024, 512, 342, 256, 205, 147, 128, 74, 64, 37, 32,
                                               19, 16, 10, 8, 5, 4, 1});
}

}  // namespace aie2_mapping_search_test
