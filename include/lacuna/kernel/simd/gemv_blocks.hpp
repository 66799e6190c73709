// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/kernel/pack/gemv_blocks.hpp>
#include <lacuna/kernel/simd/permute.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>
#include <lacuna/kernel/simd/unroll.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Rows of a panel of `gemv_blocks` for blocks of R x C: the largest divisor of R whose sums fill
/// whole vectors and leave registers for four columns of X where there are 32, for one where there
/// are 16. 0 where no vector divides a block's rows or is divided by them.
template <class T, class Arch>
[[nodiscard]] constexpr index_t gemv_block_rows(index_t r, index_t c) noexcept {
  constexpr index_t l = lanes<T, Arch>;
  constexpr index_t sums = registers<Arch> == 32 ? 4 : 8;
  constexpr index_t columns_of_x = 8;
  if ((c % l != 0 && l % c != 0) || c / l > columns_of_x) return 0;
  for (index_t rows = r; rows > 0; --rows) {
    const index_t values = rows * std::min(c, l);
    if (r % rows == 0 && values % l == 0 && values / l <= sums) return rows;
  }
  return 0;
}

namespace detail {

/// The sums of one panel and Columns columns of X. A vector of a block holds L / C rows, or a part
/// of one; blocks of few vectors go by `chains` so that the latency of FMA is hidden.
template <class T, class Arch, index_t R, index_t C, index_t Columns>
struct block_sums {
  using B = batch<T, Arch>;
  static constexpr index_t l = lanes<T, Arch>;
  static constexpr index_t width = std::min(C, l);                   // lanes of one row
  static constexpr index_t sums = R * width / l;                     // vectors of sums
  static constexpr index_t x_vectors = std::max<index_t>(1, C / l);  // vectors of X a block meets
  static constexpr index_t chains = ceil_div(4, sums* Columns);

  B sum[static_cast<std::size_t>(chains * sums * Columns)];

  LACUNA_ALWAYS_INLINE block_sums() noexcept {
    unroll<chains * sums * Columns>(
        [&](auto i) LACUNA_INLINE_LAMBDA { sum[static_cast<std::size_t>(i)] = B(T(0)); });
  }

  template <index_t Chain>
  LACUNA_ALWAYS_INLINE void add(const T* values, const T* x, index_t ldx) noexcept {
    unroll<x_vectors>([&](auto part) LACUNA_INLINE_LAMBDA {
      B at[static_cast<std::size_t>(Columns)];
      unroll<Columns>([&](auto j) LACUNA_INLINE_LAMBDA {
        at[static_cast<std::size_t>(j)] = repeat<B, width>(x + j * ldx + part * l);
      });
      unroll<sums>([&](auto s) LACUNA_INLINE_LAMBDA {
        const T* from = values + (s * x_vectors + part) * l;
        prefetch_ahead<l * index_t{sizeof(T)}, prefetch_bytes_of_blocks>(from);
        const B w = B::load_unaligned(from);
        unroll<Columns>([&](auto j) LACUNA_INLINE_LAMBDA {
          B& to = sum[static_cast<std::size_t>((Chain * sums + s) * Columns + j)];
          to = multiply_add(w, at[static_cast<std::size_t>(j)], to);
        });
      });
    });
  }

  /// y[r + j * ld] += the sum of row r with column j of X.
  LACUNA_ALWAYS_INLINE void add_to(T* y, index_t ld) noexcept {
    constexpr index_t chain = sums * Columns;
    unroll<(chains - 1) * chain>([&](auto i) LACUNA_INLINE_LAMBDA {
      sum[static_cast<std::size_t>(i % chain)] += sum[static_cast<std::size_t>(chain + i)];
    });
    unroll<Columns>([&](auto j) LACUNA_INLINE_LAMBDA {
      alignas(64) T lane[static_cast<std::size_t>(sums * l)];
      unroll<sums>([&](auto s) LACUNA_INLINE_LAMBDA {
        sum[static_cast<std::size_t>(s * Columns + j)].store_aligned(lane + s * l);
      });
      for (index_t r = 0; r < R; ++r) y[r + j * ld] += tree_sum<width>(lane + r * width);
    });
  }

 private:
  template <index_t Count>
  [[nodiscard]] static LACUNA_ALWAYS_INLINE T tree_sum(const T* v) noexcept {
    if constexpr (Count == 1) {
      return *v;
    } else {
      return tree_sum<Count / 2>(v) + tree_sum<Count - Count / 2>(v + Count / 2);
    }
  }
};

}  // namespace detail

/// sums += W X for panels first ... last - 1 and Columns columns: X at x + j * ldx, see
/// `gemv_blocks` for what is read past it; the sum of row r at sums + r + j * ld. Bound by the
/// bytes of W from L2 on: 29.6 of 30 GB/s that a core of Emerald Rapids reads.
template <class Arch, index_t Columns, class T, index_t R, index_t C>
void add_product(const gemv_blocks<T, R, C>& w, index_t first, index_t last, const T* x,
                 index_t ldx, T* sums, index_t ld) LACUNA_KERNEL_NOEXCEPT {
  using panel_sums = detail::block_sums<T, Arch, R, C, Columns>;
  LACUNA_EXPECTS(0 <= first && first <= last && last <= w.count());
  const std::int32_t* const k = w.first_column.data();
  for (index_t p = first; p < last; ++p) {
    panel_sums sum;
    index_t b = w.offsets[static_cast<std::size_t>(p)];
    const index_t end = w.offsets[static_cast<std::size_t>(p) + 1];
    const T* values = w.values.data() + b * R * C;
    for (; b + panel_sums::chains <= end; b += panel_sums::chains) {
      unroll<panel_sums::chains>([&](auto chain) LACUNA_INLINE_LAMBDA {
        sum.template add<decltype(chain)::value>(values + chain * R * C, x + k[b + chain], ldx);
      });
      values += panel_sums::chains * R * C;
    }
    for (; b < end; ++b, values += R * C) sum.template add<0>(values, x + k[b], ldx);
    sum.add_to(sums + p * R, ld);
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
