// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include <lacuna/core/executor.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/core/thread_scratch.hpp>
#include <lacuna/kernel/pack/dot_columns.hpp>
#include <lacuna/op/column_source.hpp>

// X of bytes or bfloat16 as the words that dot panels read: interleaved once, it goes on as a
// matrix or images of floats.

namespace lacuna::inline LACUNA_ABI::detail {

/// What stands for zero in words made of X.
template <class X>
[[nodiscard]] constexpr x_zero<float> zero_of_words() noexcept {
  return {std::bit_cast<float>(kernel::dot_bytes<X>::flips), kernel::dot_bytes<X>::zero};
}

/// f(first, last) of runs of groups of rows, a run a task.
template <class X, class Executor, class F>
void for_each_run(index_t groups, const Executor& executor, const F& f) {
  const index_t tasks = std::min(groups, executor.concurrency());
  executor.for_each_index(
      tasks, [&](index_t task) { f(groups * task / tasks, groups * (task + 1) / tasks); });
}

/// X (k, n) as words (k / group, n), in memory that the calling thread keeps until it interleaves
/// again. Rows start on cache lines, an odd number of them apart, so that columns spread over the
/// sets of the first-level cache, and are readable by whole vectors.
template <class X, executor Executor>
[[nodiscard]] matrix_view<const float> interleaved(matrix_view<const X> x,
                                                   const Executor& executor) {
  constexpr index_t group = kernel::detail::group_rows<X>;
  constexpr auto line = static_cast<index_t>(cache_line / sizeof(float));
  const index_t groups = ceil_div(x.rows, group);
  const index_t lines = ceil_div(x.cols, line);
  const index_t stride = (lines + 1 - lines % 2) * line;
  float* const words = thread_scratch<float>(groups * stride + line);
  if (x.cols == 1 && x.row_stride == 1) {
    kernel::pack_dot_vector(x.data, x.rows, words);
    return {words, groups, 1, 1, 1};
  }
  for_each_run<X>(groups, executor, [&](index_t first, index_t last) {
    matrix_view<const X> rows = x;
    rows.data += first * group * x.row_stride;
    rows.rows = std::min(last * group, x.rows) - first * group;
    kernel::pack_dot_columns(rows, 0, x.cols, {x.cols, stride, 0}, words + first * stride);
  });
  return {words, groups, x.cols, stride, 1};
}

/// Images X (n, c, h, w) as images of words (n, c / group, h, w), in the same memory.
template <class X, executor Executor>
[[nodiscard]] tensor_view<const float> interleaved(tensor_view<const X> x,
                                                   const Executor& executor) {
  constexpr index_t group = kernel::detail::group_rows<X>;
  const extents4& in = x.extents;
  const index_t groups = ceil_div(in.c, group);
  const index_t pixels = in.h * in.w;
  float* const words = thread_scratch<float>(in.n * groups * pixels + index_t{cache_line});
  for_each_run<X>(in.n * groups, executor, [&](index_t first, index_t last) {
    for (index_t g = first; g < last;) {
      const index_t image = g / groups;
      const index_t channel = g % groups * group;
      const index_t count = std::min(last - g, groups - g % groups);
      kernel::pack_dot_columns(as_view(x.data + (image * in.c + channel) * pixels,
                                       std::min(count * group, in.c - channel), pixels),
                               0, pixels, {pixels, pixels, 0}, words + g * pixels);
      g += count;
    }
  });
  return {words, {in.n, groups, in.h, in.w}};
}

}  // namespace lacuna::inline LACUNA_ABI::detail
