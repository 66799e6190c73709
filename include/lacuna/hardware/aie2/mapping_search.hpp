// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/estimate.hpp>
#include <lacuna/hardware/aie2/mapping_bound.hpp>
#include <lacuna/hardware/aie2/mapping_fit.hpp>
#include <lacuna/hardware/aie2/mapping_refusal.hpp>
#include <lacuna/hardware/aie2/mapping_splits.hpp>
#include <lacuna/hardware/aie2/split_tiles.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A layer's best mapping and what it costs.
struct mapped_layer {
  mapping chosen;
  layer_estimate cost;
};

namespace detail {

/// A search over a layer's splits, tiles and orders: width over columns, channels of a tile, input
/// channels of a piece, rows, and the widest columns that fit. It finds what trying all in this
/// order would: the fewest cycles, of equals the least DRAM traffic, then the first.
class mapping_search {
 public:
  mapping_search(const estimator& estimate, const workload_layer& l,
                 const placement_request& wanted)
      : estimate_(&estimate),
        layer_(&l),
        wanted_(wanted),
        f_(facts_of(l)),
        inputs_(f_.conv ? f_.in : 8, 8),
        heights_(f_.out_h, row_axis(l.shape.window)),
        widths_(f_.out_w, column_axis(l.shape.window)),
        least_read_(
            std::min(row_axis(l.shape.window).read(1), row_axis(l.shape.window).read(f_.out_h))) {
    const estimator::dram_traffic least = estimate.least_dram(l, f_, wanted);
    dram_ = estimate.dram_cycles(least);
    least_bytes_ = least.read + least.written;
  }

  /// The best mapping, where one fits. The most promising splits come first, until none that is
  /// left can win.
  [[nodiscard]] std::optional<mapped_layer> best() {
    std::vector<bounded_split> splits;
    splits.reserve(64);
    for_each_split(estimate_->device(), f_, wanted_,
                   [&](const mapping& m) { splits.emplace_back(*this, m); });
    std::vector<std::size_t> order(splits.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return splits[a].least < splits[b].least || (splits[a].least == splits[b].least && a < b);
    });
    for (const std::size_t i : order) {
      if (splits[i].least > enough_) break;
      search_split(splits[i], i);
    }
    return std::move(best_);
  }

 private:
  static constexpr double unlimited = std::numeric_limits<double>::infinity();
  static constexpr double rounding = 1e-12;  ///< within which two sums of cycles are equal
  static constexpr double margin = 1e-9;     ///< of cycles that were summed in another order

  /// A split of width and output channels, and cycles that none of its tiles undercuts: those with
  /// whole weights, since pieces multiply as much and take more calls and streams.
  struct bounded_split {
    mapping m;
    split_bound bound;
    double least;

    bounded_split(const mapping_search& s, const mapping& split)
        : m(split),
          bound(*s.estimate_, s.f_, s.layer_->shape.window, split, s.dram_),
          least(bound.of(s.f_.in, 1).with_any(s.least_read_)) {}
  };

  /// Where a candidate stands in the order of trying all: split, pieces of weights, tile and order.
  struct place {
    std::size_t split, piece, tile;
    friend auto operator<=>(const place&, const place&) = default;
  };

  struct candidate {
    double cycles;  ///< no more than `estimator` will say
    const tile_extent* rows;
    const tile_extent* columns;
    loop_order order;
    place at;
  };

  /// All tiles of a split that may be good enough, in pieces of weights of any size.
  void search_split(const bounded_split& split, std::size_t number) {
    const conv_window& window = layer_->shape.window;
    split_tiles tiles(estimate_->device(), f_, window, split.m, split.bound.stages());
    place at{number, 0, 0};
    for (const index_t in : inputs_) {
      if (nothing_beyond(at)) return;
      const index_t reductions = f_.conv ? ceil_div(f_.in, in) : 1;
      const cycle_bound bound = split.bound.of(in, reductions);
      if (bound.with_any(least_read_) <= enough_ && tiles.cut_weights(in, reductions)) {
        search_tiles(bound, tiles, widths(split.m.width_parts), at);
      }
      ++at.piece;
    }
  }

