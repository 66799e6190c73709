// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <lacuna/hardware/aie2/estimate.hpp>
#include <lacuna/hardware/aie2/mapping_bound.hpp>
#include <lacuna/hardware/aie2/mapping_fit.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A layer's best mapping and what it costs.
struct mapped_layer {
  mapping chosen;
  layer_estimate cost;
};

namespace detail {

/// A search over a layer's splits, tiles and orders: width over columns, channels of a tile, input
/// channels of a piece, rows, and the widest columns that fit.
class mapping_search {
 public:
  mapping_search(const estimator& estimate, const workload_layer& l,
                 const placement_request& wanted)
      : estimate_(&estimate),
        layer_(&l),
        wanted_(wanted),
        f_(facts_of(l)),
        inputs_(f_.conv ? f_.in : 8, 8),
        heights_(f_.out_h, 1) {
    const estimator::dram_traffic least = estimate.least_dram(l, f_, wanted);
    dram_ = estimate.dram_cycles(least);
    least_bytes_ = least.read + least.written;
  }

  /// The best mapping. Splits that can't win by their bound are left out: first the most promising
  /// split is searched, then all that may still beat it, in order.
  [[nodiscard]] std::optional<mapped_layer> best() {
    double lowest = unlimited;
    mapping first;
    cycle_bound first_bound;
    for_each_split([&](const mapping& m, const cycle_bound& b) {
      if (const double cycles = b.with_any(f_.out_h, layer_->shape.window); cycles < lowest) {
        lowest = cycles;
        first = m;
        first_bound = b;
      }
      return true;
    });
    search_tiles(first, first_bound);
    enough_ = best_cycles_ * (1 + rounding);
    best_.reset();
    best_cycles_ = unlimited;
    for_each_split([&](const mapping& m, const cycle_bound& b) {
      if (b.with_any(f_.out_h, layer_->shape.window) <= enough_) search_tiles(m, b);
      return !can_stop();
    });
    return std::move(best_);
  }

  /// What ran out where nothing fits. @throws capacity_error
  [[noreturn]] void refuse() {
    index_t core = std::numeric_limits<index_t>::max();
    double tile = unlimited;
    for_each_split([&](mapping m, const cycle_bound&) {
      for (const index_t h : heights_) {
        for (const index_t w : cuts(ceil_div(f_.out_w, m.width_parts), 1)) {
          m.output.h = h;
          m.output.w = w;
          const bool fits = complete(estimate_->device(), *layer_, f_, m);
          core = std::min(core, m.buffers.total());
          if (fits) static_cast<void>(settle(estimate_->device(), *layer_, f_, wanted_, m, tile));
        }
      }
      return true;
    });
    const device& d = estimate_->device();
    const std::string& name = layer_->shape.name;
    if (tile < unlimited) {
      throw capacity_error(
          name, "memory tile, bytes a column", std::ceil(tile),
          static_cast<double>(d.memory_tile.bytes * d.mem_rows),
          message("input, result, weights and what later layers need, on ", d.name));
    }
    throw capacity_error(name, "core memory, bytes", static_cast<double>(core),
                         static_cast<double>(d.memory.bytes), message("smallest tile on ", d.name));
  }

 private:
  static constexpr double unlimited = std::numeric_limits<double>::infinity();
  static constexpr double rounding = 1e-12;  ///< within which two sums of cycles are equal

  /// Calls visit(mapping, bound) until it says false. The mapping has splits, channels and input
  /// channels of a tile.
  template <class Visit>
  void for_each_split(Visit&& visit) const {
    const device& d = estimate_->device();
    for (index_t parts = std::min(d.cols, f_.out_w); parts >= 1; --parts) {
      const index_t width = ceil_div(f_.out_w, parts);
      if (ceil_div(f_.out_w, width) != parts) continue;  // fewer columns do the same
      mapping m;
      m.width_parts = parts;
      m.channel_parts = std::max<index_t>(1, std::min(d.cols / parts, f_.out / 8));
      m.output_to_dram = wanted_.output_to_dram;
      const index_t a_core = round_up(ceil_div(f_.out, d.core_rows * m.channel_parts), 8);
      for (const index_t channels : cuts(a_core, 8)) {
        m.output.c = channels;
        m.channel_tiles = ceil_div(a_core, channels);
        const split_bound bound(*estimate_, f_, layer_->shape.window, m, dram_);
        for (const index_t in : inputs_) {
          m.weights.in = f_.conv ? in : 0;
          m.reduction_tiles = f_.conv ? ceil_div(f_.in, in) : 1;
          if (!visit(std::as_const(m), bound.of(in, m.reduction_tiles))) return;
        }
      }
    }
  }

