// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/core/thread_scratch.hpp>
#include <lacuna/kernel/pack/dot_columns.hpp>
#include <lacuna/kernel/pack/dot_patches.hpp>

// Where the strips of `dot_panels` get X from, in words of four rows. A source has
//   images(), cols()          how many images, and columns of X in each
//   pack(image, col, count, strips, words)   see `dot_strips`
// and `element`, the type of X's values.

namespace lacuna::inline LACUNA_ABI::detail {

/// The columns of a matrix.
template <class X>
struct dot_matrix_columns {
  using element = X;
  matrix_view<const X> x;

  [[nodiscard]] index_t images() const noexcept { return 1; }
  [[nodiscard]] index_t cols() const noexcept { return x.cols; }
  /// What there is to be looked at, whatever the columns' order.
  [[nodiscard]] matrix_view<const X> values() const noexcept { return x; }
  void pack(index_t /*image*/, index_t col, index_t count, const kernel::dot_strips& strips,
            std::int32_t* words) const {
    kernel::pack_dot_columns(x, col, count, strips, words);
  }
};

template <class X>
struct dot_patch_columns;

/// A batch of images (n, c, h, w) under a convolution's window, a column an output pixel: what the
/// sources of patches are made of.
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
  [[nodiscard]] dot_patch_columns<X> columns() const { return {x, in, window}; }
};

/// The patches of a batch of images under a convolution's window, a column an output pixel. Where
/// the window's stride is not 1 the images are cut in phases first, in memory that the thread
/// keeps.
template <class X>
struct dot_patch_columns {
  using element = X;
  const X* x;
  extents4 in;
  conv_window window;
  index_t image_size;

  dot_patch_columns(const X* images, const extents4& extents, const conv_window& how)
      : x(images), in(extents), window(how), image_size(in.c * in.h * in.w) {
    if (window.stride == extents2(1) || in.n * image_size == 0) return;
    const index_t phases = kernel::stride_phases(window, in.h, in.w).size(in.c);
    auto* const cut = thread_scratch<std::uint8_t>(in.n * phases + 16);
    for (index_t n = 0; n < in.n; ++n) {
      kernel::cut_phases(reinterpret_cast<const std::uint8_t*>(images + n * image_size), in.c, in.h,
                         in.w, window, cut + n * phases);
    }
    x = reinterpret_cast<const X*>(cut);
    image_size = phases;
  }

  [[nodiscard]] index_t images() const noexcept { return in.n; }
  [[nodiscard]] index_t cols() const noexcept { return window.out_h(in.h) * window.out_w(in.w); }
  void pack(index_t image, index_t col, index_t count, const kernel::dot_strips& strips,
            std::int32_t* words) const {
    const X* const channels = x + image * image_size;
    if (window.is_pointwise()) {
      return kernel::pack_dot_columns(as_view(channels, in.c, in.h * in.w), col, count, strips,
                                      words);
    }
    for (index_t j = 0; j < count; j += strips.cols, words += strips.size) {
      kernel::pack_dot_patches(channels, in.c, in.h, in.w, window, col + j,
                               std::min(strips.cols, count - j), strips.stride, words);
    }
  }
};

}  // namespace lacuna::inline LACUNA_ABI::detail
