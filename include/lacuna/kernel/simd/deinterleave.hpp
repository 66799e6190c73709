// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/x86/deinterleave.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Lanes 0, 2, 4 ... of a, then of b.
template <class T, class Arch>
[[nodiscard]] batch<T, Arch> even_lanes(const batch<T, Arch>& a, const batch<T, Arch>& b) noexcept {
#if defined(__AVX512F__)
  if constexpr (std::is_base_of_v<xsimd::avx512f, Arch> && std::is_same_v<T, float>) {
    return x86::even_lanes(a, b);
  } else
#endif
#if defined(__AVX2__)
      if constexpr (std::is_base_of_v<xsimd::avx2, Arch> && std::is_same_v<T, float>) {
    return x86::even_lanes(a, b);
  } else
#endif
  {
    constexpr std::size_t n = batch<T, Arch>::size;
    alignas(64) T lane[2 * n];
    a.store_aligned(lane);
    b.store_aligned(lane + n);
    for (std::size_t i = 0; i < n; ++i) lane[i] = lane[2 * i];
    return batch<T, Arch>::load_aligned(lane);
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
