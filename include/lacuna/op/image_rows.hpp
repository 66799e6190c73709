// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include <lacuna/core/executor.hpp>
#include <lacuna/core/matrix_view.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/format/dense.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Images of rows x cols values, rows contiguous: a matrix is one image.
template <class T>
struct image_rows {
  T* data{nullptr};
  index_t images{0};
  index_t rows{0};
  index_t cols{0};
  index_t ld{0};
  index_t image_stride{0};

  [[nodiscard]] T* at(index_t image, index_t row, index_t col) const noexcept {
    return data + image * image_stride + row * ld + col;
  }
};
template <class T>
[[nodiscard]] image_rows<T> as_image_rows(matrix_view<T> m) noexcept {
  return {m.data, 1, m.rows, m.cols, m.row_stride, 0};
}
template <class Tensor>
[[nodiscard]] auto as_image_rows(Tensor& t) noexcept {
  const extents4 e = t.extents();
  return image_rows<std::remove_pointer_t<decltype(t.data())>>{
      t.data(), e.n, e.c, e.h * e.w, e.h * e.w, e.c * e.h * e.w};
}

/// f(image, first row, rows, first column, columns) for every block of at most `Rows` rows, columns
/// cut to strips of 4096 or more: long enough for the prefetchers, short enough to share. No two
/// calls meet in a column of a block, and a strip is all columns or fills vectors.
template <index_t Rows, class T, executor Executor, class F>
void for_each_strip(const image_rows<T>& x, const Executor& executor, const F& f) {
  constexpr index_t width = 4096;
  if (x.images == 0 || x.rows == 0 || x.cols == 0) return;
  const index_t blocks = ceil_div(x.rows, Rows);
  const index_t strips = std::max<index_t>(1, x.cols / width);
  const index_t pieces = x.images * blocks * strips;
  // Four tasks a thread even out what neighbours on the machine take from one of them.
  const index_t tasks =
      std::min(pieces, executor.concurrency() > 1 ? 4 * executor.concurrency() : 1);
  executor.for_each_index(tasks, [&](index_t task) {
    for (index_t piece = pieces * task / tasks; piece < pieces * (task + 1) / tasks; ++piece) {
      const index_t strip = piece % strips;
      const index_t row = piece / strips % blocks * Rows;
      const index_t col = strip * width;
      const index_t cols = strip + 1 == strips ? x.cols - col : width;
      f(piece / (strips * blocks), row, std::min(Rows, x.rows - row), col, cols);
    }
  });
}

/// Rows of X in one piece of memory each: X itself, or a copy in `rows`.
template <class T>
[[nodiscard]] matrix_view<const T> contiguous_rows(matrix_view<const T> x, dense_matrix<T>& rows) {
  if (x.col_stride == 1 || x.cols <= 1) return x;
  rows.resize(x.rows, x.cols);
  for (index_t j = 0; j < x.cols; ++j) {
    for (index_t i = 0; i < x.rows; ++i) rows(i, j) = x(i, j);
  }
  return as_view(std::as_const(rows));
}

}  // namespace lacuna::inline LACUNA_ABI::detail
