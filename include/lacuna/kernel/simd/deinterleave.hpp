// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/x86/deinterleave.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

namespace detail {
/// Lanes First, First + 2, First + 4 ... of a, then of b, through memory.
template <std::size_t First, class B>
[[nodiscard]] B every_second_lane(const B& a, const B& b) noexcept {
  alignas(64) typename B::value_type lane[2 * B::size];
  a.store_aligned(lane);
  b.store_aligned(lane + B::size);
  for (std::size_t i = 0; i < B::size; ++i) lane[i] = lane[2 * i + First];
  return B::load_aligned(lane);
}
}  // namespace detail

/// Lanes 0, 2, 4 ... of a, then of b.
template <class T, class Arch>
[[nodiscard]] LACUNA_ALWAYS_INLINE batch<T, Arch> even_lanes(const batch<T, Arch>& a,
                                                             const batch<T, Arch>& b) noexcept {
#if defined(__AVX2__)
  if constexpr (std::is_same_v<T, float> && requires { x86::even_lanes(a.data, b.data); }) {
    return x86::even_lanes(a.data, b.data);
  } else
#endif
    return detail::every_second_lane<0>(a, b);
}

/// Lanes 1, 3, 5 ... of a, then of b.
template <class T, class Arch>
[[nodiscard]] LACUNA_ALWAYS_INLINE batch<T, Arch> odd_lanes(const batch<T, Arch>& a,
                                                            const batch<T, Arch>& b) noexcept {
#if defined(__AVX2__)
  if constexpr (std::is_same_v<T, float> && requires { x86::odd_lanes(a.data, b.data); }) {
    return x86::odd_lanes(a.data, b.data);
  } else
#endif
    return detail::every_second_lane<1>(a, b);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
