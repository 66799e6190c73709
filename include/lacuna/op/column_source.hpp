// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include <lacuna/kernel/pack/columns.hpp>
#include <lacuna/kernel/pack/patches.hpp>

// Where an operator's tiles get the columns of X from. A source has
//   images(), cols()          how many images, and columns of X in each
//   direct(image, col)        pointer to row 0 at that column where rows can be read in place
//                             with row_stride(), or nullptr
//   pack<Arch>(image, col, count, width, strip)   copies columns to a contiguous strip

namespace lacuna::inline LACUNA_ABI::detail {

/// The columns of a matrix.
template <class T, class X>
struct matrix_columns {
  matrix_view<const X> x;

  [[nodiscard]] index_t images() const noexcept { return 1; }
  [[nodiscard]] index_t cols() const noexcept { return x.cols; }
  [[nodiscard]] index_t row_stride() const noexcept { return x.row_stride; }
  [[nodiscard]] const T* direct(index_t /*image*/, index_t col) const noexcept {
    if constexpr (std::is_same_v<T, X>) {
      if (x.col_stride == 1) return x.data + col;
    }
    return nullptr;
  }
  template <class Arch>
  void pack(index_t /*image*/, index_t col, index_t count, index_t width, T* strip) const {
    kernel::pack_columns(x, col, count, width, strip);
  }
};

/// The patches of a batch of images under a convolution's window, a column an output pixel.
template <class T, class X>
struct patch_columns {
  const X* x;
  extents4 in;
  conv_window window;

  [[nodiscard]] index_t images() const noexcept { return in.n; }
  [[nodiscard]] index_t cols() const noexcept { return window.out_h(in.h) * window.out_w(in.w); }
  [[nodiscard]] index_t row_stride() const noexcept { return in.h * in.w; }
  [[nodiscard]] const T* direct(index_t image, index_t col) const noexcept {
    if constexpr (std::is_same_v<T, X>) {
      if (window.is_pointwise()) return x + image * in.c * in.h * in.w + col;
    }
    return nullptr;
  }
  template <class Arch>
  void pack(index_t image, index_t col, index_t count, index_t width, T* strip) const {
    kernel::pack_patches<Arch>(x + image * in.c * in.h * in.w, in.c, in.h, in.w, window, col, count,
                               width, strip);
  }
};

}  // namespace lacuna::inline LACUNA_ABI::detail
