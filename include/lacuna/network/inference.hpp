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
#include <lacuna/format/storage.hpp>
#include <lacuna/network/arena_plan.hpp>
#include <lacuna/network/fold.hpp>
#include <lacuna/network/fuse.hpp>
#include <lacuna/network/run_time_pattern.hpp>
#include <lacuna/op/conv2d.hpp>
#include <lacuna/op/matmul.hpp>

namespace lacuna::inline LACUNA_ABI::network {

namespace detail {
/// y + bias[row] + residual, then relu; each where there is one. The choice is made at run time, a
/// predictable branch a vector, so that a format's kernel is compiled once and not once for each of
/// the combinations.
struct layer_epilogue : epilogue_tag {
  const float* bias{nullptr};
  const float* residual{nullptr};
  index_t rows{0};
  index_t pixels{0};
  bool ends_in_relu{false};

  template <class B>
  [[nodiscard]] LACUNA_ALWAYS_INLINE B operator()(const B& sum, const position& at) const noexcept {
    B y = sum;
    if (bias != nullptr) y = y + B(bias[at.row]);
    if (residual != nullptr) {
      const float* from = residual + (at.image * rows + at.row) * pixels + at.col;
      y = y + lacuna::detail::load_as<B>(from, at.count);
    }
    return ends_in_relu ? relu_epilogue{}(y, at) : y;
  }
};

template <class List, scalar T>
struct operators;
/// An operator of any of the patterns, with weights of type T.
template <class... Patterns, scalar T>
struct operators<pattern_list<Patterns...>, T> {
  using conv = std::variant<conv2d<format_t<Patterns, T>>...>;
  using linear = std::variant<matmul<format_t<Patterns, T>>...>;
};
}  // namespace detail

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
/// activations in buffers that are reused. Convolutions are `conv2d`, linear layers `matmul`
/// operators; images are NCHW throughout.
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
    plan_ = plan_arena(
        steps_.size(), [&](std::size_t s) -> const auto& { return inputs_[s]; },
        [&](std::size_t s) { return overwritten(s); },
        [&](std::size_t s) -> index_t {
          // Images and scores are the caller's. Whole lines, whatever the count of images.
          if (s == 0 || s + 1 == steps_.size()) return 0;
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
  /// looks at layers. None by default.
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
      run(s, operand(0), inputs_[s].size() > 1 ? operand(1).data : nullptr, result(s), executor);
      if (observer_) observer_(graph_[steps_[s].node].name);
    }
  }
  [[nodiscard]] tensor<float> operator()(const tensor<float>& x) {
    tensor<float> y(output_extents(x.extents()));
    (*this)(x, y, serial{});
    return y;
  }

 private:
  using conv_operator = detail::operators<run_time_patterns, float>::conv;
  using linear_operator = detail::operators<run_time_patterns, float>::linear;
  using any_operator = std::variant<std::monostate, conv_operator, linear_operator>;

  [[nodiscard]] any_operator compile(const node<float>& n, const pattern_choice& choose) {
    any_operator out;
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
        out.emplace<conv_operator>(conv2d(packed, {c->stride, c->padding, c->dilation}));
        return storage_of(packed.matrix);
      });
    } else if (const auto* l = std::get_if<linear<float>>(&n.layer)) {
      // As a matrix, which has one column a feature: filters are padded to whole blocks.
      make(l->weight.matrix, [&](const auto& packed) {
        out.emplace<linear_operator>(matmul(packed));
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

  template <class Executor>
  void run(std::size_t s, tensor_view<const float> x, const float* second, tensor_view<float> y,
           const Executor& executor) {
    const extents4& in = x.extents;
    const extents4& out = y.extents;
    const index_t in_image = in.size() / in.n;
    // Runs of planes (h, w), one a thread: f(x, what is added, planes, y).
    const auto each_plane = [&](auto&& f) {
      const index_t planes = in.n * in.c;
      const index_t tasks = std::clamp<index_t>(executor.concurrency(), 1, planes);
      executor.for_each_index(tasks, [&](index_t task) {
        const index_t first = planes * task / tasks;
        const index_t from = first * in.h * in.w;
        f(x.data + from, second == nullptr ? nullptr : second + from,
          planes * (task + 1) / tasks - first, y.data + first * out.h * out.w);
      });
    };
    detail::layer_epilogue epilogue;
    epilogue.rows = out.c;
    epilogue.pixels = out.h * out.w;
    epilogue.ends_in_relu = steps_[s].ends_in_relu;
    if (steps_[s].adds_residual) epilogue.residual = second;

    std::visit(
        [&](const auto& l) {
          using L = std::decay_t<decltype(l)>;
          if constexpr (std::is_same_v<L, conv<float>>) {
            if (!l.bias.empty()) epilogue.bias = l.bias.data();
            std::visit([&](const auto& op) { op(x, y, executor, epilogue); },
                       std::get<conv_operator>(operators_[s]));
          } else if constexpr (std::is_same_v<L, linear<float>>) {
            if (!l.bias.empty()) epilogue.bias = l.bias.data();
            // Images are the columns: a transposed view of (n, features).
            const matrix_view<const float> columns{x.data, in_image, in.n, 1, in_image};
            const matrix_view<float> result{y.data, out.c, out.n, 1, out.c};
            std::visit([&](const auto& op) { op(columns, result, executor, epilogue); },
                       std::get<linear_operator>(operators_[s]));
          } else if constexpr (std::is_same_v<L, batch_norm<float>>) {
            executor.for_each_index(in.n, [&](index_t n) {
              l.evaluate(x.data + n * in_image, in.h * in.w, y.data + n * in_image);
            });
          } else if constexpr (std::is_same_v<L, add>) {
            each_plane([&](const float* a, const float* b, index_t planes, float* to) {
              l.evaluate(a, b, planes * in.h * in.w, to);
            });
          } else if constexpr (std::is_same_v<L, relu>) {
            each_plane([&](const float* from, const float*, index_t planes, float* to) {
              l.evaluate(from, planes * in.h * in.w, to);
            });
          } else if constexpr (!std::is_same_v<L, input>) {
            each_plane([&](const float* from, const float*, index_t planes, float* to) {
              l.evaluate(from, in, planes, to);
            });
          }
        },
        graph_[steps_[s].node].layer);
  }

  graph<float> graph_;
  std::vector<step> steps_;
  std::vector<std::vector<std::size_t>> inputs_;  ///< by step: steps
  std::vector<any_operator> operators_;           ///< by step
  arena_plan plan_;
  aligned_vector<float> arena_;
  storage weights_{};
  index_t stored_{0};
  std::function<void(const std::string&)> observer_;
};

}  // namespace lacuna::inline LACUNA_ABI::network