  void search_tiles(const cycle_bound& bound, split_tiles& tiles, const tile_extents& widths,
                    place at) {
    std::array<candidate, 2 * tile_extents::most> all;
    std::size_t count = 0;
    widest_columns widest(tiles, widths);
    for (const tile_extent& rows : heights_) {
      if (bound.with(rows) > enough_) continue;
      const tile_extent* columns = widest.with(rows);
      if (columns == nullptr) continue;
      tiles.take(rows, *columns);
      for (const loop_order order : {loop_order::weights_stay, loop_order::pixels_stay}) {
        ++at.tile;
        if (!tiles.allows(order)) continue;
        const double cycles = tiles.cycles(order) * (1 - margin);
        if (cycles <= enough_) all[count++] = {cycles, &rows, columns, order, at};
      }
    }
    std::sort(all.data(), all.data() + count,
              [](const candidate& a, const candidate& b) { return a.cycles < b.cycles; });
    for (std::size_t i = 0; i < count && all[i].cycles <= enough_; ++i) {
      tiles.take(*all[i].rows, *all[i].columns);
      try_mapping(tiles.tiles(), all[i]);
    }
  }

  /// Computed anew only where it is another than before.
  [[nodiscard]] const tile_extents& widths(index_t parts) noexcept {
    if (parts != parts_of_widths_) {
      widths_ = tile_extents(ceil_div(f_.out_w, parts), column_axis(layer_->shape.window));
      parts_of_widths_ = parts;
    }
    return widths_;
  }

  void try_mapping(mapping m, const candidate& c) {
    m.order = c.order;
    double least = 0;
    if (!complete(estimate_->device(), *layer_, f_, m)) return;
    if (!settle(estimate_->device(), *layer_, f_, wanted_, m, least)) return;
    const layer_estimate e = (*estimate_)(*layer_, f_, m);
    const double cycles = e.cycles();
    const double bytes = e.dram_read + e.dram_written;
    const bool equal = cycles <= best_cycles_ * (1 + rounding);
    const bool earlier = bytes == best_bytes_ && c.at < best_at_;
    if (cycles < best_cycles_ * (1 - rounding) || (equal && (bytes < best_bytes_ || earlier))) {
      best_ = mapped_layer{m, e};
      best_cycles_ = cycles;
      best_bytes_ = bytes;
      best_at_ = c.at;
      enough_ = std::min(enough_, cycles * (1 + rounding));
    }
  }

  /// DRAM allows nothing better, and equals come later.
  [[nodiscard]] bool nothing_beyond(const place& at) const noexcept {
    return best_cycles_ <= dram_ * (1 + rounding) && best_bytes_ <= least_bytes_ && best_at_ < at;
  }

  const estimator* estimate_;
  const workload_layer* layer_;
  placement_request wanted_;
  layer_facts f_;
  cuts inputs_;
  tile_extents heights_, widths_;
  index_t parts_of_widths_{1};
  /// Input rows a row of output, at least: a whole tile's, or a single row's where windows leave
  /// gaps.
  double least_read_;
  double dram_{0}, least_bytes_{0};
  double enough_{unlimited};  ///< cycles that a candidate must be able to reach
  std::optional<mapped_layer> best_;
  double best_cycles_{unlimited}, best_bytes_{0};
  place best_at_{};
};

}  // namespace detail

/// The mapping of fewest cycles, by search over splits, tiles and orders (some hundred to some
/// thousand candidates, of which bounds leave out most); of equals the one with least DRAM traffic,
/// then the first. Nothing where none fits. Cost: some 5 us. @throws what facts_of throws.
[[nodiscard]] inline std::optional<mapped_layer> find_mapping(
    const estimator& estimate, const workload_layer& l, const placement_request& wanted = {}) {
  return detail::mapping_search(estimate, l, wanted).best();
}

/// The same, where there must be one. @throws capacity_error where nothing fits a core or a memory
/// tile, naming the layer, the resource, the smallest need and what there is.
[[nodiscard]] inline mapped_layer search_mapping(const estimator& estimate, const workload_layer& l,
                                                 const placement_request& wanted = {}) {
  if (std::optional<mapped_layer> best = find_mapping(estimate, l, wanted)) return std::move(*best);
  detail::refuse_mapping(estimate.device(), l, wanted);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
