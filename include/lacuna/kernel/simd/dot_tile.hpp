// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <lacuna/kernel/position.hpp>
#include <lacuna/kernel/simd/dot.hpp>
#include <lacuna/kernel/simd/store_narrow.hpp>
#include <lacuna/kernel/simd/unroll.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// The four bytes at `from`, as one word to broadcast.
[[nodiscard]] LACUNA_ALWAYS_INLINE std::int32_t word_at(const std::int8_t* from) noexcept {
  std::int32_t word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

/// The inner loop of `dot_panels`: Rows x Vectors 32-bit sums held in registers over all entries of
/// a panel, columns of X along the lanes. An entry is Vectors loads of X, Rows broadcasts of four
/// weights and Rows * Vectors dot products: 11 loads beside 24 of them in an 8 x 3 tile, so the dot
/// products bound it.
template <class Arch, index_t Rows, index_t Vectors>
class dot_tile {
 public:
  using word_batch = batch<std::int32_t, Arch>;

  /// sums(r, j) = start[r]
  LACUNA_ALWAYS_INLINE explicit dot_tile(const std::int32_t* start) noexcept {
    unroll<Rows, 32>([&](auto r) LACUNA_INLINE_LAMBDA {
      const word_batch row(start[r]);
      unroll<Vectors, 32>([&](auto j) LACUNA_INLINE_LAMBDA { sums_[r * Vectors + j] = row; });
    });
  }

  /// sums += values[e] . x[k[e]], for every entry e; group k of rows of X starts at x + k * ldx, a
  /// word a column.
  LACUNA_ALWAYS_INLINE void accumulate(const std::int8_t* values, const std::int32_t* k,
                                       index_t entries, const std::int32_t* x,
                                       index_t ldx) noexcept {
    for (index_t e = 0; e < entries; ++e) {
      const std::int32_t* group = x + k[e] * ldx;
      const std::int8_t* value = values + e * Rows * 4;
      word_batch v[static_cast<std::size_t>(Vectors)];
      unroll<Vectors>([&](auto j) LACUNA_INLINE_LAMBDA {
        v[j] = word_batch::load_unaligned(group + j * lanes<std::int32_t, Arch>);
      });
      unroll<Rows>([&](auto r) LACUNA_INLINE_LAMBDA {
        const word_batch weights(word_at(value + r * 4));
        unroll<Vectors>([&](auto j) LACUNA_INLINE_LAMBDA {
          word_batch& sum = sums_[r * Vectors + j];
          sum = dot_add(sum, v[j], weights);
        });
      });
    }
  }

  /// y(r, j) = epilogue(sums) for the first `rows` rows and `cols` columns, where the last vector
  /// of a row is the only partial one.
  template <class Y, class Epilogue>
  LACUNA_ALWAYS_INLINE void store(Y* y, index_t ldy, index_t rows, index_t cols, position at,
                                  const Epilogue& epilogue) const noexcept {
    unroll<Rows>([&](auto r) LACUNA_INLINE_LAMBDA {
      if (r >= rows) return;
      unroll<Vectors>([&](auto j) LACUNA_INLINE_LAMBDA {
        constexpr index_t w = lanes<std::int32_t, Arch>;
        const index_t count = std::min(w, cols - j * w);
        if (count < 1) return;
        const position here{at.row + r, at.col + j * w, count, at.image};
        const word_batch result = epilogue(sums_[r * Vectors + j], here);
        store_narrow(result, y + r * ldy + j * w, count);
      });
    });
  }

 private:
  word_batch sums_[static_cast<std::size_t>(Rows * Vectors)];
};

/// The same for a few columns, which would leave most lanes of `dot_tile` idle: Rows lie along the
/// lanes instead, so an entry is one load of weights and for each column a broadcast of X and a dot
/// product.
template <class Arch, index_t Rows, index_t Cols>
class dot_columns {
 public:
  using word_batch = xsimd::make_sized_batch_t<std::int32_t, static_cast<std::size_t>(Rows)>;

  LACUNA_ALWAYS_INLINE explicit dot_columns(const std::int32_t* start) noexcept {
    unroll<Cols>([&](auto j)
                     LACUNA_INLINE_LAMBDA { sums_[j] = word_batch::load_unaligned(start); });
  }

  LACUNA_ALWAYS_INLINE void accumulate(const std::int8_t* values, const std::int32_t* k,
                                       index_t entries, const std::int32_t* x,
                                       index_t ldx) noexcept {
    // A second chain hides the latency of a single column's dot products.
    constexpr index_t chains = Cols == 1 ? 4 : Cols == 2 ? 2 : 1;
    word_batch more[static_cast<std::size_t>(chains * Cols)];
    unroll<chains * Cols>([&](auto i) LACUNA_INLINE_LAMBDA { more[i] = word_batch(0); });
    const auto add = [&](index_t e, auto chain) LACUNA_INLINE_LAMBDA {
      const auto weights = xsimd::bitwise_cast<word_batch>(
          xsimd::batch<std::int8_t, typename word_batch::arch_type>::load_unaligned(values +
                                                                                    e * Rows * 4));
      const std::int32_t* group = x + k[e] * ldx;
      unroll<Cols>([&](auto j) LACUNA_INLINE_LAMBDA {
        word_batch& sum = more[chain * Cols + j];
        sum = dot_add(sum, word_batch(group[j]), weights);
      });
    };
    index_t e = 0;
    for (; e + chains <= entries; e += chains) {
      unroll<chains>([&](auto c) LACUNA_INLINE_LAMBDA { add(e + c, c); });
    }
    for (; e < entries; ++e) add(e, std::integral_constant<index_t, 0>{});
    unroll<chains * Cols>([&](auto i) LACUNA_INLINE_LAMBDA { sums_[i % Cols] += more[i]; });
  }

  template <class Y, class Epilogue>
  LACUNA_ALWAYS_INLINE void store(Y* y, index_t ldy, index_t rows, index_t /*cols*/, position at,
                                  const Epilogue& epilogue) const noexcept {
    std::int32_t column[static_cast<std::size_t>(Rows)];
    for (index_t j = 0; j < Cols; ++j) {
      sums_[j].store_unaligned(column);
      for (index_t r = 0; r < rows; ++r) {
        const position here{at.row + r, at.col + j, 1, at.image};
        y[r * ldy + j] = static_cast<Y>(epilogue(column[r], here));
      }
    }
  }

 private:
  word_batch sums_[static_cast<std::size_t>(Cols)];
};

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
