// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <type_traits>

#include <lacuna/format/pattern.hpp>
#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/simd/unroll.hpp>
#include <lacuna/kernel/x86/narrow.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// N and M of a term, as numbers. Columns of activations don't share positions: V is 1.
template <class Term>
struct term_traits;
template <index_t N, index_t M>
struct term_traits<n_m<N, M>> {
  static constexpr index_t n = N;
  static constexpr index_t m = M;
};

/// Rows that a series of N:M terms decomposes at once: lcm(M...).
template <class... Terms>
[[nodiscard]] constexpr index_t series_rows() noexcept {
  index_t rows = 1;
  ((rows = std::lcm(rows, term_traits<Terms>::m)), ...);
  return rows;
}

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

/// series_rows() rows of one vector of columns, each lane a column of its own, and what the terms
/// taken so far left of it.
///
/// Magnitudes are compared as integers, the sign bit cleared: that is the order of IEEE 754
/// totalOrderMag, in which NaN is above infinity, and it costs no special cases. Selection is by
/// rank: a row is taken if fewer than N rows of its group are larger, or equal and before it, which
/// is M (M - 1) / 2 comparisons a vector and no branch. With fewer than N non-zeros the first zeros
/// rank next: the padding of n_m_matrix.
template <class T, class Arch, class... Terms>
class column_block {
 public:
  using value_batch = batch<T, Arch>;
  using bits = xsimd::as_integer_t<T>;
  using bits_batch = batch<bits, Arch>;
  using mask = typename bits_batch::batch_bool_type;
  static constexpr index_t width = lanes<T, Arch>;
  static constexpr index_t rows = series_rows<Terms...>();
  static_assert(rows <= 256, "the terms' M have too large a common multiple");

  /// `count` columns of the first `inside` rows; the other rows are zero.
  template <bool Whole>
  LACUNA_ALWAYS_INLINE void load(const T* x, index_t ldx, index_t inside, index_t count) noexcept {
    unroll<rows>([&](auto r) LACUNA_INLINE_LAMBDA {
      if (Whole) {
        rest_[r] = to_bits(value_batch::load_unaligned(x + r * ldx));
      } else if (r >= inside) {
        rest_[r] = bits_batch(bits(0));
      } else if (count == width) {
        rest_[r] = to_bits(value_batch::load_unaligned(x + r * ldx));
      } else {
        rest_[r] = to_bits(load_partial<value_batch>(x + r * ldx, count));
      }
    });
  }

  /// Takes the term N:M out of the rest; emit(group, take) sees the rest before, where take[p] says
  /// in which columns row group * M + p is taken.
  template <class Term, class Emit>
  LACUNA_ALWAYS_INLINE void take(const Emit& emit) noexcept {
    constexpr index_t m = term_traits<Term>::m;
    unroll<rows / m>([&](auto group) LACUNA_INLINE_LAMBDA {
      mask taken[static_cast<std::size_t>(m)];
      select_largest<term_traits<Term>::n, m>(rest_ + group * m, taken);
      emit(group, static_cast<const mask*>(taken));
      unroll<m>([&](auto p) LACUNA_INLINE_LAMBDA {
        bits_batch& rest = rest_[group * m + p];
        rest = xsimd::select(taken[p], bits_batch(bits(0)), rest);
      });
    });
  }

  /// The rest of a row.
  LACUNA_ALWAYS_INLINE const bits_batch& operator[](index_t r) const noexcept { return rest_[r]; }

  static LACUNA_ALWAYS_INLINE bits_batch to_bits(const value_batch& v) noexcept {
    return xsimd::bitwise_cast<bits_batch>(v);
  }
  static LACUNA_ALWAYS_INLINE value_batch to_values(const bits_batch& v) noexcept {
    return xsimd::bitwise_cast<value_batch>(v);
  }

 private:
  /// rank + 1 where `c` holds; Step -1 for rank - 1.
  template <int Step>
  static LACUNA_ALWAYS_INLINE bits_batch count(const bits_batch& rank, const mask& c) noexcept {
    if constexpr (sizeof(mask) == sizeof(bits_batch) && requires { bits_batch(c.data); }) {
      const bits_batch minus_one_where(c.data);  // a vector whose true lanes are all ones
      return Step > 0 ? rank - minus_one_where : rank + minus_one_where;
    } else {
      return xsimd::select(c, rank + bits_batch(bits(Step)), rank);
    }
  }

  template <index_t N, index_t M>
  static LACUNA_ALWAYS_INLINE void select_largest(const bits_batch* row, mask* taken) noexcept {
    if constexpr (N == M) {
      unroll<M>([&](auto p) LACUNA_INLINE_LAMBDA { taken[p] = mask(true); });
    } else {
      const bits_batch no_sign(std::numeric_limits<bits>::max());
      bits_batch magnitude[static_cast<std::size_t>(M)];
      bits_batch rank[static_cast<std::size_t>(M)];
      unroll<M>([&](auto p) LACUNA_INLINE_LAMBDA {
        magnitude[p] = row[p] & no_sign;
        rank[p] = bits_batch(static_cast<bits>(p));  // all before it are ahead, until they are not
      });
      unroll_pairs<M>([&](auto later, auto earlier) LACUNA_INLINE_LAMBDA {
        const mask larger = magnitude[later] > magnitude[earlier];
        rank[later] = count<-1>(rank[later], larger);
        rank[earlier] = count<+1>(rank[earlier], larger);
      });
      const bits_batch n(static_cast<bits>(N));
      unroll<M>([&](auto p) LACUNA_INLINE_LAMBDA { taken[p] = n > rank[p]; });
    }
  }

