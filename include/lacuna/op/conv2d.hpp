// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <lacuna/core/message.hpp>
#include <lacuna/format/filter.hpp>
#include <lacuna/kernel/pack/pack.hpp>
#include <lacuna/op/column_source.hpp>
#include <lacuna/op/epilogue.hpp>
#include <lacuna/op/image_columns.hpp>
#include <lacuna/op/multiply_strips.hpp>
#include <lacuna/op/multiply_tile_strips.hpp>
#include <lacuna/op/multiply_words.hpp>
#include <lacuna/op/plan.hpp>

namespace lacuna::inline LACUNA_ABI {

/// How a convolution moves: `conv2d(filters, {.stride = 2, .padding = 1})`. One number means both
/// axes, `{h, w}` each; padding also takes {top, left, bottom, right}.
struct conv2d_options {
  extents2 stride{1};
  padding2 padding{0};
  extents2 dilation{1};
  index_t groups{1};
};

/// Y = epilogue(W * X): filters (out, in, h, w) in any format, X (n, in, h, w), Y (n, out, h', w')
/// with h' = floor((h + pads - dilation (kernel_h - 1) - 1) / stride) + 1, NCHW.
///
/// Packs W once; calls are const and may run at the same time. Patches are read from shifted copies
/// of some rows of X, or gathered a register tile at a time where many filters use them, so im2col
/// is never in memory as a whole; 1x1 filters of stride 1 read X in place. Types of X and Y as for
/// `matmul`.
///
/// @throws shape_error when shapes do not fit, unsupported_error for groups other than 1.
template <matrix_format Format, class Epilogue = no_epilogue, class Arch = xsimd::default_arch>
class conv2d {
 public:
  using accumulator = accumulator_t<value_type_t<Format>>;
  template <class E>
  using result_t = kernel::epilogue_result_t<E, accumulator>;

  explicit conv2d(const filter<Format>& w, const conv2d_options& options = {},
                  Epilogue epilogue = {})
      : in_channels_(w.in),
        window_(checked_window(w, options)),
        w_(kernel::pack<Arch>(w.matrix, w.taps() * packed_channels(w.in),
                              [&w](index_t k) {
                                const index_t c = k % w.padded_in();
                                return c < w.in ? k / w.padded_in() * packed_channels(w.in) + c
                                                : -1;
                              },
                              {w.kernel_h, w.kernel_w})),
        epilogue_(std::move(epilogue)) {}

  /// Extents of Y for X of extents `in`.
  [[nodiscard]] extents4 output_extents(const extents4& in) const noexcept {
    return output_extents(in, window_);
  }
  [[nodiscard]] const conv_window& window() const noexcept { return window_; }

  /// y = epilogue(W * x). `epilogue` replaces the operator's own for this call, and so does
  /// `padding` where it is given: bands of an image's rows, in memory by themselves, are padded at
  /// the image's ends alone.
  template <class X, executor Executor, class CallEpilogue>
  void operator()(tensor_view<const X> x, tensor_view<result_t<CallEpilogue>> y,
                  const Executor& executor, const CallEpilogue& epilogue,
                  const padding2& padding) const {
    const conv_window window =
        checked({window_.kernel_h, window_.kernel_w, window_.stride, padding, window_.dilation});
    const extents4& in = x.extents;
    const extents4 out = output_extents(in, window);
    if (in.c != in_channels_ || !(y.extents == out)) {
      throw shape_error(message("conv2d: filters (", w_.rows, ", ", in_channels_, ", ",
                                window.kernel_h, ", ", window.kernel_w, ") on X ", in, " into Y ",
                                y.extents, ": expected ", in_channels_, " input channels and Y ",
                                out));
    }
    const index_t pixels = out.h * out.w;
    detail::expect_fits(epilogue, out.n, out.c, pixels);
    const detail::windowed_images<X> images{x.data, in, window};
    if (detail::multiply_by_tiles<Arch>(w_, images, y.data, pixels, out.c * pixels, executor,
                                        epilogue)) {
      return;
    }
    if (detail::multiply_by_pairs<Arch, X>(w_, x, window, y.data, executor, epilogue)) return;
    const auto& w = kernel::plain_panels(w_);
    if constexpr (kernel::is_dot_packed<Format>) {
      detail::multiply_words<Arch>(w, x, window, y.data, executor, epilogue);
    } else {
      detail::with_image_columns<Arch>(w, x, window, executor, [&](const auto& columns) {
        detail::multiply_strips<Arch>(w, columns, y.data, pixels, out.c * pixels, executor,
                                      epilogue);
      });
    }
  }
  template <class X, executor Executor, class CallEpilogue>
  void operator()(tensor_view<const X> x, tensor_view<result_t<CallEpilogue>> y,
                  const Executor& executor, const CallEpilogue& epilogue) const {
    (*this)(x, y, executor, epilogue, window_.padding);
  }
  template <class X, executor Executor, class CallEpilogue>
  void operator()(const tensor<X>& x, tensor<result_t<CallEpilogue>>& y, const Executor& executor,
                  const CallEpilogue& epilogue) const {
    (*this)(as_view(x), as_view(y), executor, epilogue);
  }
  template <class X, executor Executor = serial>
  void operator()(const tensor<X>& x, tensor<result_t<Epilogue>>& y,
                  const Executor& executor = {}) const {
    (*this)(x, y, executor, epilogue_);
  }
  /// Returns y.
  template <class X>
  [[nodiscard]] tensor<result_t<Epilogue>> operator()(const tensor<X>& x) const {
    tensor<result_t<Epilogue>> y(output_extents(x.extents()));
    (*this)(x, y, serial{}, epilogue_);
    return y;
  }

