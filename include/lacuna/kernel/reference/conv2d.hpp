// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/contract.hpp>
#include <lacuna/core/conv_window.hpp>
#include <lacuna/format/filter.hpp>
#include <lacuna/kernel/position.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::reference {

/// Y[n, o, y, x] = epilogue(sum over taps (u, v) and channels c of W[o, c, u, v] *
/// X[n, c, in_y(y, u), in_x(x, v)]), zero outside the image: the specification of every
/// convolution kernel. W is a filter in any format, X (n, in, h, w), Y (n, out, out_h, out_w).
template <matrix_format Format, class X, class Epilogue = no_epilogue>
void conv2d(const filter<Format>& w, const conv_window& window, const tensor<X>& x,
            tensor<accumulator_t<value_type_t<Format>>>& y, const Epilogue& epilogue = {}) {
  using sum = accumulator_t<value_type_t<Format>>;
  const extents4 in = x.extents();
  const extents4 out = y.extents();
  LACUNA_EXPECTS(w.in == in.c && w.out() == out.c && in.n == out.n);
  LACUNA_EXPECTS(out.h == window.out_h(in.h) && out.w == window.out_w(in.w));

  for (sum& value : y) value = sum(0);
  for_each_stored(w, [&](index_t o, index_t tap, index_t c, const auto& value) {
    for (index_t n = 0; n < out.n; ++n) {
      for (index_t i = 0; i < out.h; ++i) {
        for (index_t j = 0; j < out.w; ++j) {
          const index_t in_i = window.in_y(i, tap / w.kernel_w);
          const index_t in_j = window.in_x(j, tap % w.kernel_w);
          const bool inside = in_i >= 0 && in_i < in.h && in_j >= 0 && in_j < in.w;
          const sum pixel = inside ? static_cast<sum>(x(n, c, in_i, in_j)) : sum(0);
          y(n, o, i, j) += static_cast<sum>(value) * pixel;
        }
      }
    }
  });
  for (index_t n = 0; n < out.n; ++n) {
    for (index_t o = 0; o < out.c; ++o) {
      for (index_t p = 0; p < out.h * out.w; ++p) {
        sum& value = y(n, o, p / out.w, p % out.w);
        value = epilogue(value, position{o, p, 1, n});
      }
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::reference
