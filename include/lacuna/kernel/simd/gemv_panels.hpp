// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/kernel/pack/mixed_panels.hpp>
#include <lacuna/kernel/pack/panels.hpp>
#include <lacuna/kernel/pack/row_pairs.hpp>
#include <lacuna/kernel/position.hpp>
#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>
#include <lacuna/kernel/simd/unroll.hpp>
#include <lacuna/kernel/x86/at_positions.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

namespace detail {

/// What entries of a panel are multiplied by.
template <class T>
struct x_at_positions {
  const T* x;
  const std::int32_t* k;
  void ask_ahead(index_t e) const noexcept { prefetch_ahead<1>(k + e); }
  [[nodiscard]] T operator()(index_t e) const noexcept { return x[k[e]]; }
};
/// The same where entry e has position e. Positions that are all there are best not read: they and
/// x took turns in the first-level cache, 4096x4096 was read at 20 GB/s for 30 (Zen 4).
template <class T>
struct x_in_order {
  const T* x;
  void ask_ahead(index_t /*e*/) const noexcept {}
  [[nodiscard]] T operator()(index_t e) const noexcept { return x[e]; }
};

/// sums += one panel, in one batch of Rows lanes: the values of an entry are one load. Four chains
/// hide the latency of FMA.
template <class B, index_t Rows, class T, class X>
LACUNA_ALWAYS_INLINE void panel_sums(const T* values, index_t entries, const X& x,
                                     T* sums) noexcept {
  constexpr index_t chains = 4;
  B chain[chains] = {B(T(0)), B(T(0)), B(T(0)), B(T(0))};
  index_t e = 0;
  for (; e + chains <= entries; e += chains) {
    prefetch_ahead<chains * Rows* static_cast<index_t>(sizeof(T))>(values + e * Rows);
    x.ask_ahead(e);
    unroll<chains>([&](auto c) LACUNA_INLINE_LAMBDA {
      B& to = chain[static_cast<std::size_t>(c)];
      to = multiply_add(B::load_unaligned(values + (e + c) * Rows), B(x(e + c)), to);
    });
  }
  for (; e < entries; ++e) {
    chain[0] = multiply_add(B::load_unaligned(values + e * Rows), B(x(e)), chain[0]);
  }
  (B::load_unaligned(sums) + ((chain[0] + chain[1]) + (chain[2] + chain[3]))).store_unaligned(sums);
}

#if defined(__SSE4_1__)
/// The same as `row_sum`, four values at once in four chains; what is left over goes to `rest`.
/// A scalar takes three loads a value, of which a core starts two to four a cycle, this one and
/// three quarters: CSR of 1000x2048 at 1/2 takes 217 us for 310, at 1/8 50 for 84 (Zen 5).
template <class Rest>
[[nodiscard]] LACUNA_ALWAYS_INLINE float row_sum_by_fours(const float* values,
                                                          const std::int32_t* k, index_t entries,
                                                          const float* x,
                                                          const Rest& rest) noexcept {
  using four = xsimd::make_sized_batch_t<float, 4>;
  four chain[4] = {four(0.0F), four(0.0F), four(0.0F), four(0.0F)};
  index_t e = 0;
  const auto add = [&](auto c) LACUNA_INLINE_LAMBDA {
    four& to = chain[static_cast<std::size_t>(c)];
    const index_t at = e + 4 * c;
    to = multiply_add(four::load_unaligned(values + at), four(x86::at_positions(x, k + at)), to);
  };
  for (; e + 16 <= entries; e += 16) {
    prefetch_ahead<1>(values + e);
    prefetch_ahead<1>(k + e);
    unroll<4>(add);
  }
  for (; e + 4 <= entries; e += 4) add(std::integral_constant<index_t, 0>{});
  return xsimd::hadd((chain[0] + chain[1]) + (chain[2] + chain[3])) +
         rest(values + e, k + e, entries - e);
}
#endif

/// Sum of one row whose positions are its own, a load of X a value.
template <class T>
[[nodiscard]] LACUNA_ALWAYS_INLINE T row_sum(const T* values, const std::int32_t* k,
                                             index_t entries, const T* x) noexcept {
  const auto one_by_one = [&](const T* value, const std::int32_t* at, index_t count) {
    T chain[4] = {};
    index_t e = 0;
    for (; e + 4 <= count; e += 4) {
      prefetch_ahead<1>(value + e);
      prefetch_ahead<1>(at + e);
      unroll<4>([&](auto c) LACUNA_INLINE_LAMBDA { chain[c] += value[e + c] * x[at[e + c]]; });
    }
    for (; e < count; ++e) chain[0] += value[e] * x[at[e]];
    return (chain[0] + chain[1]) + (chain[2] + chain[3]);
  };
#if defined(__SSE4_1__)
  if constexpr (std::is_same_v<T, float>) {
    return row_sum_by_fours(values, k, entries, x, one_by_one);
  }
#endif
  return one_by_one(values, k, entries);
}

/// sums += panel p of w times x.
template <class Arch, class T, index_t Rows>
void add_panel(const panels<T, Rows>& w, index_t p, const T* x, T* sums) noexcept {
  const index_t begin = w.offsets[static_cast<std::size_t>(p)];
  const index_t entries = w.offsets[static_cast<std::size_t>(p) + 1] - begin;
  const T* values = w.values.data() + begin * Rows;
  const std::int32_t* k = w.positions(p);
  using sized = xsimd::make_sized_batch_t<T, static_cast<std::size_t>(Rows)>;
  if constexpr (Rows == 1) {
    sums[0] += detail::row_sum(values, k, entries, x);
  } else if constexpr (Rows == lanes<T, Arch> || !std::is_void_v<sized>) {
    using vector = std::conditional_t<Rows == lanes<T, Arch>, batch<T, Arch>, sized>;
    if (w.is_dense) {
      panel_sums<vector, Rows>(values, entries, x_in_order<T>{x}, sums);
    } else {
      panel_sums<vector, Rows>(values, entries, x_at_positions<T>{x, k}, sums);
    }
  } else {
    for (index_t e = 0; e < entries; ++e) {
      for (index_t r = 0; r < Rows; ++r) sums[r] += values[e * Rows + r] * x[k[e]];
    }
  }
}
template <class Arch, class T, index_t Rows>
void add_panel(const mixed_panels<T, Rows>& w, index_t p, const T* x, T* sums) noexcept {
  add_panel<Arch>(w.shared, p, x, sums);
  for (index_t r = 0; r < std::min(Rows, w.rows - p * Rows); ++r) {
    add_panel<Arch>(w.single, p * Rows + r, x, sums + r);
  }
}

/// sums += the panel's rows, pair by pair.
template <class Arch, class T>
void add_panel(const row_pairs<T>& w, index_t panel, const T* x, T* sums) noexcept {
  for (index_t b = 0; b < w.blocks(); ++b) {
    const auto& part = w.part_of(panel, b);
    const auto* const end = w.pairs.data() + w.part_of(panel, b + 1).pair;
    const std::uint16_t* k = w.k.data() + part.k;
    const T* values = w.values.data() + part.value;
    const T* const of_block = x + b * w.block;
    for (const auto* p = w.pairs.data() + part.pair; p != end; ++p) {
      T first(0);
      T second(0);
      for (index_t e = 0; e < std::max(p->both, p->each); ++e) {
        if (e < p->both) {
          first += *values++ * of_block[*k];
          second += *values++ * of_block[*k++];
        }
        if (e < p->each) {
          first += *values++ * of_block[*k++];
          second += *values++ * of_block[*k++];
        }
      }
      T& longer = p->longer == 0 ? first : second;
      for (index_t e = 0; e < p->rest; ++e) longer += *values++ * of_block[*k++];
      sums[p->row[0]] += first;
      sums[p->row[1]] += second;
    }
  }
}

}  // namespace detail

