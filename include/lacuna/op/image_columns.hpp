// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include <lacuna/op/interleaved.hpp>
#include <lacuna/op/multiply_strips.hpp>
#include <lacuna/op/window_source.hpp>
#include <lacuna/op/word_columns.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Whether tiles of these panels read images under masks, or gather strips from them.
template <class Arch, class Panels>
inline constexpr bool windows_are_masked = takes_windows<Panels>&&
    kernel::simd::has_lane_masks<kernel::simd::word_t<typename Panels::value_type>, Arch>;

/// How often tiles read a channel of X, on average, all taps together.
template <class Panels>
[[nodiscard]] index_t channel_uses(const Panels& w, const conv_window& window) {
  const index_t taps = window.kernel_h * window.kernel_w;
  return w.depth == 0 ? 0 : w.values_before(w.count()) * taps / (Panels::rows_per_tile * w.depth);
}

/// f(columns), where these panels take the columns of images `x` under a window from: images in
/// place, as a matrix each where the window is one pixel, or their phases; planes where output rows
/// are not as long as theirs. Dot panels take words of narrow X.
template <class Arch, class Panels, class X, executor Executor, class F>
void with_image_columns(const Panels& w, tensor_view<const X> x, const conv_window& window,
                        const Executor& executor, const F& f) {
  using value = typename Panels::value_type;
  using T = kernel::simd::word_t<value>;
  constexpr bool words = kernel::simd::product<value>::group > 1;
  if (window.is_pointwise()) {
    const auto as_matrices = [&](const auto& images, const x_zero<T>& zero) {
      const extents4& in = images.extents;
      const index_t pixels = in.h * in.w;
      f(columns_of<Arch, T>(w, as_view(images.data, in.c, pixels), in.n, in.c * pixels, zero));
    };
    if constexpr (words) {
      const extents4& in = x.extents;
      const index_t pixels = in.h * in.w;
      const word_columns<X> bands{as_view(x.data, in.c, pixels), in.n, in.c * pixels,
                                  zero_of_words<X>()};
      if (bands.template pay_for<Arch>(w, executor.concurrency())) return f(bands);
      return as_matrices(interleaved(x, executor), zero_of_words<X>());
    } else {
      return as_matrices(x, {});
    }
  }
  if (window_columns<T, X>::fits(x.extents, window)) {
    constexpr bool gathers = !windows_are_masked<Arch, Panels>;
    const auto in_place = [&](const auto& images, const x_zero<T>& zero) {
      const rolling_rows rolling =
          gathers ? rolling_rows{}
                  : rolling_rows_of<T>(images.extents, window, channel_uses(w, window));
      f(window_columns<T, T>(images, window, zero, gathers, rolling));
    };
    if constexpr (words) {
      const x_zero<T> zero = zero_of_words<X>();
      if (window.stride != extents2(1))
        return f(window_columns<T, X, true>(x, window, zero, gathers));
      return in_place(interleaved(x, executor), zero);
    } else if constexpr (std::is_same_v<T, X>) {
      return in_place(x, {});
    } else {
      return f(window_columns<T, X>(x, window, {}, gathers));
    }
  }
  if constexpr (words) {
    f(patches_of<T>(w, interleaved(x, executor), window, zero_of_words<X>()));
  } else {
    f(patches_of<T>(w, x, window));
  }
}

}  // namespace lacuna::inline LACUNA_ABI::detail
