// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <lacuna/core/scalar.hpp>
#include <lacuna/kernel/simd/dot.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// What tiles do with values of T.
///
///   word   what they read of X, one a column and `group` rows of X
///   sum    what they sum in, as many lanes as words
///   add(sum, w, x)  sum + w x, in each lane the products of a word's values
///
/// Words of narrow values are bits in floats: whatever moves X moves floats, and nothing but `add`
/// knows what they hold.
template <class T>
struct product {
  using word = T;
  using sum = T;
  static constexpr index_t group = 1;

  template <class Arch>
  [[nodiscard]] static LACUNA_ALWAYS_INLINE batch<T, Arch> add(const batch<T, Arch>& to,
                                                               const batch<T, Arch>& w,
                                                               const batch<T, Arch>& x) noexcept {
    return multiply_add(w, x, to);
  }
};

/// Four bytes, those of X unsigned. (VPDPBUSD)
template <>
struct product<std::int8_t> {
  using word = float;
  using sum = std::int32_t;
  static constexpr index_t group = 4;

  template <class Arch>
  [[nodiscard]] static LACUNA_ALWAYS_INLINE batch<std::int32_t, Arch> add(
      const batch<std::int32_t, Arch>& to, const batch<float, Arch>& w,
      const batch<float, Arch>& x) noexcept {
    using bits = batch<std::int32_t, Arch>;
    return dot_add(to, xsimd::bitwise_cast<bits>(x), xsimd::bitwise_cast<bits>(w));
  }
};

/// Four bytes of which pairs of products fit 16 bits (`dot_panels::fitting`). (PMADDUBSW)
struct fitting_product : product<std::int8_t> {
  template <class Arch>
  [[nodiscard]] static LACUNA_ALWAYS_INLINE batch<std::int32_t, Arch> add(
      const batch<std::int32_t, Arch>& to, const batch<float, Arch>& w,
      const batch<float, Arch>& x) noexcept {
    using bits = batch<std::int32_t, Arch>;
    return dot_add_fitting(to, xsimd::bitwise_cast<bits>(x), xsimd::bitwise_cast<bits>(w));
  }
};

/// Two values of bfloat16, summed as floats. (VDPBF16PS)
template <>
struct product<bfloat16> {
  using word = float;
  using sum = float;
  static constexpr index_t group = 2;

  template <class Arch>
  [[nodiscard]] static LACUNA_ALWAYS_INLINE batch<float, Arch> add(
      const batch<float, Arch>& to, const batch<float, Arch>& w,
      const batch<float, Arch>& x) noexcept {
    using bits = batch<std::int32_t, Arch>;
    return dot_add_bf16(to, xsimd::bitwise_cast<bits>(w), xsimd::bitwise_cast<bits>(x));
  }
};

template <class T>
using word_t = typename product<T>::word;
template <class T>
using sum_t = typename product<T>::sum;

/// The word that starts at `at`: a row's values of an entry.
template <class T>
[[nodiscard]] LACUNA_ALWAYS_INLINE word_t<T> word_at(const T* at) noexcept {
  if constexpr (product<T>::group == 1) {
    return *at;
  } else {
    word_t<T> word;
    std::memcpy(&word, static_cast<const void*>(at), sizeof(word));
    return word;
  }
}

/// A batch of the words that start at `at`: those of consecutive rows.
template <class B, class T>
[[nodiscard]] LACUNA_ALWAYS_INLINE B words_at(const T* at) noexcept {
  if constexpr (product<T>::group == 1) {
    return B::load_unaligned(at);
  } else {
    return B::load_unaligned(reinterpret_cast<const typename B::value_type*>(at));
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
