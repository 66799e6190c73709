// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include <lacuna/op/multiply_strips.hpp>
#include <lacuna/op/window_source.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// Whether tiles of these panels read images under masks, or gather strips from them.
template <class Arch, class Panels>
inline constexpr bool windows_are_masked = takes_windows<Panels>&&
    kernel::simd::has_lane_masks<kernel::simd::word_t<typename Panels::value_type>, Arch>;

/// f(columns), where these panels take the columns of images `x` under a window from: images in
/// place or their phases, as a matrix each where the window is one pixel; planes where output rows
/// are not as long as theirs. Dot panels take words of narrow X.
template <class Arch, class Panels, class X, executor Executor, class F>
void with_image_columns(const Panels& w, tensor_view<const X> x, const conv_window& window,
                        const Executor& executor, const F& f) {
  using value = typename Panels::value_type;
  using T = kernel::simd::word_t<value>;
  constexpr bool words = kernel::simd::product<value>::group > 1;
  const auto as_matrices = [&](const auto* data, index_t channels, const x_zero<T>& zero) {
    const index_t pixels = window.out_h(x.extents.h) * window.out_w(x.extents.w);
    f(columns_of<Arch, T>(w, as_view(data, channels, pixels), x.extents.n, channels * pixels,
                          zero));
  };
  if (window.is_pointwise()) {
    if constexpr (words) {
      const auto images = interleaved(x, executor);
      return as_matrices(images.data, images.extents.c, zero_of_words<X>());
    } else {
      return as_matrices(x.data, x.extents.c, {});
    }
  }
  if (window_columns<T>::fits(x.extents, window)) {
    constexpr bool gathers = !takes_windows<Panels> || !kernel::simd::has_lane_masks<T, Arch>;
    const auto columns = window_columns<T>::template of<Arch, words>(x, window, executor, gathers);
    if (window.kernel_h * window.kernel_w > 1) return f(columns);
    return as_matrices(columns.data(), columns.channels(), columns.zero());
  }
  if constexpr (words) {
    f(patches_of<T>(w, interleaved(x, executor), window, zero_of_words<X>()));
  } else {
    f(patches_of<T>(w, x, window));
  }
}

}  // namespace lacuna::inline LACUNA_ABI::detail
