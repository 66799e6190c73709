// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include <lacuna/op/interleaved.hpp>
#include <lacuna/op/multiply_strips.hpp>
#include <lacuna/op/window_source.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Whether tiles of these panels read images under masks, or gather strips from them.
template <class Arch, class Panels>
inline constexpr bool windows_are_masked = takes_windows<Panels>&&
    kernel::simd::has_lane_masks<kernel::simd::word_t<typename Panels::value_type>, Arch>;

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
      return as_matrices(interleaved(x, executor), zero_of_words<X>());
    } else {
      return as_matrices(x, {});
    }
  }
  if (window_columns<T, X>::fits(x.extents, window)) {
    constexpr bool gathers = !windows_are_masked<Arch, Panels>;
    if constexpr (words) {
      const x_zero<T> zero = zero_of_words<X>();
      if (window.stride != extents2(1))
        return f(window_columns<T, X, true>(x, window, zero, gathers));
      return f(window_columns<T, T>(interleaved(x, executor), window, zero, gathers));
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
