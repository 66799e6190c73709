// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <lacuna/core/message.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/format/convert.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Convolution filters (out, in, h, w) as a matrix in any format, so that one set of formats
/// and kernels serves products and convolutions.
///
/// Column (y * kernel_w + x) * padded_in + c is input channel c at tap (y, x): taps outside,
/// channels inside. `padded_in` is `in` rounded up to the format's column unit, so no block or
/// N:M group ever straddles two taps; the padding columns are zero and are never multiplied.
template <matrix_format Matrix>
struct filter {
  Matrix matrix;  ///< (out, kernel_h * kernel_w * padded_in)
  index_t in{0};  ///< input channels
  index_t kernel_h{1};
  index_t kernel_w{1};

  [[nodiscard]] index_t out() const noexcept { return matrix.rows(); }
  [[nodiscard]] index_t taps() const noexcept { return kernel_h * kernel_w; }
  [[nodiscard]] index_t padded_in() const noexcept { return round_up(in, col_unit_v<Matrix>); }
  [[nodiscard]] extents4 extents() const noexcept { return {out(), in, kernel_h, kernel_w}; }
};

/// @throws shape_error when the matrix does not have taps * padded_in columns.
template <matrix_format Matrix>
void expect_consistent(const filter<Matrix>& f) {
  if (f.in < 0 || f.kernel_h < 1 || f.kernel_w < 1 || f.matrix.cols() != f.taps() * f.padded_in()) {
    throw shape_error(message("filter ", f.extents(), " takes a matrix of ",
                              to_string_shape(f.out(), f.taps() * f.padded_in()), ", got ",
                              to_string_shape(f.matrix.rows(), f.matrix.cols())));
  }
}

/// Calls f(out, tap, in, value) for every stored value of a real channel.
template <matrix_format Matrix, class F>
void for_each_stored(const filter<Matrix>& w, F&& f) {
  for_each_stored(w.matrix, [&](index_t o, index_t k, const auto& value) {
    const index_t channel = k % w.padded_in();
    if (channel < w.in) f(o, k / w.padded_in(), channel, value);
  });
}

/// Dense filter matrix of a tensor (out, in, h, w), channels innermost, without padding.
template <scalar T>
[[nodiscard]] filter<dense_matrix<T>> to_filter(const tensor<T>& weights) {
  const extents4 e = weights.extents();
  if (e.h < 1 || e.w < 1) throw shape_error(message("filter ", e, " has no taps"));
  filter<dense_matrix<T>> out{dense_matrix<T>(e.n, e.h * e.w * e.c), e.c, e.h, e.w};
  for (index_t o = 0; o < e.n; ++o) {
    for (index_t c = 0; c < e.c; ++c) {
      for (index_t y = 0; y < e.h; ++y) {
        for (index_t x = 0; x < e.w; ++x) {
          out.matrix(o, (y * e.w + x) * e.c + c) = weights(o, c, y, x);
        }
      }
    }
  }
  return out;
}

/// Back to (out, in, h, w).
template <matrix_format Matrix>
[[nodiscard]] auto to_tensor(const filter<Matrix>& f) {
  tensor<value_type_t<Matrix>> out(f.extents());
  for_each_stored(f, [&](index_t o, index_t tap, index_t c, const auto& value) {
    out(o, c, tap / f.kernel_w, tap % f.kernel_w) = value;
  });
  return out;
}

namespace detail {
/// The filter's matrix with each tap's channels padded by zeros to a multiple of `unit`.
template <scalar T>
[[nodiscard]] dense_matrix<T> pad_channels(const filter<dense_matrix<T>>& f, index_t unit) {
  expect_consistent(f);
  const index_t padded = round_up(f.in, unit);
  if (padded == f.in) return f.matrix;
  dense_matrix<T> out = dense_matrix<T>::Constant(f.out(), f.taps() * padded, T(0));
  for (index_t tap = 0; tap < f.taps(); ++tap) {
    out.middleCols(tap * padded, f.in) = f.matrix.middleCols(tap * f.in, f.in);
  }
  return out;
}
}  // namespace detail

/// Blocks with a non-zero, exactly.
template <index_t R, index_t C, scalar T>
[[nodiscard]] filter<block_csr<T, R, C>> to_block_csr(const filter<dense_matrix<T>>& f) {
  return {to_block_csr<R, C>(detail::pad_channels(f, C)), f.in, f.kernel_h, f.kernel_w};
}

/// N:M along input channels, exactly. @throws format_error when the filter does not obey it.
template <index_t N, index_t M, index_t V = 1, scalar T>
[[nodiscard]] filter<n_m_matrix<T, N, M, V>> to_n_m(const filter<dense_matrix<T>>& f) {
  return {to_n_m<N, M, V>(detail::pad_channels(f, M)), f.in, f.kernel_h, f.kernel_w};
}

}  // namespace lacuna::inline LACUNA_ABI
