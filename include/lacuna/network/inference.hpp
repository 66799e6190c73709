// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/thread_scratch.hpp>
#include <lacuna/format/storage.hpp>
#include <lacuna/network/arena_plan.hpp>
#include <lacuna/network/fold.hpp>
#include <lacuna/network/fuse.hpp>
#include <lacuna/network/row_bands.hpp>
#include <lacuna/network/run_layer.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Which pattern a convolution or linear layer is compiled for.
using pattern_choice = std::function<pattern(const node<float>&)>;

/// The same pattern for all layers in `nodes` (as `prunable` gives them), dense for others.
[[nodiscard]] inline pattern_choice choose_in(const graph<float>& g, const pattern& p,
                                              const std::vector<node_id>& nodes) {
  std::vector<std::string> names;
  for (const node_id id : nodes) names.push_back(g[id].name);
  return [p, names](const node<float>& n) -> pattern {
    if (std::find(names.begin(), names.end(), n.name) != names.end()) return p;
    return dense_pattern{};
  };
}

/// A network compiled for inference: batch norms folded, relu and residual sums fused into the
/// products before them, weights converted to a pattern's format and packed once a layer,
/// activations in buffers that are reused, or of some rows at a time (`plan_bands`). Convolutions
/// are `conv2d`, linear layers `matmul` operators; images are NCHW throughout.
///
/// Weights must have been pruned before where a pattern demands it: conversion is exact.
/// Results are bit-identical for any executor. Calls are not const: they use the buffers.
class inference {
 public:
  /// As `choose_in`.
  inference(const graph<float>& g, const pattern& p, const std::vector<node_id>& nodes)
      : inference(g, choose_in(g, p, nodes)) {}

  /// @throws format_error naming the layer when its weights disobey its pattern;
  /// unsupported_error when a pattern is not among `run_time_patterns`.
  inference(const graph<float>& g, const pattern_choice& choose)
      : graph_(fold_batch_norms(g)), steps_(plan_steps(graph_)) {
    std::vector<std::size_t> step_of(graph_.nodes().size());
    for (std::size_t s = 0; s < steps_.size(); ++s) step_of[steps_[s].result] = s;
    for (const step& s : steps_) {
      inputs_.emplace_back();
      for (const node_id in : s.inputs) inputs_.back().push_back(step_of[in]);
      operators_.push_back(compile(graph_[s.node], choose));
    }
    bands_ = plan_bands(graph_, steps_, inputs_);
    plan_ = plan_arena(
        steps_.size(),
        [&](std::size_t s) -> const auto& {
          // X of the first step is read until the last is done.
          const auto* const banded = bands_of(s);
          return inputs_[banded != nullptr ? banded->first : s];
        },
        [&](std::size_t s) { return overwritten(s); },
        [&](std::size_t s) -> index_t {
          // Images and scores are the caller's. Whole lines, whatever the count of images.
          const auto* const banded = bands_of(s);
          const bool is_in_bands = banded != nullptr && s < banded->last;
          if (s == 0 || s + 1 == steps_.size() || is_in_bands) return 0;
          constexpr auto line = static_cast<index_t>(cache_line / sizeof(float));
          return round_up(graph_[steps_[s].result].extents.size(), line);
        });
  }

  [[nodiscard]] extents4 output_extents(const extents4& images) const {
    return network::output_extents(graph_, images);
  }
  /// What the weights of convolutions and linear layers take, each in its format.
  [[nodiscard]] const storage& weights() const noexcept { return weights_; }
  /// Called with a layer's name when it, and what was fused into it, has run: for whoever times or
  /// looks at layers. Convolutions that run in bands with a pool have run when it has, and are not
  /// named. None by default.
  void observe(std::function<void(const std::string&)> after_layer) {
    observer_ = std::move(after_layer);
  }
  /// Weights kept, edge padding of formats not counted.
  [[nodiscard]] index_t stored_weights() const noexcept { return stored_; }

  /// y = network(x). @throws shape_error when extents do not fit.
  template <executor Executor = serial>
  void operator()(const tensor<float>& x, tensor<float>& y, const Executor& executor = {}) {
    expect_fits(graph_, x.extents(), y.extents());
    const index_t images = x.extents().n;
    if (images == 0) return;
    const auto size = static_cast<std::size_t>(images * plan_.size);
    if (arena_.size() < size) {
      arena_ = {};  // nothing to copy
      arena_.resize(size);
    }
    const auto result = [&](std::size_t s) {
      return s + 1 == steps_.size() ? as_view(y) : result_of(s, images);
    };
    for (std::size_t s = 1; s < steps_.size(); ++s) {
      const auto operand = [&](std::size_t i) -> tensor_view<const float> {
        const std::size_t from = inputs_[s][i];
        return from == 0 ? as_view(x) : result_of(from, images);
      };
      if (const auto* const banded = bands_of(s)) {
        const auto from = operand(0);
        s = banded->last;
        run_bands(*banded, from, result(s), executor);
      } else {
        run(s, operand(0), inputs_[s].size() > 1 ? operand(1).data : nullptr, result(s), executor);
      }
      if (observer_) observer_(graph_[steps_[s].node].name);
    }
  }
  [[nodiscard]] tensor<float> operator()(const tensor<float>& x) {
    tensor<float> y(output_extents(x.extents()));
    (*this)(x, y, serial{});
    return y;
  }

 private:
  struct rows_of_bands;  ///< tags memory that a thread keeps