  bits_batch rest_[static_cast<std::size_t>(rows)];
};

namespace detail {
/// step(whole, j, count) for every vector of columns [j, j + count). The last one overlaps the one
/// before it where it can, in place too, as taking a series of what it gave gives the same again:
/// only matrices narrower than a vector meet a partial one.
template <index_t Width, class Step>
LACUNA_ALWAYS_INLINE void for_each_vector(bool whole_rows, index_t cols,
                                          const Step& step) noexcept {
  if (whole_rows) {
    index_t j = 0;
    for (; j + Width <= cols; j += Width) step(std::true_type{}, j, Width);
    if (j < cols && cols >= Width) return step(std::true_type{}, cols - Width, Width);
    if (j < cols) step(std::false_type{}, index_t{0}, cols);
  } else {
    for (index_t j = 0; j < cols; j += Width) {
      step(std::false_type{}, std::max<index_t>(0, std::min(j, cols - Width)),
           std::min(cols, Width));
    }
  }
}

template <bool Whole, class B>
LACUNA_ALWAYS_INLINE void store(const B& value, typename B::value_type* to,
                                index_t count) noexcept {
  if (Whole || count == static_cast<index_t>(B::size)) {
    value.store_unaligned(to);
  } else {
    store_partial(value, to, count);
  }
}

/// The low bytes of the first `count` lanes.
template <bool Whole, class B>
LACUNA_ALWAYS_INLINE void store_bytes(const B& lanes_of_bytes, std::uint8_t* to,
                                      index_t count) noexcept {
#if defined(__AVX512F__)
  if constexpr (sizeof(B) == sizeof(__m512i)) {
    if (Whole || count == static_cast<index_t>(B::size)) {
      return x86::store_low_bytes(to, lanes_of_bytes, typename B::value_type{});
    }
  }
#endif
  alignas(64) typename B::value_type lane[B::size];
  lanes_of_bytes.store_aligned(lane);
  if (Whole) count = static_cast<index_t>(B::size);
  for (index_t j = 0; j < count; ++j) to[j] = static_cast<std::uint8_t>(lane[j]);
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
}  // namespace detail

/// Y = the sum of the terms of X, for one block of rows: what any term takes stays, the rest is
/// zero. Each term takes of every M consecutive rows of a column the N largest magnitudes that those
/// before it left, ties to the first.
///
/// x      row r of the block at x + r * ldx
/// y      likewise; it may be x itself, but not overlap it otherwise
/// rows   1 ... series_rows<Terms...>(): fewer in the last block, whose missing rows are zero
/// cols   any; nothing outside rows x cols is read or written
template <class Arch, class... Terms, class T>
void approximate_columns(const T* x, index_t ldx, index_t rows, index_t cols, T* y,
                         index_t ldy) LACUNA_KERNEL_NOEXCEPT {
  using block = column_block<T, Arch, Terms...>;
  LACUNA_EXPECTS(0 < rows && rows <= block::rows && cols >= 0);
  detail::for_each_vector<block::width>(
      rows == block::rows, cols, [&](auto whole, index_t j, index_t count) LACUNA_INLINE_LAMBDA {
        block rest;
        rest.template load<whole.value>(x + j, ldx, rows, count);
        const block all = rest;
        const auto nothing = [](auto, auto) LACUNA_INLINE_LAMBDA {};
        (rest.template take<Terms>(nothing), ...);
        unroll<block::rows>([&](auto r) LACUNA_INLINE_LAMBDA {
          if (!whole.value && r >= rows) return;
          // A value is in the rest or it was taken, so this is all bits of the one that was.
          detail::store<whole.value>(block::to_values(all[r] ^ rest[r]), y + j + r * ldy, count);
        });
      });
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
  using bits_batch = typename block::bits_batch;
  LACUNA_EXPECTS(0 < rows && rows <= block::rows && cols >= 0);
  detail::for_each_vector<block::width>(
      rows == block::rows, cols, [&](auto whole, index_t j, index_t count) LACUNA_INLINE_LAMBDA {
        block rest;
        rest.template load<whole.value>(x + j, ldx, rows, count);
        std::size_t term = 0;
        const auto take = [&]<class Term>(std::type_identity<Term>) LACUNA_INLINE_LAMBDA {
          constexpr index_t n = term_traits<Term>::n;
          constexpr index_t m = term_traits<Term>::m;
          const term_rows<T> out = to[term++];
          rest.template take<Term>([&](auto group, const auto* taken) LACUNA_INLINE_LAMBDA {
            if (!whole.value && group * m >= rows) return;
            bits_batch values[static_cast<std::size_t>(n)];
            bits_batch positions[static_cast<std::size_t>(n)];
            detail::compact<n, m>(&rest[group * m], taken, values, positions);
            unroll<n>([&](auto s) LACUNA_INLINE_LAMBDA {
              const index_t at = (group * n + s) * out.ld + j;
              detail::store<whole.value>(block::to_values(values[s]), out.values + at, count);
              detail::store_bytes<whole.value>(positions[s], out.positions + at, count);
            });
          });
        };
        (take(std::type_identity<Terms>{}), ...);
      });
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
