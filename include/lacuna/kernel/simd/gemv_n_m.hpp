// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/kernel/pack/gemv_n_m.hpp>
#include <lacuna/kernel/simd/permute.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>
#include <lacuna/kernel/simd/unroll.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Whether `gemv_n_m` of N:M runs from registers: a group of X fits two of them, and the positions
/// of a group a word.
template <class T, class Arch, index_t N, index_t M>
inline constexpr bool gemv_n_m_fits =
    permutes_in_registers<T, Arch>&& gemv_n_m<T, N, M, 1>::window <=
    2 * lanes<T, Arch>&& gemv_n_m<T, N, M, 1>::groups_a_word > 0;

namespace detail {

/// One group of X in a register, repeated so that the low bits of an index find it in any lane, or
/// in two.
template <class T, class Arch, index_t Window>
struct group_of_x {
  using B = batch<T, Arch>;
  static constexpr index_t l = lanes<T, Arch>;
  B low;
  B high;

  LACUNA_ALWAYS_INLINE void load(const T* x) noexcept {
    low = repeat<B, std::min(Window, l)>(x);
    if constexpr (Window > l) high = B::load_unaligned(x + l);
  }
  [[nodiscard]] LACUNA_ALWAYS_INLINE B pick(const batch<index_of<T>, Arch>& at) const noexcept {
    if constexpr (Window > l) {
      return permute(at, low, high);
    } else {
      return permute(at, low);
    }
  }
};

}  // namespace detail

/// sums += W X, as for `gemv_blocks`. 16 kept floats take a load, a permutation (port 5), a shift
/// and a multiply-add: 1.5 cycles at least, 45 bytes a cycle, so memory binds and not the ports.
template <class Arch, index_t Columns, class T, index_t N, index_t M, index_t Lanes>
void add_product(const gemv_n_m<T, N, M, Lanes>& w, index_t first, index_t last, const T* x,
                 index_t ldx, T* sums, index_t ld) LACUNA_KERNEL_NOEXCEPT {
  using layout = gemv_n_m<T, N, M, Lanes>;
  using B = batch<T, Arch>;
  using words = batch<index_of<T>, Arch>;
  static_assert(Lanes == lanes<T, Arch>);
  LACUNA_EXPECTS(0 <= first && first <= last && last <= w.count());
  constexpr index_t slots = layout::slots_a_word;
  constexpr index_t chains = std::max<index_t>(1, 4 / Columns);
  constexpr index_t vector_bytes = Lanes * static_cast<index_t>(sizeof(T));
  const auto* from = w.stream.data() + first * w.panel_words();
  for (index_t p = first; p < last; ++p) {
    B sum[static_cast<std::size_t>(chains * Columns)];
    unroll<chains * Columns>(
        [&](auto i) LACUNA_INLINE_LAMBDA { sum[static_cast<std::size_t>(i)] = B(T(0)); });
    for (index_t i = 0; i < w.words; ++i, from += (1 + slots) * Lanes) {
      const T* const at = x + i * layout::groups_a_word * M;
      words position = words::load_unaligned(from);
      prefetch_ahead<vector_bytes, prefetch_bytes_of_lanes>(from);
      detail::group_of_x<T, Arch, layout::window> group[static_cast<std::size_t>(Columns)];
      unroll<slots, 64>([&](auto slot) LACUNA_INLINE_LAMBDA {
        constexpr index_t s = decltype(slot)::value;
        const auto* here = from + (1 + s) * Lanes;
        prefetch_ahead<vector_bytes, prefetch_bytes_of_lanes>(here);
        const B values = xsimd::bitwise_cast<B>(words::load_unaligned(here));
        unroll<Columns>([&](auto j) LACUNA_INLINE_LAMBDA {
          constexpr auto column = static_cast<std::size_t>(decltype(j)::value);
          if constexpr (s % N == 0) group[column].load(at + j * ldx + s / N * M);
          B& to = sum[static_cast<std::size_t>(s % chains * Columns) + column];
          to = multiply_add(values, group[column].pick(position), to);
        });
        if constexpr (s + 1 < slots) position = position >> layout::position_bits;
      });
    }
    unroll<Columns>([&](auto j) LACUNA_INLINE_LAMBDA {
      constexpr auto column = static_cast<std::size_t>(decltype(j)::value);
      T* const to = sums + p * Lanes + j * ld;
      B all = sum[column];
      unroll<chains - 1>([&](auto c) LACUNA_INLINE_LAMBDA {
        all += sum[static_cast<std::size_t>((c + 1) * Columns) + column];
      });
      (B::load_unaligned(to) + all).store_unaligned(to);
    });
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
