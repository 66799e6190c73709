// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <lacuna/core/message.hpp>
#include <lacuna/core/shared_runs.hpp>
#include <lacuna/core/thread_scratch.hpp>
#include <lacuna/kernel/pack/columns.hpp>
#include <lacuna/kernel/pack/gemv.hpp>
#include <lacuna/op/epilogue.hpp>
#include <lacuna/op/multiply_strips.hpp>
#include <lacuna/op/plan.hpp>

namespace lacuna::inline LACUNA_ABI {

namespace detail {
template <matrix_format Format>
inline constexpr bool is_permuted = false;
template <matrix_format Matrix>
inline constexpr bool is_permuted<permuted<Matrix>> = true;

/// Tags memory that a thread keeps.
struct operand_of_matvec;
struct sums_of_matvec;
}  // namespace detail

/// y = epilogue(W x) for one column or a few: W (m, k) in any format, X (k, n), Y (m, n).
///
/// What `matmul` is for many columns: here the bytes of W bind, so W is packed in layouts that are
/// as small as can be and read as fast as memory gives them, 260 bytes for 8x8 floats and 68 for 16
/// kept values of 2:4. An operator holds one layout: take `matmul` where one layer sees both one
/// column and many, it is right for both; take this where n is small, up to about 4. W is read once
/// for every `columns_at_once` columns. int8 and bfloat16 are widened when packed.
///
/// Operands, epilogues, executors and errors are matmul's. Results are bit-identical for any number
/// of threads, and agree with matmul's to rounding: sums are taken in another order.
///
///   lacuna::matvec layer(blocks, lacuna::bias(b) | lacuna::relu());
///   layer(x, y);
///
/// @throws shape_error when shapes do not fit; the message has them.
template <matrix_format Format, class Epilogue = no_epilogue, class Arch = xsimd::default_arch>
class matvec {
 public:
  using accumulator = accumulator_t<value_type_t<Format>>;
  /// Columns that share one way through W; four where there are registers for their sums.
  static constexpr index_t columns_at_once = kernel::simd::registers<Arch> == 32 ? 4 : 1;

  explicit matvec(const Format& w, Epilogue epilogue = {})
      : w_(kernel::pack_gemv<Arch>(stored(w))), epilogue_(std::move(epilogue)) {
    if constexpr (detail::is_permuted<Format>) order_ = w.columns();
  }

  [[nodiscard]] index_t rows() const noexcept { return w_.rows; }    ///< m
  [[nodiscard]] index_t depth() const noexcept { return w_.depth; }  ///< k
  /// Bytes of W as packed: what every way through it reads.
  [[nodiscard]] index_t bytes() const noexcept { return kernel::bytes_of(w_); }

  /// y = epilogue(W x). `epilogue` replaces the operator's own for this call.
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
    Eigen::Matrix<accumulator, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> y(rows(), in.cols);
    run(in, as_view(y), serial{}, epilogue_);
    return y;
  }

  /// The kernel is named by its layout: "matvec:blocks/block_csr:8x8/f32".
  [[nodiscard]] lacuna::plan plan() const {
    return {message("matvec:", kernel::layout_name(w_), "/", detail::format_name<Format>::text(),
                    "/", scalar_name<value_type_t<Format>>),
            Arch::name(),
            w_.rows_per_panel,
            columns_at_once,
            macs{rows() * depth()},
            macs{w_.values_before(w_.count())}};
  }

 private:
  /// An order of columns is applied to x, so that what it orders keeps its own layout.
  static const auto& stored(const Format& w) noexcept {
    if constexpr (detail::is_permuted<Format>) {
      return w.matrix();
    } else {
      return w;
    }
  }
  using layout =
      kernel::gemv_layout_t<Arch, std::decay_t<decltype(stored(std::declval<const Format&>()))>>;

