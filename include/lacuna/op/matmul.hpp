// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <lacuna/core/message.hpp>
#include <lacuna/format/transpose.hpp>
#include <lacuna/kernel/pack/pack.hpp>
#include <lacuna/kernel/simd/gemv_panels.hpp>
#include <lacuna/op/column_source.hpp>
#include <lacuna/op/epilogue.hpp>
#include <lacuna/op/multiply_strips.hpp>
#include <lacuna/op/multiply_tile_strips.hpp>
#include <lacuna/op/multiply_words.hpp>
#include <lacuna/op/plan.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Y = epilogue(W X): W (m, k) in any format, X (k, n), Y (m, n).
///
/// Packs W once, multiplies many times; calls are const and may run at the same time. X and Y are
/// Eigen matrices, Maps, Refs or matrix_views in any storage order; rows that are contiguous are
/// read and written in place, others are copied. X holds W's value type or the accumulator's; int8
/// or uint8 where W holds int8. Y has the accumulator's type: float for float and bfloat16, double,
/// 32-bit integers for int8; or the type that the epilogue makes of it (`requantize`).
/// A single column takes the matrix-vector kernel. Cost: 2 * stored values * n operations.
///
///   lacuna::matmul layer(blocks, lacuna::bias(b) | lacuna::relu());
///   layer(x, y);                            // serial
///   layer(x, y, lacuna::thread_pool(2));    // bit-identical
///
/// @throws shape_error when shapes do not fit; the message has them.
template <matrix_format Format, class Epilogue = no_epilogue, class Arch = xsimd::default_arch>
class matmul {
 public:
  using accumulator = accumulator_t<value_type_t<Format>>;
  template <class E>
  using result_t = kernel::epilogue_result_t<E, accumulator>;

  explicit matmul(const Format& w, Epilogue epilogue = {})
      : w_(kernel::pack<Arch>(w, w.cols(), [](index_t k) { return k; })),
        epilogue_(std::move(epilogue)) {}

  [[nodiscard]] index_t rows() const noexcept { return w_.rows; }    ///< m
  [[nodiscard]] index_t depth() const noexcept { return w_.depth; }  ///< k

  /// y = epilogue(W x). `epilogue` replaces the operator's own for this call, as a residual that
  /// changes from call to call needs.
  template <class X, class Y, executor Executor = serial, class CallEpilogue = Epilogue>
  void operator()(const X& x, Y&& y, const Executor& executor, const CallEpilogue& epilogue) const {
    run(as_view(x), as_view(y), executor, epilogue);
  }
  template <class X, class Y, executor Executor = serial>
  void operator()(const X& x, Y&& y, const Executor& executor = {}) const {
    run(as_view(x), as_view(y), executor, epilogue_);
  }
  /// Returns y, row-major.
  template <class X>
  [[nodiscard]] auto operator()(const X& x) const {
    const auto in = as_view(x);
    Eigen::Matrix<result_t<Epilogue>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> y(rows(),
                                                                                         in.cols);
    run(in, as_view(y), serial{}, epilogue_);
    return y;
  }

  [[nodiscard]] lacuna::plan plan() const { return detail::plan_of<Format, Arch>("spmm", w_); }
  /// What a product with X (k, cols), row-major and in the accumulator's type, is expected to take
  /// on one thread of `m`, and the same with dense weights.
  /// @throws unsupported_error where `m` lacks the rates of this layout or of dense panels.
  [[nodiscard]] lacuna::plan plan(index_t cols, const machine& m) const
      requires(!kernel::is_dot_packed<Format>) {
    return detail::with_prediction(
        plan(), detail::matmul_work<Arch>(kernel::plain_panels(w_), cols),
        detail::matmul_work<Arch>(detail::dense_outline<Arch, accumulator>(rows(), depth()), cols),
        m);
  }
  /// The same on this machine, whose rates are measured when they are first asked for.
  [[nodiscard]] lacuna::plan plan(index_t cols) const requires(!kernel::is_dot_packed<Format>) {
    return plan(cols, detail::machine_for<Arch, kernel::detail::vector_panels<Arch, Format>>());
  }

