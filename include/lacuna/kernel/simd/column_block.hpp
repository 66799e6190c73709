// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <numeric>

#include <lacuna/format/pattern.hpp>
#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/simd/unroll.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// N and M of a term, as numbers.
template <class Term>
struct term_traits {
  template <class>
  static constexpr bool never = false;
  static_assert(never<Term>, "a term of activations is n_m<N, M>: columns share no positions");
};
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

  /// Row r starts at x + r * ldx.
  LACUNA_ALWAYS_INLINE column_block(const T* x, index_t ldx) noexcept {
    unroll<rows>([&](auto r) LACUNA_INLINE_LAMBDA {
      rest_[r] = xsimd::bitwise_cast<bits_batch>(value_batch::load_unaligned(x + r * ldx));
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

  static LACUNA_ALWAYS_INLINE value_batch to_values(const bits_batch& v) noexcept {
    return xsimd::bitwise_cast<value_batch>(v);
  }

 private:
  /// rank + 1 where `c` holds; Step -1 for rank - 1.
  template <int Step>
  static LACUNA_ALWAYS_INLINE bits_batch count(const bits_batch& rank, const mask& c) noexcept {
    // A mask that is a vector, whose true lanes are all ones; NEON's are unsigned, and a batch of
    // signed integers made of one would have ones in them.
    using ones = batch<std::make_unsigned_t<bits>, Arch>;
    if constexpr (sizeof(mask) == sizeof(bits_batch) && requires { ones(c.data); }) {
      const auto minus_one_where = xsimd::bitwise_cast<bits_batch>(ones(c.data));
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

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