  template <class X, class Executor, class CallEpilogue>
  void run(matrix_view<X> x, matrix_view<accumulator> y, const Executor& executor,
           const CallEpilogue& epilogue) const {
    if (x.rows != depth() || y.rows != rows() || x.cols != y.cols) {
      throw shape_error(message("matvec: W ", to_string_shape(rows(), depth()), " times X ",
                                to_string_shape(x.rows, x.cols), " into Y ",
                                to_string_shape(y.rows, y.cols), ": expected X (", depth(),
                                ", n) and Y (", rows(), ", n)"));
    }
    detail::expect_fits(epilogue, 1, y.rows, y.cols);
    if (rows() == 0) return;
    for (index_t col = 0; col < y.cols;) {
      const index_t cols = std::min(columns_at_once, y.cols - col);
      if (cols == 1) {
        multiply<1>(x, y, col, cols, executor, epilogue);
      } else {
        multiply<columns_at_once>(x, y, col, cols, executor, epilogue);
      }
      col += cols;
    }
  }

  /// Columns col ... col + cols - 1, of at most Columns. X is copied, so that kernels read it
  /// contiguous and may read zeros past its end; columns that are not there stay zero. Each thread
  /// has a copy of its own, as lines that another has just written are slow to come from there:
  /// with one copy for all, two threads took 768x3072 8x8 at 1/8 in 11 us, with two in 8.7 (Zen 4).
  template <index_t Columns, class X, class Executor, class CallEpilogue>
  void multiply(matrix_view<X> x, matrix_view<accumulator> y, index_t col, index_t cols,
                const Executor& executor, const CallEpilogue& epilogue) const {
    const index_t step = w_.rows_per_panel;
    constexpr auto line = static_cast<index_t>(cache_line / sizeof(accumulator));
    const index_t ldx = round_up(depth() + kernel::overread_v<layout>, line);
    const index_t ld = round_up(round_up(rows(), step), line);
    const index_t chunks = detail::vector_chunks(w_, executor);
    const index_t tasks = std::min<index_t>(executor.concurrency(), chunks);
    shared_runs work(chunks, tasks);
    executor.for_each_index(tasks, [=, this, &epilogue, &work](index_t task) {
      detail::own_copy<CallEpilogue> own_epilogue = epilogue;
      shared_runs::worker worker(work, task);
      std::optional<index_t> c = worker.take();
      if (!c) return;
      accumulator* const in = thread_scratch<accumulator, detail::operand_of_matvec>(Columns * ldx);
      accumulator* const sums = thread_scratch<accumulator, detail::sums_of_matvec>(Columns * ld);
      for (index_t j = 0; j < Columns; ++j) {
        accumulator* const to = in + j * ldx;
        const index_t copied = j < cols ? depth() : 0;
        if (copied > 0) copy_column(x, col + j, to);
        std::fill(to + copied, to + ldx, accumulator(0));
      }
      for (; c; c = worker.take()) {
        const index_t first = detail::chunk_begin(w_, *c, chunks);
        const index_t last = detail::chunk_begin(w_, *c + 1, chunks);
        for (index_t j = 0; j < Columns; ++j) {
          std::fill(sums + j * ld + first * step, sums + j * ld + last * step, accumulator(0));
        }
        kernel::simd::add_product<Arch, Columns>(w_, first, last, std::as_const(in), ldx, sums, ld);
        const index_t end = std::min(last * step, rows());
        for (index_t j = 0; j < cols; ++j) {
          const accumulator* const from = sums + j * ld;
          accumulator* const to = y.data + (col + j) * y.col_stride;
          const auto result = [&](index_t i) {
            return own_epilogue(from[i], position{i, col + j, 1, 0});
          };
          if (y.row_stride == 1) {
            for (index_t i = first * step; i < end; ++i) to[i] = result(i);
          } else {
            for (index_t i = first * step; i < end; ++i) to[i * y.row_stride] = result(i);
          }
        }
      }
    });
  }

  template <class X>
  void copy_column(matrix_view<X> x, index_t col, accumulator* to) const {
    if constexpr (detail::is_permuted<Format>) {
      for (index_t k = 0; k < depth(); ++k) {
        to[k] = static_cast<accumulator>(x(order_[static_cast<std::size_t>(k)], col));
      }
    } else {
      kernel::copy_strided<Arch>(x.data + col * x.col_stride, x.row_stride, depth(), to);
    }
  }

  layout w_;
  std::vector<index_t> order_;
  [[no_unique_address]] Epilogue epilogue_;
};

}  // namespace lacuna::inline LACUNA_ABI
