// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>
#include <variant>

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
using layer_operators = operators<run_time_patterns, float>;
/// What a convolution or linear layer is compiled to; nothing for others.
using layer_operator = std::variant<std::monostate, layer_operators::conv, layer_operators::linear>;

/// y = layer(x), `second` added where the layer is a sum or `s` adds a residual. `window` is of
/// convolutions and pools: the layer's own, or what is left of it on some rows (`restrict_to`).
template <class Executor>
void run_layer(const layer<float>& of, const conv_window& window, const step& s,
               const layer_operator& op, tensor_view<const float> x, const float* second,
               tensor_view<float> y, const Executor& executor) {
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
  layer_epilogue epilogue;
  epilogue.rows = out.c;
  epilogue.pixels = out.h * out.w;
  epilogue.ends_in_relu = s.ends_in_relu;
  if (s.adds_residual) epilogue.residual = second;

  std::visit(
      [&](const auto& l) {
        using L = std::decay_t<decltype(l)>;
        if constexpr (std::is_same_v<L, conv<float>>) {
          if (!l.bias.empty()) epilogue.bias = l.bias.data();
          std::visit([&](const auto& w) { w(x, y, executor, epilogue, window.padding); },
                     std::get<layer_operators::conv>(op));
        } else if constexpr (std::is_same_v<L, linear<float>>) {
          if (!l.bias.empty()) epilogue.bias = l.bias.data();
          // Images are the columns: a transposed view of (n, features).
          const matrix_view<const float> columns{x.data, in_image, in.n, 1, in_image};
          const matrix_view<float> result{y.data, out.c, out.n, 1, out.c};
          std::visit([&](const auto& w) { w(columns, result, executor, epilogue); },
                     std::get<layer_operators::linear>(op));
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
        } else if constexpr (std::is_same_v<L, max_pool> || std::is_same_v<L, average_pool>) {
          each_plane([&](const float* from, const float*, index_t planes, float* to) {
            L{window}.evaluate(from, in, planes, to);
          });
        } else if constexpr (std::is_same_v<L, global_average_pool>) {
          each_plane([&](const float* from, const float*, index_t planes, float* to) {
            l.evaluate(from, in, planes, to);
          });
        }
      },
      of);
}

}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI::network
