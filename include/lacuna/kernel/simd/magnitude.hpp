// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>

#include <lacuna/kernel/simd/batch.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// to[k] = |from[k]| for k < count; whether all of them are finite.
template <class Arch, class T>
[[nodiscard]] bool magnitudes(const T* from, index_t count, T* to) LACUNA_KERNEL_NOEXCEPT {
  constexpr index_t width = lanes<T, Arch>;
  constexpr T largest = std::numeric_limits<T>::max();
  auto finite = batch<T, Arch>(T(0)) <= batch<T, Arch>(T(0));
  index_t k = 0;
  for (; k + width <= count; k += width) {
    const auto size = xsimd::abs(batch<T, Arch>::load_unaligned(from + k));
    finite = finite && size <= batch<T, Arch>(largest);
    size.store_unaligned(to + k);
  }
  bool rest = true;
  for (; k < count; ++k) {
    to[k] = std::abs(from[k]);
    rest = rest && to[k] <= largest;
  }
  return rest && xsimd::all(finite);
}

/// to[k] = from[k] where left[k] > 0 or from[k] is a zero of either sign, else 0, for k < count:
/// what is left of a matrix by the importance that is left.
template <class Arch, class T>
void keep_where_left(const T* from, const T* left, index_t count, T* to) LACUNA_KERNEL_NOEXCEPT {
  using value_batch = batch<T, Arch>;
  constexpr index_t width = lanes<T, Arch>;
  const value_batch zero(T(0));
  index_t k = 0;
  for (; k + width <= count; k += width) {
    const auto value = value_batch::load_unaligned(from + k);
    const auto kept = value_batch::load_unaligned(left + k) > zero || value == zero;
    xsimd::select(kept, value, zero).store_unaligned(to + k);
  }
  for (; k < count; ++k) to[k] = left[k] > T(0) || from[k] == T(0) ? from[k] : T(0);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
