// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/kernel/pack/gemv_blocks.hpp>
#include <lacuna/kernel/simd/permute.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>
#include <lacuna/kernel/simd/unroll.hpp>
#include <lacuna/kernel/x86/vendor.hpp>

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

/// Panels that are read in turn, and bytes of each at a time.
inline constexpr index_t panels_in_turn = 8;
inline constexpr index_t bytes_in_turn = 512;

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

  template <index_t Chain, bool InTurn>
  LACUNA_ALWAYS_INLINE void add(const T* values, const T* x, index_t ldx) noexcept {
    unroll<x_vectors>([&](auto part) LACUNA_INLINE_LAMBDA {
      B at[static_cast<std::size_t>(Columns)];
      unroll<Columns>([&](auto j) LACUNA_INLINE_LAMBDA {
        at[static_cast<std::size_t>(j)] = repeat<B, width>(x + j * ldx + part * l);
      });
      unroll<sums>([&](auto s) LACUNA_INLINE_LAMBDA {
        const T* from = values + (s * x_vectors + part) * l;
        if constexpr (InTurn) {
          prefetch_vectors<1, l, 3>(from + 2 * bytes_in_turn / index_t{sizeof(T)});
        } else {
          prefetch_ahead<l * index_t{sizeof(T)}, prefetch_bytes_of_blocks>(from);
        }
        const B w = B::load_unaligned(from);
        unroll<Columns>([&](auto j) LACUNA_INLINE_LAMBDA {
          B& to = sum[static_cast<std::size_t>((Chain * sums + s) * Columns + j)];
          to = multiply_add(w, at[static_cast<std::size_t>(j)], to);
        });
      });
    });
  }

  /// The same of `count` blocks, each with the row of X that `k` says.
  template <bool InTurn>
  LACUNA_ALWAYS_INLINE void add_blocks(const T* values, const std::int32_t* k, index_t count,
                                       const T* x, index_t ldx) noexcept {
    index_t b = 0;
    for (; b + chains <= count; b += chains, values += chains * R * C) {
      unroll<chains>([&](auto chain) LACUNA_INLINE_LAMBDA {
        add<decltype(chain)::value, InTurn>(values + chain * R * C, x + k[b + chain], ldx);
      });
    }
    for (; b < count; ++b, values += R * C) add<0, InTurn>(values, x + k[b], ldx);
  }

  static constexpr index_t aside_values = chains * sums * Columns * l;
  LACUNA_ALWAYS_INLINE void put_aside(T* to) const noexcept {
    unroll<chains * sums * Columns>([&](auto i) LACUNA_INLINE_LAMBDA {
      sum[static_cast<std::size_t>(i)].store_aligned(to + i * l);
    });
  }
  LACUNA_ALWAYS_INLINE void take_back(const T* from) noexcept {
    unroll<chains * sums * Columns>([&](auto i) LACUNA_INLINE_LAMBDA {
      sum[static_cast<std::size_t>(i)] = B::load_aligned(from + i * l);
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

/// Whether panels are read in turn: those of Intel's processors, beyond the second level and of 24
/// KB and more. A core of Emerald Rapids fetches more ahead from eight places in turn than from
/// one: dense 4096x4096, in memory, 1.12 to 1.22 times as fast, 8x8 at 1/2 1.01 to 1.12; from the
/// third level 1.02 to 1.07; shorter panels 0.94 to 1.02 (2026-11-30).
template <class T, index_t R, index_t C>
[[nodiscard]] bool reads_in_turn(const gemv_blocks<T, R, C>& w) noexcept {
  constexpr index_t second_level = 2 * 1024 * 1024;
  constexpr index_t least = 24 * 1024;
  const index_t bytes = static_cast<index_t>(w.values.size() * sizeof(T));
  return bytes > second_level && bytes >= least * w.count() && !x86::is_amd();
}

/// sums += W X for panels_in_turn panels from p on.
template <class Arch, index_t Columns, class T, index_t R, index_t C>
void add_panels_in_turn(const gemv_blocks<T, R, C>& w, index_t p, const T* x, index_t ldx, T* sums,
                        index_t ld) noexcept {
  using panel_sums = block_sums<T, Arch, R, C, Columns>;
  constexpr index_t block = R * C;
  constexpr index_t turn = round_up(
      std::max<index_t>(1, bytes_in_turn / (block * index_t{sizeof(T)})), panel_sums::chains);
  const index_t* const begin = w.offsets.data() + p;
  index_t common = begin[1] - begin[0];
  for (index_t i = 1; i < panels_in_turn; ++i) common = std::min(common, begin[i + 1] - begin[i]);
  common -= common % turn;
  alignas(64) T aside[static_cast<std::size_t>(panels_in_turn * panel_sums::aside_values)] = {};
  for (index_t b = 0; b < common; b += turn) {
    for (index_t i = 0; i < panels_in_turn; ++i) {
      panel_sums sum;
      sum.take_back(aside + i * panel_sums::aside_values);
      const index_t at = begin[i] + b;
      sum.template add_blocks<true>(w.values.data() + at * block, w.first_column.data() + at, turn,
                                    x, ldx);
      sum.put_aside(aside + i * panel_sums::aside_values);
    }
  }
  for (index_t i = 0; i < panels_in_turn; ++i) {
    panel_sums sum;
    sum.take_back(aside + i * panel_sums::aside_values);
    const index_t at = begin[i] + common;
    sum.template add_blocks<true>(w.values.data() + at * block, w.first_column.data() + at,
                                  begin[i + 1] - at, x, ldx);
    sum.add_to(sums + (p + i) * R, ld);
  }
}

}  // namespace detail

/// sums += W X for panels first ... last - 1 and Columns columns: X at x + j * ldx, see
/// `gemv_blocks` for what is read past it; the sum of row r at sums + r + j * ld. Bound by the
/// bytes of W from L2 on: 29.6 of 30 GB/s that a core of Emerald Rapids reads.
template <class Arch, index_t Columns, class T, index_t R, index_t C>
void add_product(const gemv_blocks<T, R, C>& w, index_t first, index_t last, const T* x,
                 index_t ldx, T* sums, index_t ld) LACUNA_KERNEL_NOEXCEPT {
  LACUNA_EXPECTS(0 <= first && first <= last && last <= w.count());
  index_t p = first;
  if (detail::reads_in_turn(w)) {
    for (; p + detail::panels_in_turn <= last; p += detail::panels_in_turn) {
      detail::add_panels_in_turn<Arch, Columns>(w, p, x, ldx, sums, ld);
    }
  }
  for (; p < last; ++p) {
    detail::block_sums<T, Arch, R, C, Columns> sum;
    const index_t begin = w.offsets[static_cast<std::size_t>(p)];
    sum.template add_blocks<false>(w.values.data() + begin * R * C, w.first_column.data() + begin,
                                   w.offsets[static_cast<std::size_t>(p) + 1] - begin, x, ldx);
    sum.add_to(sums + p * R, ld);
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
