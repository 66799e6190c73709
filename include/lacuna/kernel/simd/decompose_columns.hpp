// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>

#include <lacuna/kernel/simd/column_block.hpp>
#include <lacuna/kernel/simd/store_low_bytes.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Where the compressed form of one term goes: slot row s of the values at values + s * ld, of the
/// positions at positions + s * ld.
template <class T>
struct term_rows {
  T* values{nullptr};
  std::uint8_t* positions{nullptr};
  index_t ld{0};
};

}  // namespace lacuna::inline LACUNA_ABI::kernel

namespace lacuna::inline LACUNA_ABI::kernel::simd {

namespace detail {
/// step(j) for every vector of columns [j, j + Width) of cols >= Width. The last one overlaps the
/// one before it; in place too, as taking a series of what it gave gives the same again.
template <index_t Width, class Step>
LACUNA_ALWAYS_INLINE void for_each_vector(index_t cols, const Step& step) noexcept {
  for (index_t j = 0;; j = std::min(j + Width, cols - Width)) {
    step(j);
    if (j == cols - Width) return;
  }
}

template <class T>
void copy_rows(const T* from, index_t ld_from, index_t rows, index_t cols, T* to,
               index_t ld_to) noexcept {
  for (index_t r = 0; r < rows; ++r) std::copy_n(from + r * ld_from, cols, to + r * ld_to);
}

/// The taken values of a group and their positions, in rising order, each lane for itself: going
/// backwards, a taken row pushes those behind it one slot on. N (M - N / 2) selects each.
template <index_t N, index_t M, class B, class Mask>
LACUNA_ALWAYS_INLINE void compact(const B* row, const Mask* taken, B* values,
                                  B* positions) noexcept {
  using bits = typename B::value_type;
  unroll<N>([&](auto s) LACUNA_INLINE_LAMBDA {
    values[s] = B(bits(0));
    positions[s] = B(bits(0));
  });
  unroll<M>([&](auto backwards) LACUNA_INLINE_LAMBDA {
    const index_t p = M - 1 - backwards;
    unroll<N>([&](auto slot) LACUNA_INLINE_LAMBDA {
      const index_t s = N - 1 - slot;
      if (s > backwards) return;  // nothing can have got there yet
      const B& value = s == 0 ? row[p] : values[s == 0 ? 0 : s - 1];
      const B position = s == 0 ? B(static_cast<bits>(p)) : positions[s == 0 ? 0 : s - 1];
      values[s] = xsimd::select(taken[p], value, values[s]);
      positions[s] = xsimd::select(taken[p], position, positions[s]);
    });
  });
}

/// approximate_columns where no row is missing and the columns fill a vector.
template <class Arch, class... Terms, class T>
void approximate_whole(const T* x, index_t ldx, index_t cols, T* y, index_t ldy) noexcept {
  using block = column_block<T, Arch, Terms...>;
  for_each_vector<block::width>(cols, [&](index_t j) LACUNA_INLINE_LAMBDA {
    const block all(x + j, ldx);
    block rest = all;
    const auto nothing = [](auto, auto) LACUNA_INLINE_LAMBDA {};
    (rest.template take<Terms>(nothing), ...);
    unroll<block::rows>([&](auto r) LACUNA_INLINE_LAMBDA {
      // A value is in the rest or it was taken, so this is all bits of the one that was.
      block::to_values(all[r] ^ rest[r]).store_unaligned(y + j + r * ldy);
    });
  });
}

/// compress_columns where no row is missing and the columns fill a vector.
template <class Arch, class... Terms, class T>
void compress_whole(const T* x, index_t ldx, index_t cols,
                    const std::array<term_rows<T>, sizeof...(Terms)>& to) noexcept {
  using block = column_block<T, Arch, Terms...>;
  using bits_batch = typename block::bits_batch;
  for_each_vector<block::width>(cols, [&](index_t j) LACUNA_INLINE_LAMBDA {
    block rest(x + j, ldx);
    std::size_t term = 0;
    const auto take = [&]<class Term>(std::type_identity<Term>) LACUNA_INLINE_LAMBDA {
      constexpr index_t n = term_traits<Term>::n;
      constexpr index_t m = term_traits<Term>::m;
      const term_rows<T> out = to[term++];
      rest.template take<Term>([&](auto group, const auto* taken) LACUNA_INLINE_LAMBDA {
        bits_batch values[static_cast<std::size_t>(n)];
        bits_batch positions[static_cast<std::size_t>(n)];
        compact<n, m>(&rest[group * m], taken, values, positions);
        unroll<n>([&](auto s) LACUNA_INLINE_LAMBDA {
          const index_t at = (group * n + s) * out.ld + j;
          block::to_values(values[s]).store_unaligned(out.values + at);
          store_low_bytes(positions[s], out.positions + at);
        });
      });
    };
    (take(std::type_identity<Terms>{}), ...);
  });
}
}  // namespace detail

/// Y = the sum of the terms of X, for one block of rows: what any term takes stays, the rest is
/// zero. Each term takes of every M consecutive rows of a column the N largest magnitudes that
/// those before it left, ties to the first (TASD, arXiv 2403.07953, of activations).
///
/// x      row r of the block at x + r * ldx
/// y      likewise; it may be x itself, but not overlap it otherwise
/// rows   1 ... series_rows<Terms...>(): fewer in the last block, whose missing rows are zero
/// cols   any; nothing outside rows x cols is read or written
template <class Arch, class... Terms, class T>
void approximate_columns(const T* x, index_t ldx, index_t rows, index_t cols, T* y,
                         index_t ldy) LACUNA_KERNEL_NOEXCEPT {
  using block = column_block<T, Arch, Terms...>;
  constexpr index_t w = block::width;
  LACUNA_EXPECTS(0 < rows && rows <= block::rows && cols >= 0);
  if (rows == block::rows && cols >= w) {
    return detail::approximate_whole<Arch, Terms...>(x, ldx, cols, y, ldy);
  }
  alignas(64) T piece[static_cast<std::size_t>(block::rows * w)] = {};
  for (index_t j = 0; j < cols; j += w) {
    const index_t count = std::min(w, cols - j);
    detail::copy_rows(x + j, ldx, rows, count, piece, w);
    detail::approximate_whole<Arch, Terms...>(piece, w, w, piece, w);
    detail::copy_rows(piece, w, rows, count, y + j, ldy);
  }
}

/// The terms of X in compressed form, for one block of rows; as approximate_columns otherwise.
///
/// to[i]  of term i = N:M, for each of the block's ceil(rows / M) groups, N slot rows: the values,
///        and their positions 0 ... M - 1 in the group, rising in each column. A column with fewer
///        non-zeros has zeros at its lowest free positions, as n_m_matrix has.
template <class Arch, class... Terms, class T>
void compress_columns(const T* x, index_t ldx, index_t rows, index_t cols,
                      const std::array<term_rows<T>, sizeof...(Terms)>& to) LACUNA_KERNEL_NOEXCEPT {
  using block = column_block<T, Arch, Terms...>;
  constexpr index_t w = block::width;
  constexpr auto size = static_cast<std::size_t>(block::rows * w);
  constexpr std::size_t terms = sizeof...(Terms);
  LACUNA_EXPECTS(0 < rows && rows <= block::rows && cols >= 0);
  if (rows == block::rows && cols >= w) {
    return detail::compress_whole<Arch, Terms...>(x, ldx, cols, to);
  }
  constexpr index_t n[] = {term_traits<Terms>::n...};
  constexpr index_t m[] = {term_traits<Terms>::m...};
  alignas(64) T piece[size] = {};
  alignas(64) T values[terms][size];
  alignas(64) std::uint8_t positions[terms][size];
  std::array<term_rows<T>, terms> pieces;
  for (std::size_t t = 0; t < terms; ++t) pieces[t] = {values[t], positions[t], w};
  for (index_t j = 0; j < cols; j += w) {
    const index_t count = std::min(w, cols - j);
    detail::copy_rows(x + j, ldx, rows, count, piece, w);
    detail::compress_whole<Arch, Terms...>(piece, w, w, pieces);
    for (std::size_t t = 0; t < terms; ++t) {
      const index_t slots = ceil_div(rows, m[t]) * n[t];
      detail::copy_rows(values[t], w, slots, count, to[t].values + j, to[t].ld);
      detail::copy_rows(positions[t], w, slots, count, to[t].positions + j, to[t].ld);
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
