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

#include <lacuna/network/arena_plan.hpp>
#include <lacuna/network/quantized_epilogue.hpp>
#include <lacuna/network/quantized_step.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// A network compiled to int8 for inference, as `inference` is to float: convolutions and linear
/// layers multiply int8 weights (a scale an output channel) with 8-bit activations (a scale a
/// tensor) to exact 32-bit sums; bias, residual, relu and rounding to 8 bits are fused. Max pools
/// compare integers. Other layers go through floats, on one thread an image. The image and the
/// scores are floats.
///
/// Activations are unsigned behind a relu and where no image was negative, signed elsewhere
/// (quantize.hpp). Results are bit-identical for any executor. Calls are not const: they use the
/// buffers.
class quantized_inference {
 public:
  /// As `choose_in`.
  quantized_inference(const graph<float>& g, const pattern& p, const std::vector<node_id>& nodes,
                      const activation_ranges& ranges)
      : quantized_inference(g, choose_in(g, p, nodes), ranges) {}

  /// `ranges` of all results, as `calibrate` finds them.
  /// @throws format_error naming the layer when its weights disobey its pattern or are not finite,
  /// or when `ranges` lacks its result; unsupported_error when a pattern is not among
  /// `quantized_patterns`.
  quantized_inference(const graph<float>& g, const pattern_choice& choose,
                      const activation_ranges& ranges)
      : graph_(fold_batch_norms(g)) {
    const std::vector<step> fused = plan_steps(graph_);
    std::vector<std::size_t> step_of(graph_.nodes().size());
    for (std::size_t s = 0; s < fused.size(); ++s) step_of[fused[s].result] = s;
    for (const step& f : fused) {
      auto& s = steps_.emplace_back();
      s.fused = f;
      for (const node_id in : f.inputs) s.inputs.push_back(step_of[in]);
      const quantized_type in = s.inputs.empty() ? quantized_type{} : steps_[s.inputs[0]].result;
      s.result = detail::type_of_result(graph_, f, in, ranges);
      // The last linear layer's results are not quantised.
      const bool is_last = f.result == graph_.output();
      const float unit = is_linear(s) && is_last ? 1.0F : s.result.scale;
      const storage taken = detail::compile(s, graph_[f.node], choose, in, unit);
      weights_ = {weights_.values + taken.values, weights_.metadata + taken.metadata};
    }
    plan_ = plan_arena(
        steps_.size(), [&](std::size_t s) -> const auto& { return steps_[s].inputs; },
        [&](std::size_t s) -> std::optional<std::size_t> {
          // A residual's bytes are read just before the sum with them is stored.
          const quantized_step& d = steps_[s];
          return d.fused.adds_residual && d.inputs[0] != d.inputs[1] ? std::optional<std::size_t>(1)
                                                                     : std::nullopt;
        },
        [&](std::size_t s) -> index_t {
          return round_up(graph_[steps_[s].fused.result].extents.size(),
                          static_cast<index_t>(cache_line));
        });
  }

  [[nodiscard]] extents4 output_extents(const extents4& images) const {
    return network::output_extents(graph_, images);
  }
  /// What the int8 weights of convolutions and linear layers take, each in its format.
  [[nodiscard]] const storage& weights() const noexcept { return weights_; }
  /// Called with a layer's name when it, and what was fused into it, has run.
  void observe(std::function<void(const std::string&)> after_layer) {
    observer_ = std::move(after_layer);
  }

  /// y = network(x). @throws shape_error when extents do not fit.
  template <executor Executor = serial>
  void operator()(const tensor<float>& x, tensor<float>& y, const Executor& executor = {}) {
    expect_fits(graph_, x.extents(), y.extents());
    const index_t images = x.extents().n;
    if (images == 0) return;
    arena_.resize(std::max(arena_.size(), static_cast<std::size_t>(images * plan_.size)));
    const quantized_type& image = steps_[0].result;
    visit_type(image, [&](auto q) {
      quantize(x.data(), x.size(), image.scale, bytes_as<decltype(q)>(0, images));
    });
    for (std::size_t s = 1; s < steps_.size(); ++s) {
      float* const scores = s + 1 == steps_.size() ? y.data() : nullptr;
      run(s, images, scores, executor);
      if (observer_) observer_(graph_[steps_[s].fused.node].name);
    }
    if (steps_.size() == 1) read(0, images, y.data());
  }
  [[nodiscard]] tensor<float> operator()(const tensor<float>& x) {
    tensor<float> y(output_extents(x.extents()));
    (*this)(x, y, serial{});
    return y;
  }

