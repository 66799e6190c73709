// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>

#include <lacuna/kernel/pack/dot_panels.hpp>
#include <lacuna/kernel/pack/panels.hpp>
#include <lacuna/kernel/position.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>
#include <lacuna/kernel/simd/product.hpp>
#include <lacuna/kernel/simd/start_sums.hpp>
#include <lacuna/kernel/simd/strip.hpp>
#include <lacuna/kernel/simd/unroll.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Whether some batch has as many lanes of T's words as panels have rows.
template <class T, index_t Rows>
inline constexpr bool fits_across =
    !std::is_void_v<xsimd::make_sized_batch_t<word_t<T>, static_cast<std::size_t>(Rows)>>;

/// Up to so many columns, a panel's rows go across the lanes instead of the columns: one
/// multiply-add a column and entry for the Rows that a tile one vector wide takes. None where no
/// batch has as many lanes as the panel rows.
template <class Panels>
inline constexpr index_t few_columns = 0;
template <class T, index_t Rows>
inline constexpr index_t few_columns<panels<T, Rows>> = fits_across<T, Rows> ? Rows / 2 : 0;
template <class T, index_t Rows>
inline constexpr index_t few_columns<dot_panels<T, Rows>> = fits_across<T, Rows> ? Rows / 2 : 0;

/// One column's sums of a panel of T, its rows across the lanes.
template <class T, index_t Rows>
struct across_rows {
  using word_batch = xsimd::make_sized_batch_t<word_t<T>, static_cast<std::size_t>(Rows)>;
  using sum_batch = xsimd::batch<sum_t<T>, typename word_batch::arch_type>;
  static constexpr index_t entry_values = Rows * product<T>::group;

  /// sums + an entry's values times a word of X.
  [[nodiscard]] static LACUNA_ALWAYS_INLINE sum_batch add(const sum_batch& sums, const T* values,
                                                          word_t<T> x) noexcept {
    return product<T>::add(sums, words_at<word_batch>(values), word_batch(x));
  }
  /// Epilogue of the first `rows` sums to y, ldy apart.
  template <class Y, class Epilogue>
  static void store(const sum_batch& sums, Y* y, index_t ldy, index_t rows, position at,
                    const Epilogue& epilogue) noexcept {
    sum_t<T> values[static_cast<std::size_t>(Rows)];
    sums.store_unaligned(values);
    for (index_t r = 0; r < rows; ++r, ++at.row) {
      y[r * ldy] = static_cast<Y>(epilogue(values[r], at));
    }
  }
};

namespace detail {
/// How far ahead bytes of weights are asked for, where they are more than `far_bytes`: 25088x4096
/// in int8 and one column take 3.1 ms for 3.8, 4096x4096 0.50 for 0.55 (Zen 5). Asked for 2 KB
/// ahead they take longer than unasked, and up to a tenth longer where the third level holds them.
inline constexpr index_t far_bytes_ahead = 16 * 1024;
inline constexpr index_t far_bytes = 4 * 1024 * 1024;

/// sums[c] += `entries` of a panel times column c of X, whose row k starts at x + offsets[k].
template <index_t Columns, class Across, bool IsFar = false, class T, class Word>
LACUNA_ALWAYS_INLINE void add_few(const T* values, const std::int32_t* k, index_t entries,
                                  const Word* x, const std::int32_t* offsets,
                                  typename Across::sum_batch* sums) noexcept {
  using batch = typename Across::sum_batch;
  // Fewer chains than this and the latency of FMA shows.
  constexpr index_t chains = std::max<index_t>(1, 4 / Columns);
  batch chain[static_cast<std::size_t>(chains * Columns)];
  unroll<chains * Columns>(
      [&](auto i) LACUNA_INLINE_LAMBDA { chain[i] = batch(typename batch::value_type(0)); });
  const auto add = [&](index_t e, auto c) LACUNA_INLINE_LAMBDA {
    const Word* row = x + offsets[k[e]];
    unroll<Columns>([&](auto j) LACUNA_INLINE_LAMBDA {
      batch& sum = chain[c * Columns + j];
      sum = Across::add(sum, values + e * Across::entry_values, row[j]);
    });
  };
  index_t e = 0;
  for (; e + chains <= entries; e += chains) {
    if constexpr (IsFar) {
      constexpr index_t bytes = chains * Across::entry_values * index_t{sizeof(T)};
      prefetch_ahead<bytes, far_bytes_ahead>(values + e * Across::entry_values);
    }
    unroll<chains>([&](auto c) LACUNA_INLINE_LAMBDA { add(e + c, c); });
  }
  for (; e < entries; ++e) add(e, std::integral_constant<index_t, 0>{});
  unroll<Columns>([&](auto j) LACUNA_INLINE_LAMBDA {
    sums[j] = sums[j] + chain[j];
    unroll<chains - 1>(
        [&](auto c) LACUNA_INLINE_LAMBDA { sums[j] = sums[j] + chain[(c + 1) * Columns + j]; });
  });
}

/// sums[c] = the panel times column c of X.
template <index_t Columns, class Across, bool IsFar, class Panels, class Word, class Y>
LACUNA_ALWAYS_INLINE void few_sums(const Panels& w, index_t p, const strip<Word, Y>& s,
                                   typename Across::sum_batch* sums) noexcept {
  const index_t begin = w.offsets[static_cast<std::size_t>(p)];
  const index_t entries = w.offsets[static_cast<std::size_t>(p) + 1] - begin;
  std::fill_n(sums, Columns, start_column<Across>(w, p, s.x_zero));
  add_few<Columns, Across, IsFar>(w.values.data() + begin * Across::entry_values, w.positions(p),
                                  entries, s.x, s.offsets, sums);
}
}  // namespace detail

/// spmm_panels for at most Columns columns; reads no others.
template <index_t Columns, bool IsFar = false, class Panels, class T, class Y, class Epilogue>
void spmm_few_columns(const Panels& w, index_t first, index_t last, const strip<T, Y>& s,
                      const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  if constexpr (Columns > 1) {
    if (s.cols < Columns) return spmm_few_columns<Columns - 1>(w, first, last, s, epilogue);
  } else if constexpr (!IsFar && sizeof(typename Panels::value_type) == 1) {
    if (w.entries() * w.entry_values > detail::far_bytes) {
      return spmm_few_columns<Columns, true>(w, first, last, s, epilogue);
    }
  }
  using across = across_rows<typename Panels::value_type, Panels::rows_per_panel>;
  constexpr index_t rows = Panels::rows_per_panel;
  for (index_t p = first; p < last; ++p) {
    typename across::sum_batch sums[static_cast<std::size_t>(Columns)];
    detail::few_sums<Columns, across, IsFar>(w, p, s, sums);
    for (index_t c = 0; c < Columns; ++c) {
      across::store(sums[c], s.y + p * rows * s.ldy + c, s.ldy, std::min(rows, w.rows - p * rows),
                    position{p * rows, s.col + c, 1, s.image}, epilogue);
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
