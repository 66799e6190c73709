// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>

#include <lacuna/kernel/pack/panels.hpp>
#include <lacuna/kernel/position.hpp>
#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/simd/strip.hpp>
#include <lacuna/kernel/simd/unroll.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Up to so many columns, a panel's rows go across the lanes instead of the columns: one
/// multiply-add a column and entry for the Rows that a tile one vector wide takes. None where no
/// batch has as many lanes as the panel rows.
template <class Panels>
inline constexpr index_t few_columns = 0;
template <class T, index_t Rows>
inline constexpr index_t few_columns<panels<T, Rows>> =
    std::is_void_v<xsimd::make_sized_batch_t<T, static_cast<std::size_t>(Rows)>> ? 0 : Rows / 2;

namespace detail {
/// sums[c] = the panel times column c of X, each a batch of Rows lanes.
template <index_t Columns, class B, class T, index_t Rows>
LACUNA_ALWAYS_INLINE void few_sums(const panels<T, Rows>& w, index_t p, const strip<T>& s,
                                   B* sums) noexcept {
  // Fewer chains than this and the latency of FMA shows.
  constexpr index_t chains = std::max<index_t>(1, 4 / Columns);
  const index_t begin = w.offsets[static_cast<std::size_t>(p)];
  const index_t entries = w.offsets[static_cast<std::size_t>(p) + 1] - begin;
  const T* const values = w.values.data() + begin * Rows;
  const std::int32_t* const k = w.positions(p);
  B chain[static_cast<std::size_t>(chains * Columns)];
  unroll<chains * Columns>([&](auto i) LACUNA_INLINE_LAMBDA { chain[i] = B(T(0)); });
  const auto add = [&](index_t e, auto c) LACUNA_INLINE_LAMBDA {
    const T* row = s.x + s.offsets[k[e]];
    const B weights = B::load_unaligned(values + e * Rows);
    unroll<Columns>([&](auto j) LACUNA_INLINE_LAMBDA {
      B& sum = chain[c * Columns + j];
      sum = multiply_add(weights, B(row[j]), sum);
    });
  };
  index_t e = 0;
  for (; e + chains <= entries; e += chains) {
    unroll<chains>([&](auto c) LACUNA_INLINE_LAMBDA { add(e + c, c); });
  }
  for (; e < entries; ++e) add(e, std::integral_constant<index_t, 0>{});
  unroll<Columns>([&](auto j) LACUNA_INLINE_LAMBDA {
    sums[j] = chain[j];
    unroll<chains - 1>(
        [&](auto c) LACUNA_INLINE_LAMBDA { sums[j] = sums[j] + chain[(c + 1) * Columns + j]; });
  });
}
}  // namespace detail

/// spmm_panels for at most Columns columns; reads no others.
template <index_t Columns, class T, index_t Rows, class Epilogue>
void spmm_few_columns(const panels<T, Rows>& w, index_t first, index_t last, const strip<T>& s,
                      const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  if constexpr (Columns > 1) {
    if (s.cols < Columns) return spmm_few_columns<Columns - 1>(w, first, last, s, epilogue);
  }
  using batch = xsimd::make_sized_batch_t<T, static_cast<std::size_t>(Rows)>;
  for (index_t p = first; p < last; ++p) {
    batch sums[static_cast<std::size_t>(Columns)];
    detail::few_sums<Columns>(w, p, s, sums);
    T values[static_cast<std::size_t>(Columns)][static_cast<std::size_t>(Rows)];
    for (index_t c = 0; c < Columns; ++c) sums[c].store_unaligned(values[c]);
    const index_t row = p * Rows;
    for (index_t r = 0; r < std::min(Rows, w.rows - row); ++r) {
      for (index_t c = 0; c < Columns; ++c) {
        s.y[(row + r) * s.ldy + c] =
            epilogue(values[c][r], position{row + r, s.col + c, 1, s.image});
      }
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
