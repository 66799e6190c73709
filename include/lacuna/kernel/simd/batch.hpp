// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include <xsimd/xsimd.hpp>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/extents.hpp>
#include <lacuna/kernel/x86/fma.hpp>
#include <lacuna/kernel/x86/mask.hpp>

// What this library needs of xsimd beyond its own interface; works with xsimd 8.1 and newer.

namespace lacuna::inline LACUNA_ABI::kernel::simd {

template <class T, class Arch>
using batch = xsimd::batch<T, Arch>;

/// Values in a batch.
template <class T, class Arch>
inline constexpr index_t lanes = static_cast<index_t>(batch<T, Arch>::size);

/// Vector registers of the instruction set: 32 for AVX-512 and 64-bit NEON, else 16.
template <class Arch>
inline constexpr index_t registers =
    std::is_base_of_v<xsimd::avx512f, Arch> || std::is_base_of_v<xsimd::neon64, Arch> ? 32 : 16;

/// a * b + c, rounded once wherever the instruction set can.
template <class T, class Arch>
LACUNA_ALWAYS_INLINE batch<T, Arch> multiply_add(const batch<T, Arch>& a, const batch<T, Arch>& b,
                                                 const batch<T, Arch>& c) noexcept {
#if defined(__AVX512F__)
  if constexpr (std::is_base_of_v<xsimd::avx512f, Arch> && std::is_floating_point_v<T>) {
    return x86::fma(a, b, c);
  } else
#endif
    return xsimd::fma(a, b, c);
}

#if defined(__AVX512F__)
/// Whether kernel/x86/mask.hpp has this batch's masked moves.
template <class B>
inline constexpr bool has_masks = false;
template <class T, class Arch>
inline constexpr bool has_masks<batch<T, Arch>> = std::is_base_of_v<xsimd::avx512f, Arch> &&
                                                  (std::is_floating_point_v<T> ||
                                                   std::is_same_v<T, std::int32_t>);
#endif

/// The first `count` lanes from memory, zero in the others; reads nothing beyond them.
template <class B>
[[nodiscard]] B load_partial(const typename B::value_type* from, index_t count) noexcept {
#if defined(__AVX512F__)
  if constexpr (has_masks<B>) return x86::load_partial(from, static_cast<unsigned>(count));
#endif
  alignas(64) typename B::value_type lane[B::size] = {};
  for (index_t j = 0; j < count; ++j) lane[j] = from[j];
  return B::load_aligned(lane);
}

/// The first `count` lanes to memory; writes nothing beyond them.
template <class B>
void store_partial(const B& value, typename B::value_type* to, index_t count) noexcept {
#if defined(__AVX512F__)
  if constexpr (has_masks<B>) {
    return x86::store_partial(value, to, static_cast<unsigned>(count));
  }
#endif
  alignas(64) typename B::value_type lane[B::size];
  value.store_aligned(lane);
  for (index_t j = 0; j < count; ++j) to[j] = lane[j];
}

/// a * b + c, rounded once on every instruction set, one lane at a time where it has no such
/// operation.
template <class Arch>
LACUNA_ALWAYS_INLINE batch<float, Arch> fused_multiply_add(const batch<float, Arch>& a,
                                                           const batch<float, Arch>& b,
                                                           const batch<float, Arch>& c) noexcept {
  if constexpr (std::is_base_of_v<xsimd::avx512f, Arch> ||
                std::is_same_v<xsimd::fma3<xsimd::avx2>, Arch>) {
    return multiply_add(a, b, c);
  } else {
    alignas(64) float lane[3][batch<float, Arch>::size];
    a.store_aligned(lane[0]);
    b.store_aligned(lane[1]);
    c.store_aligned(lane[2]);
    for (std::size_t j = 0; j < batch<float, Arch>::size; ++j) {
      lane[0][j] = std::fma(lane[0][j], lane[1][j], lane[2][j]);
    }
    return batch<float, Arch>::load_aligned(lane[0]);
  }
}
LACUNA_ALWAYS_INLINE float fused_multiply_add(float a, float b, float c) noexcept {
  return std::fma(a, b, c);
}

/// Whether loads can leave out any lanes at no cost, by masks in registers of their own.
template <class T, class Arch>
inline constexpr bool has_lane_masks =
    std::is_base_of_v<xsimd::avx512f, Arch>&& std::is_floating_point_v<T>;

/// The lanes of a mask from memory, the others from `otherwise`; reads nothing of those, so `from`
/// may start outside of an array.
template <class T, class Arch>
[[nodiscard]] LACUNA_ALWAYS_INLINE batch<T, Arch> load_lanes(const batch<T, Arch>& otherwise,
                                                             const T* from,
                                                             std::uint16_t mask) noexcept {
  using B = batch<T, Arch>;
#if defined(__AVX2__)
  if constexpr (requires { x86::load_lanes(otherwise.data, from, mask); }) {
    return x86::load_lanes(otherwise.data, from, mask);
  } else
#endif
  {
    constexpr auto all = static_cast<std::uint16_t>((1U << B::size) - 1U);
    if (mask == all) return B::load_unaligned(from);
    alignas(64) T lane[B::size];
    otherwise.store_aligned(lane);
    for (std::size_t j = 0; j < B::size; ++j) {
      if ((mask >> j & 1U) != 0) lane[j] = from[j];
    }
    return B::load_aligned(lane);
  }
}

/// The first `count` lanes to memory, all of them as a rule.
template <class B>
LACUNA_ALWAYS_INLINE void store_first(const B& value, typename B::value_type* to,
                                      index_t count) noexcept {
  if (count == static_cast<index_t>(B::size)) {
    value.store_unaligned(to);
  } else {
    store_partial(value, to, count);
  }
}

/// The first `count` lanes from memory, all of them as a rule; zero in the others.
template <class B>
[[nodiscard]] LACUNA_ALWAYS_INLINE B load_first(const typename B::value_type* from,
                                                index_t count) noexcept {
  return count == static_cast<index_t>(B::size) ? B::load_unaligned(from)
                                                : load_partial<B>(from, count);
}

/// v with `count` lanes from lane `to` on replaced by values from memory; reads nothing else.
template <class B>
[[nodiscard]] LACUNA_ALWAYS_INLINE B replace_lanes(const B& v, const typename B::value_type* from,
                                                   index_t to, index_t count) noexcept {
#if defined(__AVX512F__)
  if constexpr (has_masks<B>) {
    return x86::replace_lanes(v, from, static_cast<unsigned>(to), static_cast<unsigned>(count));
  }
#endif
  alignas(64) typename B::value_type lane[B::size];
  v.store_aligned(lane);
  for (index_t j = 0; j < count; ++j) lane[to + j] = from[j];
  return B::load_aligned(lane);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
