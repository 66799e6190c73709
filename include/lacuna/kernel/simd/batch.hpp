// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <type_traits>

#include <xsimd/xsimd.hpp>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/extents.hpp>
#include <lacuna/kernel/x86/fma.hpp>

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

/// The first `count` lanes from memory, zero in the others; reads nothing beyond them.
template <class B>
[[nodiscard]] B load_partial(const typename B::value_type* from, index_t count) noexcept {
  alignas(64) typename B::value_type lane[B::size] = {};
  for (index_t j = 0; j < count; ++j) lane[j] = from[j];
  return B::load_aligned(lane);
}

/// The first `count` lanes to memory; writes nothing beyond them.
template <class B>
void store_partial(const B& value, typename B::value_type* to, index_t count) noexcept {
  alignas(64) typename B::value_type lane[B::size];
  value.store_aligned(lane);
  for (index_t j = 0; j < count; ++j) to[j] = lane[j];
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