  [[nodiscard]] lacuna::plan plan() const { return detail::plan_of<Format, Arch>("conv2d", w_); }
  /// What a convolution of X of extents `in`, in the accumulator's type, is expected to take on one
  /// thread of `m`, and the same with dense filters.
  /// @throws unsupported_error where `m` lacks the rates of this layout or of dense panels.
  [[nodiscard]] lacuna::plan plan(const extents4& in, const machine& m) const
      requires(!kernel::is_dot_packed<Format>) {
    return detail::with_prediction(
        plan(), detail::conv2d_work<Arch>(kernel::plain_panels(w_), window_, in),
        detail::conv2d_work<Arch>(detail::dense_outline<Arch, accumulator>(w_.rows, w_.depth),
                                  window_, in),
        m);
  }
  /// The same on this machine, whose rates are measured when they are first asked for.
  [[nodiscard]] lacuna::plan plan(const extents4& in) const
      requires(!kernel::is_dot_packed<Format>) {
    return plan(in, detail::machine_for<Arch, kernel::detail::vector_panels<Arch, Format>>());
  }

 private:
  /// Channels that a tap's rows of X take: dot products take whole groups of them.
  static constexpr index_t packed_channels(index_t in) noexcept {
    if constexpr (kernel::is_dot_packed<Format>) {
      return round_up(in, kernel::dot_group<Format>);
    }
    return in;
  }

  using packed = kernel::packed_t<Arch, Format>;

  [[nodiscard]] extents4 output_extents(const extents4& in,
                                        const conv_window& window) const noexcept {
    return {in.n, w_.rows, window.out_h(in.h), window.out_w(in.w)};
  }

  static conv_window checked_window(const filter<Format>& w, const conv2d_options& o) {
    expect_consistent(w);
    if (o.groups != 1) {
      throw unsupported_error(message("conv2d: groups = ", o.groups,
                                      "; only 1 is supported so far: make one conv2d a group"));
    }
    return checked({w.kernel_h, w.kernel_w, o.stride, o.padding, o.dilation});
  }
  static conv_window checked(const conv_window& window) {
    const auto& [kernel_h, kernel_w, stride, padding, dilation] = window;
    if (stride.h < 1 || stride.w < 1 || dilation.h < 1 || dilation.w < 1 || padding.top < 0 ||
        padding.left < 0 || padding.bottom < 0 || padding.right < 0) {
      throw shape_error(message("conv2d: stride (", stride.h, ", ", stride.w, ") and dilation (",
                                dilation.h, ", ", dilation.w, ") must be positive, padding (",
                                padding.top, ", ", padding.left, ", ", padding.bottom, ", ",
                                padding.right, ") not negative"));
    }
    return window;
  }

  index_t in_channels_;
  conv_window window_;
  packed w_;
  [[no_unique_address]] Epilogue epilogue_;
};

}  // namespace lacuna::inline LACUNA_ABI