 private:
  using quantized_step = detail::quantized_step;

  [[nodiscard]] bool is_linear(const quantized_step& s) const {
    return std::holds_alternative<linear<float>>(graph_[s.fused.node].layer);
  }

  template <class Q>
  [[nodiscard]] Q* bytes_as(std::size_t s, index_t images) noexcept {
    return reinterpret_cast<Q*>(arena_.data() + plan_.offset_of[s] * images);
  }
  [[nodiscard]] extents4 extents_of(std::size_t s, index_t images) const {
    extents4 e = graph_[steps_[s].fused.result].extents;
    e.n = images;
    return e;
  }
  template <class Q>
  [[nodiscard]] tensor_view<Q> result_of(std::size_t s, index_t images) noexcept {
    return {bytes_as<Q>(s, images), extents_of(s, images)};
  }
  /// Results of a step, as floats.
  void read(std::size_t s, index_t images, float* to) {
    const quantized_type& type = steps_[s].result;
    visit_type(type, [&](auto q) {
      dequantize(bytes_as<decltype(q)>(s, images), extents_of(s, images).size(), type.scale, to);
    });
  }

  /// `scores`, where it is given, gets the result in floats.
  template <class Executor>
  void run(std::size_t s, index_t images, float* scores, const Executor& executor) {
    const auto& layer = graph_[steps_[s].fused.node].layer;
    const std::size_t from = steps_[s].inputs[0];
    if (is_linear(steps_[s])) {
      visit_type(steps_[from].result,
                 [&](auto x) { run_linear<decltype(x)>(s, images, scores, executor); });
      return;
    }
    if (std::holds_alternative<conv<float>>(layer)) {
      visit_type(steps_[from].result, [&](auto x) { run_conv<decltype(x)>(s, images, executor); });
    } else if (const auto* pool = std::get_if<max_pool>(&layer)) {
      visit_type(steps_[s].result, [&](auto q) {
        using Q = decltype(q);
        const tensor_view<const Q> x = result_of<Q>(from, images);
        const tensor_view<Q> y = result_of<Q>(s, images);
        const index_t planes = images * x.extents.c;
        const index_t tasks = std::clamp<index_t>(executor.concurrency(), 1, planes);
        executor.for_each_index(tasks, [&](index_t task) {
          const index_t first = planes * task / tasks;
          pool->evaluate(x.data + first * x.extents.h * x.extents.w, x.extents,
                         planes * (task + 1) / tasks - first,
                         y.data + first * y.extents.h * y.extents.w);
        });
      });
    } else {
      run_in_floats(s, images, executor);
    }
    if (scores != nullptr) read(s, images, scores);
  }

  template <class X, class Executor>
  void run_conv(std::size_t s, index_t images, const Executor& executor) {
    const quantized_step& d = steps_[s];
    const extents4 out = extents_of(s, images);
    detail::quantized_epilogue epilogue;
    epilogue.scales = d.scales.data();
    epilogue.bias = d.bias.data();
    epilogue.is_signed = d.result.is_signed;
    epilogue.rows = out.c;
    epilogue.pixels = out.h * out.w;
    if (d.fused.adds_residual) {
      const quantized_type& type = steps_[d.inputs[1]].result;
      epilogue.residual = bytes_as<std::uint8_t>(d.inputs[1], images);
      epilogue.residual_is_signed = type.is_signed;
      epilogue.residual_scale = type.scale / d.result.scale;
    }
    std::visit(
        [&](const auto& op) {
          op(tensor_view<const X>(result_of<X>(d.inputs[0], images)),
             result_of<std::uint8_t>(s, images), executor, epilogue);
        },
        std::get<quantized_step::conv_operator>(d.op));
  }

