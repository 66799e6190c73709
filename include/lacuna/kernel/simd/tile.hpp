// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include <lacuna/kernel/pack/panels.hpp>
#include <lacuna/kernel/position.hpp>
#include <lacuna/kernel/simd/add_ahead.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>
#include <lacuna/kernel/simd/product.hpp>
#include <lacuna/kernel/simd/store_narrow.hpp>
#include <lacuna/kernel/simd/strip.hpp>
#include <lacuna/kernel/simd/unroll.hpp>
#include <lacuna/kernel/x86/add_run.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Rows of a register tile for formats whose rows share positions `row_unit` at a time: the largest
/// divisor of row_unit that is at most 8 with 32 registers (8 x 3 vectors) and 4 with 16 (4 x 3).
template <class Arch>
[[nodiscard]] constexpr index_t tile_rows(index_t row_unit) noexcept {
  index_t rows = registers<Arch> == 32 ? 8 : 4;
  while (row_unit % rows != 0) --rows;
  return rows;
}

/// Vectors of a register tile: Rows * V sums, V of X and one broadcast weight must fit in the
/// registers; 8 is enough to hide the latency of FMA (4 cycles, 2 a cycle).
template <class Arch>
[[nodiscard]] constexpr index_t tile_vectors(index_t rows) noexcept {
  return std::min<index_t>(8, (registers<Arch> - 1) / (rows + 1));
}

/// The one inner loop: Rows x Vectors sums held in registers over all entries of a panel of T. An
/// entry is Vectors loads of X, Rows broadcasts of weights and Rows * Vectors multiply-adds, or dot
/// products of narrow values: 11 loads beside 24 of them in an 8 x 3 tile, so they bound it.
///
/// Everything is unrolled by index sequences and inlined by force: written as plain loops, g++ -O2
/// leaves the loops in and the sums in memory, at 40 % of the speed.
template <class T, class Arch, index_t Rows, index_t Vectors>
class tile {
 public:
  using arch = Arch;
  using word = word_t<T>;
  using sum = sum_t<T>;
  using word_batch = batch<word, Arch>;
  using sum_batch = batch<sum, Arch>;
  static constexpr index_t word_lanes = lanes<word, Arch>;
  static constexpr index_t width = Vectors * word_lanes;
  static constexpr index_t entry_values = Rows * product<T>::group;
  /// Whether rows of X are asked for before they are used, positions looked up beyond the last.
  static constexpr bool looks_ahead = adds_ahead<T> && Rows == 8 && Vectors == 3 &&
                                      std::is_base_of_v<xsimd::avx512f, Arch>;

  /// sums = 0
  LACUNA_ALWAYS_INLINE tile() noexcept {
    unroll<Rows * Vectors, 32>([&](auto i) LACUNA_INLINE_LAMBDA { sums_[i] = sum_batch(sum(0)); });
  }
  /// sums(r, j) = start[r]
  LACUNA_ALWAYS_INLINE explicit tile(const sum* start) noexcept {
    unroll<Rows, 32>([&](auto r) LACUNA_INLINE_LAMBDA {
      const sum_batch row(start[r]);
      unroll<Vectors, 32>([&](auto j) LACUNA_INLINE_LAMBDA { sums_[r * Vectors + j] = row; });
    });
  }

  /// sums += values[e] * X[k[e]], for every entry e; row_of(k) is where row k of X starts, in words
  /// of which row_of.load<j> reads vector j. `also(row, value)` is called with each entry's row of
  /// X and its values, `each_group()` before each `group_ahead` of them in tiles that look ahead.
  template <class Product = product<T>, class K, class RowOf, class Also, class EachGroup>
  LACUNA_ALWAYS_INLINE void accumulate(const T* values, const K* k, index_t entries,
                                       const RowOf& row_of, const Also& also,
                                       [[maybe_unused]] const EachGroup& each_group) noexcept {
#if defined(__AVX512F__)
    if constexpr (looks_ahead) {
      in_registers([&](auto& sums) LACUNA_INLINE_LAMBDA {
        add_ahead<Arch>(sums, values, k, entries, row_of, also, each_group);
      });
    } else
#endif
      add_one_by_one<Product>(values, k, entries, row_of, also);
  }
  template <class Product = product<T>, class K, class RowOf, class Also>
  LACUNA_ALWAYS_INLINE void accumulate(const T* values, const K* k, index_t entries,
                                       const RowOf& row_of, const Also& also) noexcept {
    accumulate<Product>(values, k, entries, row_of, also, []() LACUNA_INLINE_LAMBDA {});
  }
  template <class Product = product<T>, class K, class RowOf>
  LACUNA_ALWAYS_INLINE void accumulate(const T* values, const K* k, index_t entries,
                                       const RowOf& row_of) noexcept {
#if defined(__AVX2__) && defined(__FMA__)
    if constexpr (is_in_runs<RowOf> && !looks_ahead) {
      add_runs(values, k, k + entries, row_of);
    } else
#endif
      accumulate<Product>(values, k, entries, row_of,
                          [](const word*, const T*) LACUNA_INLINE_LAMBDA {});
  }

