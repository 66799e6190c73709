// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

#include <lacuna/hardware/aie2/network.hpp>

// Depth-wise tiling: several layers run band by band of rows, so that what lies between them never
// leaves the memory tiles. A band of u output rows needs (u - 1) stride + kernel input rows, hence
// neighbouring bands compute the rows that overlap twice (arXiv 2407.09453, later version).
namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A chain of layers run in bands.
struct depth_tiled {
  index_t first{0};  ///< index of its first layer, and one past its last
  index_t last{0};
  index_t bands{1};
  double cycles{0};  ///< all bands, against `untiled`
  double untiled{0};
  double repeated_macs{0};  ///< computed more than once
};

namespace detail {
/// Rows [begin, end) that a layer must give so that rows [begin, end) of the next exist.
struct row_range {
  index_t begin{0};
  index_t end{0};
};
[[nodiscard]] inline row_range rows_below(const network::layer_shape& s, row_range out) noexcept {
  const index_t first = s.window.in_y(out.begin, 0);
  const index_t past = s.window.in_y(out.end - 1, s.window.kernel_h - 1) + 1;
  return {std::clamp<index_t>(first, 0, s.h), std::clamp<index_t>(past, 0, s.h)};
}
/// The layer cut to the rows of a band: padding stays only where the band meets the image's edge.
[[nodiscard]] inline workload_layer cut_rows(workload_layer l, row_range in, row_range out) {
  conv_window& w = l.shape.window;
  w.padding.top = std::max<index_t>(0, -w.in_y(out.begin, 0));
  w.padding.bottom = std::max<index_t>(0, (out.end - out.begin - 1) * w.stride.h +
                                              (w.kernel_h - 1) * w.dilation.h + 1 - w.padding.top -
                                              (in.end - in.begin));
  l.shape.h = in.end - in.begin;
  return l;
}
}  // namespace detail

/// The cost of `layers` (each reads what the one before writes) in that many bands, weights read
/// again for each band. @throws shape_error where there are more bands than rows, or none, or where
/// a layer needs more than one input; what search_mapping throws.
[[nodiscard]] inline depth_tiled tile_in_depth(std::span<const workload_layer> layers,
                                               index_t bands, mapper& map, bool from_dram = true,
                                               bool to_dram = true) {
  if (layers.empty()) throw shape_error("depth-wise tiling: no layers");
  const index_t rows = layers.back().shape.out_h();
  if (bands < 1 || bands > rows) {
    throw shape_error(message("depth-wise tiling: ", bands, " bands of ", rows, " rows"));
  }
  for (std::size_t i = 1; i < layers.size(); ++i) {
    const auto& a = layers[i - 1].shape;
    const auto& b = layers[i].shape;
    if (a.out != b.in || a.out_h() != b.h || a.out_w() != b.w ||
        layers[i].kind == layer_kind::addition) {
      throw shape_error(
          message("depth-wise tiling: ", b.name, " does not read only what ", a.name, " writes"));
    }
  }
  depth_tiled out{0, static_cast<index_t>(layers.size()), bands, 0, 0, 0};
  double all = 0;
  double once = 0;
  for (index_t band = 0; band < bands; ++band) {
    std::vector<workload_layer> cut(layers.begin(), layers.end());
    detail::row_range wanted{band * rows / bands, (band + 1) * rows / bands};
    for (std::size_t i = layers.size(); i-- > 0;) {
      const detail::row_range below = detail::rows_below(layers[i].shape, wanted);
      cut[i] = detail::cut_rows(layers[i], below, wanted);
      wanted = below;
    }
    for (const mapped_layer& m : map_chain(cut, map, from_dram, to_dram)) {
      out.cycles += m.cost.cycles();
      all += m.cost.macs;
    }
  }
  for (const workload_layer& l : layers) once += facts_of(l).macs;
  out.repeated_macs = all - once;
  for (const mapped_layer& m : map_chain(layers, map, from_dram, to_dram)) {
    out.untiled += m.cost.cycles();
  }
  return out;
}

/// The number of bands that is fastest, from 1 to `most`.
[[nodiscard]] inline depth_tiled best_depth_tiling(std::span<const workload_layer> layers,
                                                   mapper& map, index_t most = 8) {
  depth_tiled best = tile_in_depth(layers, 1, map);
  const index_t rows = layers.back().shape.out_h();
  for (index_t bands = 2; bands <= std::min(most, rows); ++bands) {
    const depth_tiled t = tile_in_depth(layers, bands, map);
    if (t.cycles < best.cycles) best = t;
  }
  return best;
}

/// Splits a chain into groups of layers and each group into bands, for fewest cycles: dynamic
/// programming over where groups end, groups of at most `longest` layers with DRAM between them; or
/// the whole chain layer by layer, where that is faster. Cost: layers x longest x bands searches,
/// remembered by the mapper.
[[nodiscard]] inline std::vector<depth_tiled> plan_depth_tiling(
    std::span<const workload_layer> layers, mapper& map, index_t longest = 6,
    index_t most_bands = 8) {
  const auto n = static_cast<index_t>(layers.size());
  std::vector<double> cost(static_cast<std::size_t>(n + 1), 0);
  std::vector<depth_tiled> step(static_cast<std::size_t>(n + 1));
  for (index_t end = 1; end <= n; ++end) {
    double best = std::numeric_limits<double>::infinity();
    for (index_t begin = std::max<index_t>(0, end - longest); begin < end; ++begin) {
      depth_tiled t = best_depth_tiling(
          layers.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
          map, begin + 1 == end ? 1 : most_bands);
      const double total = cost[static_cast<std::size_t>(begin)] + t.cycles;
      if (total < best) {
        best = total;
        t.first = begin;
        t.last = end;
        step[static_cast<std::size_t>(end)] = t;
      }
    }
    cost[static_cast<std::size_t>(end)] = best;
  }
  depth_tiled whole = tile_in_depth(layers, 1, map);
  if (whole.cycles <= cost[static_cast<std::size_t>(n)]) return {whole};
  std::vector<depth_tiled> out;
  for (index_t at = n; at > 0; at = step[static_cast<std::size_t>(at)].first) {
    out.insert(out.begin(), step[static_cast<std::size_t>(at)]);
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