  template <class X, class Executor>
  void run_linear(std::size_t s, index_t images, float* scores, const Executor& executor) {
    const quantized_step& d = steps_[s];
    const index_t rows = extents_of(s, images).c;
    const extents4 in = extents_of(d.inputs[0], images);
    const index_t depth = in.size() / images;
    sums_.resize(std::max(sums_.size(), static_cast<std::size_t>(rows * images)));
    // Images are the columns: a transposed view of (n, features).
    const matrix_view<const X> columns{bytes_as<X>(d.inputs[0], images), depth, images, 1, depth};
    const matrix_view<std::int32_t> sums{sums_.data(), rows, images, images, 1};
    std::visit([&](const auto& op) { op(columns, sums, executor, no_epilogue{}); },
               std::get<quantized_step::linear_operator>(d.op));
    floats_.resize(std::max(floats_.size(), static_cast<std::size_t>(rows * images)));
    float* const y = scores != nullptr ? scores : floats_.data();
    for (index_t n = 0; n < images; ++n) {
      for (index_t o = 0; o < rows; ++o) {
        const auto row = static_cast<std::size_t>(o);
        const float value = kernel::simd::fused_multiply_add(static_cast<float>(sums(o, n)),
                                                             d.scales[row], d.bias[row]);
        y[n * rows + o] = d.fused.ends_in_relu && value < 0 ? 0 : value;
      }
    }
    if (scores != nullptr) return;
    visit_type(d.result,
               [&](auto q) { quantize(y, rows * images, 1.0F, bytes_as<decltype(q)>(s, images)); });
  }

  /// Other layers: one image a task.
  template <class Executor>
  void run_in_floats(std::size_t s, index_t images, const Executor& executor) {
    const quantized_step& d = steps_[s];
    const extents4 in = extents_of(d.inputs[0], 1);
    const extents4 out = extents_of(s, 1);
    executor.for_each_index(images, [&](index_t n) {
      std::vector<aligned_vector<float>> x;
      for (const std::size_t i : d.inputs) {
        visit_type(steps_[i].result, [&](auto q) {
          dequantize(bytes_as<decltype(q)>(i, images) + n * in.size(), in.size(),
                     steps_[i].result.scale,
                     x.emplace_back(static_cast<std::size_t>(in.size())).data());
        });
      }
      aligned_vector<float> y(static_cast<std::size_t>(out.size()));
      std::visit(
          [&](const auto& l) {
            using L = std::decay_t<decltype(l)>;
            if constexpr (std::is_same_v<L, batch_norm<float>>) {
              l.evaluate(x[0].data(), in.h * in.w, y.data());
            } else if constexpr (std::is_same_v<L, add>) {
              l.evaluate(x[0].data(), x[1].data(), in.size(), y.data());
            } else if constexpr (std::is_same_v<L, relu>) {
              l.evaluate(x[0].data(), in.size(), y.data());
            } else if constexpr (std::is_same_v<L, average_pool> ||
                                 std::is_same_v<L, global_average_pool>) {
              l.evaluate(x[0].data(), in, in.c, y.data());
            }
          },
          graph_[d.fused.node].layer);
      visit_type(d.result, [&](auto q) {
        quantize(y.data(), out.size(), d.result.scale,
                 bytes_as<decltype(q)>(s, images) + n * out.size());
      });
    });
  }

  graph<float> graph_;
  std::vector<quantized_step> steps_;
  arena_plan plan_;
  aligned_vector<std::uint8_t> arena_;
  aligned_vector<std::int32_t> sums_;  ///< of a linear layer
  aligned_vector<float> floats_;       ///< the same
  storage weights_{};
  std::function<void(const std::string&)> observer_;
};

}  // namespace lacuna::inline LACUNA_ABI::network
