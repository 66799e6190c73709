// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/simd/store_low_bytes.hpp>
#include <lacuna/kernel/simd/unroll.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Values that take_groups works on at once: whole groups in whole vectors.
template <class Real, class Arch, index_t M>
inline constexpr index_t take_step = std::max(M, lanes<Real, Arch>);

/// Whether groups of M fill vectors, or vectors groups.
template <class Real, class Arch, index_t M>
inline constexpr bool takes_groups = M % lanes<Real, Arch> == 0 || lanes<Real, Arch> % M == 0;

namespace detail {

/// weight[r - 1][p] is 1 where the value r places further on (Ahead), or r places back, is in the
/// group of the value at p, else 0.
template <class Real, index_t M, index_t Step, bool Ahead>
[[nodiscard]] constexpr auto group_weights() noexcept {
  std::array<std::array<Real, static_cast<std::size_t>(Step)>, static_cast<std::size_t>(M)> out{};
  for (index_t r = 1; r < M; ++r) {
    for (index_t p = 0; p < Step; ++p) {
      const bool same = Ahead ? p % M + r < M : p % M >= r;
      out[static_cast<std::size_t>(r - 1)][static_cast<std::size_t>(p)] = same ? Real(1) : Real(0);
    }
  }
  return out;
}
template <class Real, index_t M, index_t Step, bool Ahead>
alignas(64) inline constexpr auto group_weights_v = group_weights<Real, M, Step, Ahead>();

/// to[j] |= the low byte of lane j.
template <class B>
LACUNA_ALWAYS_INLINE void or_low_bytes(const B& lanes_of_bytes, std::uint8_t* to) noexcept {
  constexpr std::size_t size = B::size;
  std::uint8_t bytes[size];
  store_low_bytes(lanes_of_bytes, bytes);
  using word = std::conditional_t<size % 8 == 0, std::uint64_t,
                                  std::conditional_t<size % 4 == 0, std::uint32_t, std::uint16_t>>;
  for (std::size_t j = 0; j < size; j += sizeof(word)) {
    word old;
    word more;
    std::memcpy(&old, to + j, sizeof(word));
    std::memcpy(&more, bytes + j, sizeof(word));
    old |= more;
    std::memcpy(to + j, &old, sizeof(word));
  }
}

}  // namespace detail

/// Takes the n largest of every M consecutive values, ties to the first: `importance` becomes 0 and
/// `term_of` `mark` where a value above 0 is taken.
///
/// A value's rank is how many of its group are larger, or as large and before it: each vector is
/// compared with itself moved by 1 ... M - 1 places either way, loads that overlap, and what lies
/// in other groups weighs nothing. 2 (M - 1) comparisons a vector, no branch.
///
/// importance   at least 0, no NaN; M - 1 values before the first and behind the last are readable
/// count        a multiple of take_step<Real, Arch, M>
/// term_of      0 wherever importance is above 0
template <class Arch, index_t M, class Real>
void take_groups(Real* importance, std::uint8_t* term_of, index_t count, index_t n,
                 std::uint8_t mark) LACUNA_KERNEL_NOEXCEPT {
  static_assert(takes_groups<Real, Arch, M>);
  using value_batch = batch<Real, Arch>;
  using bits = xsimd::as_integer_t<Real>;
  using bits_batch = batch<bits, Arch>;
  constexpr index_t width = lanes<Real, Arch>;
  constexpr index_t step = take_step<Real, Arch, M>;
  LACUNA_EXPECTS(count % step == 0);
  const auto& ahead = detail::group_weights_v<Real, M, step, true>;
  const auto& behind = detail::group_weights_v<Real, M, step, false>;
  const value_batch zero(Real(0));
  const value_batch wanted(static_cast<Real>(n));
  const value_batch marks = xsimd::bitwise_cast<value_batch>(bits_batch(static_cast<bits>(mark)));

  for (index_t k = 0; k < count; k += step) {
    value_batch left[static_cast<std::size_t>(step / width)];
    unroll<step / width>([&](auto v) LACUNA_INLINE_LAMBDA {
      const Real* at = importance + k + v * width;
      const value_batch mine = value_batch::load_unaligned(at);
      value_batch rank = zero;
      unroll<M - 1>([&](auto i) LACUNA_INLINE_LAMBDA {
        const auto next = value_batch::load_unaligned(at + i + 1);
        const auto next_weight = value_batch::load_aligned(ahead[i].data() + v * width);
        rank = xsimd::select(next > mine, rank + next_weight, rank);
        const auto last = value_batch::load_unaligned(at - i - 1);
        const auto last_weight = value_batch::load_aligned(behind[i].data() + v * width);
        rank = xsimd::select(last >= mine, rank + last_weight, rank);
      });
      const auto taken = rank < wanted && mine > zero;
      left[v] = xsimd::select(taken, zero, mine);
      const value_batch marked = xsimd::select(taken, marks, zero);
      detail::or_low_bytes(xsimd::bitwise_cast<bits_batch>(marked), term_of + k + v * width);
    });
    // Not before all vectors of a group were compared.
    unroll<step / width>(
        [&](auto v) LACUNA_INLINE_LAMBDA { left[v].store_unaligned(importance + k + v * width); });
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