 private:
  template <class X, class Executor, class CallEpilogue>
  void run(matrix_view<X> x, matrix_view<result_t<CallEpilogue>> y, const Executor& executor,
           const CallEpilogue& epilogue) const {
    if (x.rows != depth() || y.rows != rows() || x.cols != y.cols) {
      throw shape_error(message("matmul: W ", to_string_shape(rows(), depth()), " times X ",
                                to_string_shape(x.rows, x.cols), " into Y ",
                                to_string_shape(y.rows, y.cols), ": expected X (", depth(),
                                ", n) and Y (", rows(), ", n)"));
    }
    detail::expect_fits(epilogue, 1, y.rows, y.cols);

    const matrix_view<const std::remove_const_t<X>> in = x;
    if (y.col_stride == 1 || y.cols <= 1) return multiply(in, y, executor, epilogue);
    using result = result_t<CallEpilogue>;
    aligned_vector<result> rows_of_y(static_cast<std::size_t>(y.rows * y.cols));
    multiply(in, as_view(rows_of_y.data(), y.rows, y.cols), executor, epilogue);
    for (index_t i = 0; i < y.rows; ++i) {
      for (index_t j = 0; j < y.cols; ++j) {
        y(i, j) = rows_of_y[static_cast<std::size_t>(i * y.cols + j)];
      }
    }
  }

  /// The product into rows of Y that are contiguous.
  template <class X, class Y, class Executor, class CallEpilogue>
  void multiply(matrix_view<const X> x, matrix_view<Y> y, const Executor& executor,
                const CallEpilogue& epilogue) const {
    const detail::dot_matrix_columns<X> narrow{x};
    if (detail::multiply_by_tiles<Arch>(w_, narrow, y.data, y.row_stride, 0, executor, epilogue)) {
      return;
    }
    if (detail::multiply_by_pairs<Arch, X>(w_, x, y.data, y.row_stride, executor, epilogue)) return;
    const auto& w = kernel::plain_panels(w_);
    if constexpr (kernel::is_dot_packed<Format>) {
      detail::multiply_words<Arch>(w, x, y.data, y.row_stride, executor, epilogue);
    } else {
      if (y.cols == 1) return multiply_vector(x, y, executor, epilogue);
      detail::multiply_strips<Arch>(w, detail::columns_of<Arch, accumulator>(w, x), y.data,
                                    y.row_stride, 0, executor, epilogue);
    }
  }

  template <class X, class Executor, class CallEpilogue>
  void multiply_vector(matrix_view<X> column, matrix_view<accumulator> y, const Executor& executor,
                       const CallEpilogue& epilogue) const {
    const accumulator* x = nullptr;
    if constexpr (std::is_same_v<std::remove_const_t<X>, accumulator>) {
      if (column.row_stride == 1) x = column.data;
    }
    aligned_vector<accumulator> packed;
    if (x == nullptr) {
      packed.resize(static_cast<std::size_t>(depth()));
      kernel::copy_strided<Arch>(column.data, column.row_stride, depth(), packed.data());
      x = packed.data();
    }
    const auto& w = kernel::plain_panels(w_);
    const index_t chunks = detail::vector_chunks(w, executor);
    executor.for_each_index(chunks, [&](index_t c) {
      kernel::simd::gemv_panels<Arch>(w, detail::chunk_begin(w, c, chunks),
                                      detail::chunk_begin(w, c + 1, chunks), x, y.data,
                                      y.row_stride, epilogue);
    });
  }

  kernel::packed_t<Arch, Format> w_;
  [[no_unique_address]] Epilogue epilogue_;
};

/// Y = epilogue(W^T X): W (m, k), X (m, n), Y (k, n); what the backward pass of a layer needs.
/// Transposes W once and is a matmul from then on.
template <matrix_format Format, class Epilogue = no_epilogue>
[[nodiscard]] auto matmul_transposed(const Format& w, Epilogue epilogue = {}) {
  return matmul(transpose(w), std::move(epilogue));
}

}  // namespace lacuna::inline LACUNA_ABI