  [[nodiscard]] detail::layer_operator compile(const node<float>& n, const pattern_choice& choose) {
    detail::layer_operator out;
    // `construct` returns what the format takes.
    const auto make = [&](const auto& weight, auto&& construct) {
      const pattern p = choose(n);
      try {
        visit_pattern(p, [&](auto type) {
          const auto& packed = to_format(type, weight);
          const storage s = construct(packed);
          weights_ = {weights_.values + s.values, weights_.metadata + s.metadata};
          for_each_stored(packed, [&](const auto&...) { ++stored_; });
        });
      } catch (const format_error& e) {
        throw format_error(n.name + ": " + e.what());
      }
    };
    if (const auto* c = std::get_if<conv<float>>(&n.layer)) {
      make(c->weight, [&](const auto& packed) {
        out.emplace<detail::layer_operators::conv>(
            conv2d(packed, {c->stride, c->padding, c->dilation}));
        return storage_of(packed.matrix);
      });
    } else if (const auto* l = std::get_if<linear<float>>(&n.layer)) {
      // As a matrix, which has one column a feature: filters are padded to whole blocks.
      make(l->weight.matrix, [&](const auto& packed) {
        out.emplace<detail::layer_operators::linear>(matmul(packed));
        return storage_of(packed);
      });
    }
    return out;
  }

  /// Which of its inputs a step's result may lie over, value by value. A residual is read where the
  /// sum with it is stored: done in place, a line less is fetched for each that is written.
  [[nodiscard]] std::optional<std::size_t> overwritten(std::size_t s) const {
    const auto& layer = graph_[steps_[s].node].layer;
    if (steps_[s].adds_residual && inputs_[s][0] != inputs_[s][1]) return 1;
    if (std::holds_alternative<relu>(layer) || std::holds_alternative<add>(layer)) return 0;
    return std::nullopt;
  }

  [[nodiscard]] tensor_view<float> result_of(std::size_t s, index_t images) {
    extents4 e = graph_[steps_[s].result].extents;
    e.n = images;
    return {arena_.data() + plan_.offset_of[s] * images, e};
  }

  /// The steps that run in bands together with step s.
  [[nodiscard]] const banded_steps* bands_of(std::size_t s) const noexcept {
    const auto b = std::find_if(bands_.begin(), bands_.end(), [&](const banded_steps& of_bands) {
      return of_bands.first <= s && s <= of_bands.last;
    });
    return b == bands_.end() ? nullptr : &*b;
  }

  template <class Executor>
  void run(std::size_t s, tensor_view<const float> x, const float* second, tensor_view<float> y,
           const Executor& executor) const {
    const node<float>& n = graph_[steps_[s].node];
    detail::run_layer(n.layer, detail::window_of(n.layer).value_or(conv_window{}), steps_[s],
                      operators_[s], x, second, y, executor);
  }

  /// Each task a band of an image: its rows of all results but the last in memory of its thread's.
  template <class Executor>
  void run_bands(const banded_steps& of_bands, tensor_view<const float> x, tensor_view<float> y,
                 const Executor& executor) const {
    const auto [first, last, least_bands] = of_bands;
    const extents4& out = y.extents;
    const index_t bands = std::min(round_up(least_bands, index_t{executor.concurrency()}), out.h);
    executor.for_each_index(out.n * bands, [&, first = first, last = last](index_t task) {
      const index_t image = task / bands;
      const index_t band = task % bands;
      const row_range rows{out.h * band / bands, out.h * (band + 1) / bands};
      // X of each step in turn, from the last on.
      std::vector<window_on_rows> parts(last - first + 1);
      std::vector<tensor_view<float>> operands(parts.size());
      row_range seen = rows;
      index_t size = 0;
      for (std::size_t i = parts.size(); i-- > 0;) {
        const auto& layer = graph_[steps_[first + i].node].layer;
        extents4 in = graph_[steps_[inputs_[first + i].front()].result].extents;
        parts[i] = restrict_to(seen, *detail::window_of(layer), in.h);
        seen = parts[i].in;
        in.n = 1;
        in.h = seen.size();
        operands[i].extents = in;
        size += round_up(in.size(), cache_line / sizeof(float));
      }
      float* memory = thread_scratch<float, rows_of_bands>(size);
      for (auto& operand : operands) {
        operand.data = memory;
        memory += round_up(operand.extents.size(), cache_line / sizeof(float));
      }
      for (index_t c = 0; c < x.extents.c; ++c) {
        const float* const plane =
            x.data + ((image * x.extents.c + c) * x.extents.h + seen.first) * x.extents.w;
        const index_t pixels = seen.size() * x.extents.w;
        std::copy_n(plane, pixels, operands[0].data + c * pixels);
      }
      const auto run_part = [&](std::size_t i, tensor_view<const float> from,
                                tensor_view<float> to) {
        detail::run_layer(graph_[steps_[first + i].node].layer, parts[i].window, steps_[first + i],
                          operators_[first + i], from, nullptr, to, serial{});
      };
      for (std::size_t i = 0; first + i < last; ++i) run_part(i, operands[i], operands[i + 1]);
      // Planes of Y are longer than the band's.
      const tensor_view<float>& pooled = operands.back();
      const index_t pixels = pooled.extents.h * pooled.extents.w;
      for (index_t c = 0; c < out.c; ++c) {
        float* const plane = y.data + ((image * out.c + c) * out.h + rows.first) * out.w;
        run_part(last - first,
                 {pooled.data + c * pixels, {1, 1, pooled.extents.h, pooled.extents.w}},
                 {plane, {1, 1, rows.size(), out.w}});
      }
    });
  }

  graph<float> graph_;
  std::vector<step> steps_;
  std::vector<std::vector<std::size_t>> inputs_;   ///< by step: steps
  std::vector<detail::layer_operator> operators_;  ///< by step
  std::vector<banded_steps> bands_;
  arena_plan plan_;
  aligned_vector<float> arena_;
  storage weights_{};
  index_t stored_{0};
  std::function<void(const std::string&)> observer_;
};

}  // namespace lacuna::inline LACUNA_ABI::network