  /// The same for row R alone: sums(R) += values[e] * X[k[e]].
  template <index_t R, class K, class RowOf>
  LACUNA_ALWAYS_INLINE void accumulate_row(const T* values, const K* k, index_t entries,
                                           const RowOf& row_of) noexcept {
    for (index_t e = 0; e < entries; ++e) add_to_row<R>(word_batch(values[e]), row_of(k[e]));
  }

  /// Epilogue of the sums to the first `rows` rows and `cols` columns of Y, where the last vector
  /// of a row is the only partial one.
  template <class Y, class Epilogue>
  LACUNA_ALWAYS_INLINE void store(Y* y, index_t ldy, index_t rows, index_t cols, position at,
                                  const Epilogue& epilogue) const noexcept {
    const auto row_at = [&](index_t r) LACUNA_INLINE_LAMBDA {
      return position{at.row + r, at.col, cols, at.image};
    };
    // A whole tile, the rule, asks once and not for each vector.
    if (rows == Rows && cols == width) {
      unroll<Rows>([&](auto r) LACUNA_INLINE_LAMBDA {
        if constexpr (narrows_rows<Arch, Y, Epilogue>) {
          return store_row<r>(y + r * ldy, width, row_at(r), epilogue);
        }
        unroll<Vectors>([&](auto j) LACUNA_INLINE_LAMBDA {
          constexpr std::integral_constant<index_t, word_lanes> all;
          store_vector<decltype(r)::value, decltype(j)::value>(y + r * ldy, all, row_at(r),
                                                               epilogue);
        });
      });
      return;
    }
    unroll<Rows>([&](auto r) LACUNA_INLINE_LAMBDA {
      if (r < rows) store_row<r>(y + r * ldy, cols, row_at(r), epilogue);
    });
  }

  /// The same of all columns and one behind them, whose sums are `column`, as bytes: a row's are
  /// narrowed together, which takes 17 to 24 cycles less than the column's one by one (Zen 5, of 109
  /// with 2 entries, of 288 with 16).
  template <class Y, class Epilogue>
  LACUNA_ALWAYS_INLINE void store_with_column(const sum (&column)[static_cast<std::size_t>(Rows)],
                                              Y* y, index_t ldy, index_t rows, position at,
                                              const Epilogue& epilogue) const noexcept {
    unroll<Rows>([&](auto r) LACUNA_INLINE_LAMBDA {
      if (r >= rows) return;
      store_bytes<Vectors + 1>(
          y + r * ldy, width + 1, position{at.row + r, at.col, width + 1, at.image},
          [&](index_t i) LACUNA_INLINE_LAMBDA {
            return i < Vectors ? sums_[r * Vectors + i] : sum_batch(column[r]);
          },
          epilogue);
    });
  }

  /// The same of row R alone, to y.
  template <index_t R, class Y, class Epilogue>
  LACUNA_ALWAYS_INLINE void store_row(Y* y, index_t cols, position at,
                                      const Epilogue& epilogue) const noexcept {
    if constexpr (narrows_rows<Arch, Y, Epilogue>) {
      return store_bytes<Vectors>(
          y, cols, at,
          [&](index_t i) LACUNA_INLINE_LAMBDA { return sums_[R * Vectors + i]; }, epilogue);
    }
    unroll<Vectors>([&](auto j) LACUNA_INLINE_LAMBDA {
      const index_t count = std::min(word_lanes, cols - j * word_lanes);
      if (count > 0) store_vector<R, decltype(j)::value>(y, count, at, epilogue);
    });
  }

