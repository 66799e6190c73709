// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/core/conv_window.hpp>
#include <lacuna/network/feature_map.hpp>

// The patch matrix of a convolution (im2col) over a batch, a run of output rows at a time, and
// back. Output rows of all images are numbered image * out_h + y. Column (row - first) * out_w + x
// of the matrix is an output pixel, row tap * c + channel what the window sees there: the order of
// the columns of `filter`.

namespace lacuna::inline LACUNA_ABI::network {

namespace detail {
/// first <= i < last
struct index_range {
  index_t first{0};
  index_t last{0};
};

/// The outputs whose input, `offset` + stride * output, lies inside 0 ... size - 1.
[[nodiscard]] inline index_range inside(index_t outputs, index_t offset, index_t stride,
                                        index_t size) noexcept {
  const index_t first = offset >= 0 ? 0 : std::min(outputs, ceil_div(-offset, stride));
  const index_t last = offset >= size ? 0 : std::min(outputs, (size - 1 - offset) / stride + 1);
  return {first, std::max(first, last)};
}

/// Where one tap (ty, tx) of a window finds output rows `rows` of one plane (h, w).
struct tap_view {
  tap_view(const conv_window& window, index_t ty, index_t tx, index_t h, index_t w,
           index_range rows) noexcept
      : out_w(window.out_w(w)),
        width(w),
        stride(window.stride),
        x(inside(out_w, window.in_x(0, tx), stride.w, w)) {
    const index_range y = inside(window.out_h(h), window.in_y(0, ty), stride.h, h);
    inner = {std::clamp(y.first, rows.first, rows.last), std::clamp(y.last, rows.first, rows.last)};
    if (inner.last < inner.first || x.first == x.last) inner = {rows.first, rows.first};
    skipped = inner.first - rows.first;
    // When rows are as long out as in and the window moves by one, the tap is the plane shifted in
    // memory but for its border columns: one copy in place of one a row, which matters for the
    // 7 and 14 pixels of deep layers.
    is_shift = stride == extents2(1) && out_w == w;
    start = window.in_y(inner.first, ty) * w + window.in_x(0, tx);
    run = {std::max<index_t>(0, -start),
           std::min((inner.last - inner.first) * out_w, h * w - start)};
  }

  index_t out_w;
  index_t width;
  extents2 stride;
  index_range x;       ///< columns that are inside the plane
  index_range inner;   ///< rows that are
  index_t skipped{0};  ///< rows of padding before them
  bool is_shift{false};
  index_t start{0};  ///< plane offset of (inner.first, 0); may be outside
  index_range run;   ///< when it is a shift, the outputs from there that are in memory
};

/// Zeroes the columns of the inner rows that are padding: a column at a time, as row by row the
/// compiler makes a call of memset for one or two values.
template <class T>
void clear_borders(const tap_view& tap, T* rows) noexcept {
  const index_t end = (tap.inner.last - tap.inner.first) * tap.out_w;
  const auto clear = [&](index_t x) {
    for (index_t i = x; i < end; i += tap.out_w) rows[i] = T(0);
  };
  for (index_t x = 0; x < tap.x.first; ++x) clear(x);
  for (index_t x = tap.x.last; x < tap.out_w; ++x) clear(x);
}

template <class T>
void gather_tap(const tap_view& tap, const T* plane, index_range rows, T* to) noexcept {
  T* const end = to + (rows.last - rows.first) * tap.out_w;
  T* const inner = to + tap.skipped * tap.out_w;
  T* const inner_end = inner + (tap.inner.last - tap.inner.first) * tap.out_w;
  if (to != inner) std::fill(to, inner, T(0));
  if (inner_end != end) std::fill(inner_end, end, T(0));
  if (inner == inner_end) return;
  if (tap.is_shift) {
    std::copy(plane + tap.start + tap.run.first, plane + tap.start + tap.run.last,
              inner + tap.run.first);
  } else {
    const T* from = plane + tap.start;
    for (T* row = inner; row < inner_end; row += tap.out_w, from += tap.stride.h * tap.width) {
      for (index_t x = tap.x.first; x < tap.x.last; ++x) row[x] = from[x * tap.stride.w];
    }
  }
  clear_borders(tap, inner);
}

template <class T>
void scatter_tap(const tap_view& tap, T* rows, T* plane) noexcept {
  T* const inner = rows + tap.skipped * tap.out_w;
  T* const inner_end = inner + (tap.inner.last - tap.inner.first) * tap.out_w;
  if (inner == inner_end) return;
  if (tap.is_shift) {
    clear_borders(tap, inner);
    T* const to = plane + tap.start;
    for (index_t i = tap.run.first; i < tap.run.last; ++i) to[i] += inner[i];
    return;
  }
  T* to = plane + tap.start;
  for (const T* row = inner; row < inner_end; row += tap.out_w, to += tap.stride.h * tap.width) {
    for (index_t x = tap.x.first; x < tap.x.last; ++x) to[x * tap.stride.w] += row[x];
  }
}

/// Calls f(tap, channel, image, rows of that image, offset in the patch matrix).
template <class F>
void for_each_patch_plane(const extents4& in, const conv_window& window, index_range rows, F&& f) {
  const index_t out_h = window.out_h(in.h);
  const index_t out_w = window.out_w(in.w);
  const index_t cols = (rows.last - rows.first) * out_w;
  for (index_t image = rows.first / out_h; image * out_h < rows.last; ++image) {
    const index_range mine{std::max(rows.first - image * out_h, index_t{0}),
                           std::min(rows.last - image * out_h, out_h)};
    const index_t at = (image * out_h + mine.first - rows.first) * out_w;
    for (index_t ty = 0; ty < window.kernel_h; ++ty) {
      for (index_t tx = 0; tx < window.kernel_w; ++tx) {
        const tap_view tap(window, ty, tx, in.h, in.w, mine);
        const index_t first_row = (ty * window.kernel_w + tx) * in.c;
        for (index_t c = 0; c < in.c; ++c) f(tap, c, image, mine, (first_row + c) * cols + at);
      }
    }
  }
}
}  // namespace detail

/// Fills `patches` (taps * c, (last - first) * out_w) with what the window sees of `x`.
template <class T>
void gather_patches(const feature_map<T>& x, const conv_window& window, index_t first, index_t last,
                    T* patches) {
  detail::for_each_patch_plane(
      x.extents(), window, {first, last},
      [&](const detail::tap_view& tap, index_t c, index_t image, detail::index_range rows,
          index_t at) { detail::gather_tap(tap, x.plane(c, image), rows, patches + at); });
}

/// The transpose of gather_patches: adds each value of `patches` to the pixel it was taken from.
/// Overwrites what lies on padding in `patches`.
template <class T>
void scatter_patches(T* patches, const conv_window& window, index_t first, index_t last,
                     feature_map<T>& x) {
  detail::for_each_patch_plane(
      x.extents(), window, {first, last},
      [&](const detail::tap_view& tap, index_t c, index_t image, detail::index_range, index_t at) {
        detail::scatter_tap(tap, patches + at, x.plane(c, image));
      });
}

}  // namespace lacuna::inline LACUNA_ABI::network
