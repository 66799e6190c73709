// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/conv_window.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/kernel/pack/dot_columns.hpp>

// What narrow X is, whoever makes words of it:
//   images(), cols()   how many images, and columns of X in each
//   values()           what there is to be looked at, whatever its order
//   pack(image, col, count, strips, words)   where columns lie as they are; see `dot_strips`
// and `element`, the type of X's values.

namespace lacuna::inline LACUNA_ABI::detail {

/// The columns of a matrix.
template <class X>
struct dot_matrix_columns {
  using element = X;
  matrix_view<const X> x;

  [[nodiscard]] index_t images() const noexcept { return 1; }
  [[nodiscard]] index_t cols() const noexcept { return x.cols; }
  [[nodiscard]] matrix_view<const X> values() const noexcept { return x; }
  void pack(index_t /*image*/, index_t col, index_t count, const kernel::dot_strips& strips,
            std::int32_t* words) const {
    kernel::pack_dot_columns(x, col, count, strips, words);
  }
};

/// A batch of images (n, c, h, w) under a convolution's window, a column an output pixel; columns
/// lie as they are where the window is one pixel.
template <class X>
struct windowed_images {
  using element = X;
  const X* x;
  extents4 in;
  conv_window window;

  [[nodiscard]] index_t images() const noexcept { return in.n; }
  [[nodiscard]] index_t cols() const noexcept { return window.out_h(in.h) * window.out_w(in.w); }
  [[nodiscard]] matrix_view<const X> values() const noexcept {
    return as_view(x, 1, in.n * in.c * in.h * in.w);
  }
  void pack(index_t image, index_t col, index_t count, const kernel::dot_strips& strips,
            std::int32_t* words) const {
    const index_t pixels = in.h * in.w;
    kernel::pack_dot_columns(as_view(x + image * in.c * pixels, in.c, pixels), col, count, strips,
                             words);
  }
};

}  // namespace lacuna::inline LACUNA_ABI::detail