/// sums += W X for panels first ... last - 1 and Columns columns: X at x + j * ldx, the sum of row
/// r at sums + r + j * ld, room for whole panels.
template <class Arch, index_t Columns, class Panels, class T>
requires requires(const Panels& w, const T* x, T* sums) { detail::add_panel<Arch>(w, 0, x, sums); }
void add_product(const Panels& w, index_t first, index_t last, const T* x, index_t ldx, T* sums,
                 index_t ld) LACUNA_KERNEL_NOEXCEPT {
  LACUNA_EXPECTS(0 <= first && first <= last && last <= w.count());
  for (index_t p = first; p < last; ++p) {
    for (index_t j = 0; j < Columns; ++j) {
      detail::add_panel<Arch>(w, p, x + j * ldx, sums + p * w.rows_per_panel + j * ld);
    }
  }
}

/// y = epilogue(W x) for panels first ... last - 1: x (depth) contiguous, y (rows) with `stride`
/// between its values. Bound by the bytes of W from L2 on.
template <class Arch, class Panels, class T, class Epilogue>
void gemv_panels(const Panels& w, index_t first, index_t last, const T* x, T* y, index_t stride,
                 const Epilogue& epilogue) LACUNA_KERNEL_NOEXCEPT {
  const index_t rows = w.rows_per_panel;
  LACUNA_EXPECTS(0 <= first && first <= last && last <= w.count());
  for (index_t p = first; p < last; ++p) {
    T sums[static_cast<std::size_t>(most_rows<Panels>)] = {};
    detail::add_panel<Arch>(w, p, x, sums);
    for (index_t r = 0; r < std::min(rows, w.rows - p * rows); ++r) {
      y[(p * rows + r) * stride] = epilogue(sums[r], position{p * rows + r, 0, 1, 0});
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