 protected:
  template <class Product, class K, class RowOf, class Also>
  LACUNA_ALWAYS_INLINE void add_one_by_one(const T* values, const K* k, index_t entries,
                                           const RowOf& row_of, const Also& also) noexcept {
    for (index_t e = 0; e < entries; ++e) {
      const T* value = values + e * entry_values;
      // Weights are read once a strip; all but small ones come from far at least the first time.
      if constexpr (Rows > 1) {
        prefetch_ahead<entry_values* static_cast<index_t>(sizeof(T))>(value);
        prefetch_ahead<1>(k + e);
      }
      const word* const row = row_of(k[e]);
      if constexpr (RowOf::prefetches) prefetch_vectors<Vectors, word_lanes, 2>(row + width);
      also(row, value);
      word_batch v[static_cast<std::size_t>(Vectors)];
      unroll<Vectors>([&](auto j) LACUNA_INLINE_LAMBDA {
        v[j] = row_of.template load<decltype(j)::value, word_batch>(row);
      });
      unroll<Rows>([&](auto r) LACUNA_INLINE_LAMBDA {
        const word_batch weight(word_at(value + r * product<T>::group));
        unroll<Vectors>([&](auto j) LACUNA_INLINE_LAMBDA {
          sum_batch& to = sums_[r * Vectors + j];
          to = Product::add(to, weight, v[j]);
        });
      });
    }
  }

#if defined(__AVX512F__)
  /// f(sums), as registers.
  template <class F>
  LACUNA_ALWAYS_INLINE void in_registers(const F& f) noexcept {
    x86::sums_8x3<sum> sums;
    unroll<24, 32>([&](auto i) LACUNA_INLINE_LAMBDA { sums.of[i] = sums_[i].data; });
    f(sums);
    unroll<24, 32>([&](auto i) LACUNA_INLINE_LAMBDA { sums_[i] = sum_batch(sums.of[i]); });
  }
#endif

#if defined(__AVX2__) && defined(__FMA__)
  template <class K, class RowOf>
  LACUNA_ALWAYS_INLINE void add_runs(const T* values, const K* k, const K* last,
                                     const RowOf& row_of) noexcept {
    x86::sums_4x3 sums;
    unroll<Rows * Vectors>([&](auto i) LACUNA_INLINE_LAMBDA { sums[i] = sums_[i].data; });
    constexpr index_t run_bytes = run_length * Rows * index_t{sizeof(T)};
    for (; k != last; k += run_length, values += run_length * Rows) {
      prefetch_ahead<1>(k);
      prefetch_ahead<run_bytes>(values);
      x86::add_run(sums, row_of(*k), row_of.apart * index_t{sizeof(T)}, values);
    }
    unroll<Rows * Vectors>([&](auto i) LACUNA_INLINE_LAMBDA { sums_[i] = sum_batch(sums[i]); });
  }
#endif

  /// sums(R) += weight * row
  template <index_t R>
  LACUNA_ALWAYS_INLINE void add_to_row(const word_batch& weight, const T* row) noexcept {
    unroll<Vectors>([&](auto j) LACUNA_INLINE_LAMBDA {
      const auto v = word_batch::load_unaligned(row + j * word_lanes);
      sum_batch& to = sums_[R * Vectors + j];
      to = multiply_add(weight, v, to);
    });
  }

  sum_batch sums_[static_cast<std::size_t>(Rows * Vectors)];

 private:
  /// Epilogue to bytes of a row's first `cols` columns, in Count vectors of which sum_of(i) is one.
  template <index_t Count, class Y, class SumOf, class Epilogue>
  static LACUNA_ALWAYS_INLINE void store_bytes(Y* y, index_t cols, position at,
                                               const SumOf& sum_of,
                                               const Epilogue& epilogue) noexcept {
    unroll<(Count + 3) / 4>([&](auto four) LACUNA_INLINE_LAMBDA {
      constexpr index_t j = 4 * four;
      if (cols <= j * word_lanes) return;
      const position here{at.row, at.col + j * word_lanes, cols - j * word_lanes, at.image};
      store_row_of_bytes<std::min<index_t>(4, Count - j)>(
          y + j * word_lanes, here.count, here,
          [&](index_t i) LACUNA_INLINE_LAMBDA { return sum_of(j + i); }, epilogue);
    });
  }

  /// The first `count` values of row R's vector J to row y; a constant where they are all.
  template <index_t R, index_t J, class Y, class Count, class Epilogue>
  LACUNA_ALWAYS_INLINE void store_vector(Y* y, Count count, position at,
                                         const Epilogue& epilogue) const noexcept {
    constexpr index_t col = J * word_lanes;
    const position here{at.row, at.col + col, count, at.image};
    store_result(epilogue(sums_[R * Vectors + J], here), y + col, count);
  }
};

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
