// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/conv_window.hpp>
#include <lacuna/kernel/pack/narrow_panels.hpp>
#include <lacuna/op/image_columns.hpp>
#include <lacuna/op/word_columns.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// `multiply_strips` of dot panels with a matrix X of bytes or bfloat16.
template <class Arch, class Panels, class X, class Y, executor Executor, class Epilogue>
void multiply_words(const Panels& w, matrix_view<const X> x, Y* y, index_t ldy,
                    const Executor& executor, const Epilogue& epilogue) {
  if (const word_columns<X> bands{x, 1, 0, zero_of_words<X>()};
      x.col_stride == 1 && bands.template pay_for<Arch>(w, executor.concurrency())) {
    return multiply_strips<Arch>(w, bands, y, ldy, 0, executor, epilogue);
  }
  const matrix_view<const float> words = interleaved(x, executor);
  const auto columns = columns_of<Arch, float>(w, words, 1, 0, zero_of_words<X>(), true);
  multiply_strips<Arch>(w, columns, y, ldy, 0, executor, epilogue);
}

/// The same with images X under a window.
template <class Arch, class Panels, class X, class Y, executor Executor, class Epilogue>
void multiply_words(const Panels& w, tensor_view<const X> x, const conv_window& window, Y* y,
                    const Executor& executor, const Epilogue& epilogue) {
  const index_t pixels = window.out_h(x.extents.h) * window.out_w(x.extents.w);
  with_image_columns<Arch>(w, x, window, executor, [&](const auto& columns) {
    multiply_strips<Arch>(w, columns, y, pixels, w.rows * pixels, executor, epilogue);
  });
}

/// Whether a window's rows of X are whole words: an odd number of channels would pair two taps.
template <class Panels, class X, class... Rest>
[[nodiscard]] bool takes_whole_words(const Panels& w, tensor_view<const X> x,
                                     const conv_window& window, const Rest&... /*rest*/) {
  return window.kernel_h * window.kernel_w * ceil_div(x.extents.c, Panels::group) == w.groups();
}
template <class Panels, class X, class... Rest>
[[nodiscard]] bool takes_whole_words(const Panels& /*w*/, matrix_view<const X> /*x*/,
                                     const Rest&... /*rest*/) {
  return true;
}

/// `multiply_words` where W has a layout for products of pairs of X; returns false, with nothing
/// done, where it has none.
template <class Arch, class X, class Panels, class... Operands>
[[nodiscard]] bool multiply_by_pairs(const Panels& w, const Operands&... operands) {
  if constexpr (LACUNA_PAIRS == 1 && kernel::has_layouts_for<Panels, X> &&
                std::is_same_v<X, bfloat16>) {
    if (w.pairs.count() == 0 || !takes_whole_words(w.pairs, operands...)) return false;
    multiply_words<Arch>(w.pairs, operands...);
    return true;
  }
  return false;
}

}  // namespace lacuna::inline LACUNA_ABI::detail