  /// All tiles of a split that may be good enough, both orders.
  void search_tiles(const mapping& split, const cycle_bound& bound) {
    const device& d = estimate_->device();
    const index_t whole = ceil_div(f_.out_w, split.width_parts);
    const index_t held = core_buffers{}.reserved + weight_bytes(split);
    if (held > d.memory.bytes) return;
    const cuts widths(whole, 1);
    for (const index_t h : heights_) {
      if (bound.with(h, f_.out_h, layer_->shape.window) > enough_) continue;
      for (const index_t w : widths) {
        if (held + pixel_bytes(split, h, w) > d.memory.bytes) continue;
        mapping m = split;
        m.output.h = h;
        m.output.w = w;
        if (!complete(d, *layer_, f_, m)) continue;
        const auto may_do = [&](loop_order order) {
          return bound.with(order, m, whole, layer_->shape.window) <= enough_;
        };
        if (m.reduction_tiles == 1 && may_do(loop_order::weights_stay)) {
          try_order(m, loop_order::weights_stay);
        }
        if (m.pieces() > 1 && f_.conv && may_do(loop_order::pixels_stay)) {
          try_order(m, loop_order::pixels_stay);
        }
        break;  // narrower tiles only where wider ones don't fit
      }
    }
  }

  /// Bytes of a core for the pieces of weights of a split, both halves.
  [[nodiscard]] index_t weight_bytes(const mapping& split) const noexcept {
    if (!f_.conv) return 0;
    const conv_window& w = layer_->shape.window;
    const double piece =
        f_.stored_bytes({split.output.c, w.kernel_h, w.kernel_w, split.weights.in});
    return (split.pieces() > 1 ? 2 : 1) * static_cast<index_t>(std::ceil(piece));
  }
  /// And at least, for the in- and output of tiles of h x w pixels.
  [[nodiscard]] index_t pixel_bytes(const mapping& split, index_t h, index_t w) const noexcept {
    const conv_window& window = layer_->shape.window;
    const index_t pixels = input_reach(h, window.stride.h, window.kernel_h, window.dilation.h) *
                           input_reach(w, window.stride.w, window.kernel_w, window.dilation.w);
    const bool one_tile = h >= f_.out_h && w >= ceil_div(f_.out_w, split.width_parts);
    const index_t halves = one_tile && split.pieces() == 1 ? 1 : 2;
    const index_t channels = f_.conv ? split.weights.in : split.output.c;
    return halves * pixels * channels * f_.operands + h * w * split.output.c;
  }

  void try_order(mapping& m, loop_order order) {
    m.order = order;
    double least = 0;
    if (!settle(estimate_->device(), *layer_, f_, wanted_, m, least)) return;
    const layer_estimate e = (*estimate_)(*layer_, f_, m);
    const double cycles = e.cycles();
    const double bytes = e.dram_read + e.dram_written;
    if (cycles < best_cycles_ * (1 - rounding) ||
        (cycles <= best_cycles_ * (1 + rounding) && bytes < best_bytes_)) {
      best_ = mapped_layer{m, e};
      best_cycles_ = cycles;
      best_bytes_ = bytes;
      enough_ = std::min(enough_, cycles * (1 + rounding));
    }
  }

  /// DRAM allows nothing better.
  [[nodiscard]] bool can_stop() const noexcept {
    return best_cycles_ <= dram_ * (1 + rounding) && best_bytes_ <= least_bytes_;
  }

  const estimator* estimate_;
  const workload_layer* layer_;
  placement_request wanted_;
  layer_facts f_;
  cuts inputs_, heights_;
  double dram_{0}, least_bytes_{0};
  double enough_{unlimited};  ///< cycles that a split must be able to reach
  std::optional<mapped_layer> best_;
  double best_cycles_{unlimited}, best_bytes_{0};
};

}  // namespace detail

/// The mapping of fewest cycles, by search over splits, tiles and orders (some hundred to some
/// thousand candidates, of which bounds leave out most); of equals the one with least DRAM traffic,
/// then the first. Nothing where none fits. Cost: some 12 us. @throws what facts_of throws.
[[nodiscard]] inline std::optional<mapped_layer> find_mapping(
    const estimator& estimate, const workload_layer& l, const placement_request& wanted = {}) {
  return detail::mapping_search(estimate, l, wanted).best();
}

/// The same, where there must be one. @throws capacity_error where nothing fits a core or a memory
/// tile, naming the layer, the resource, the smallest need and what there is.
[[nodiscard]] inline mapped_layer search_mapping(const estimator& estimate, const workload_layer& l,
                                                 const placement_request& wanted = {}) {
  detail::mapping_search search(estimate, l, wanted);
  if (std::optional<mapped_layer> best = search.best()) return std::move(*best);
  search.refuse();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
