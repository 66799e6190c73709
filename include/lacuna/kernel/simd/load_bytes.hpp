// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/x86/widen.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// The first `count` values of 8 bits from memory, as batches B of 32-bit integers or one of them;
/// zero in the other lanes.
template <class B, class Q>
[[nodiscard]] LACUNA_ALWAYS_INLINE B load_bytes(const Q* from, index_t count) noexcept {
  static_assert(sizeof(Q) == 1 && std::is_integral_v<Q>);
  if constexpr (std::is_arithmetic_v<B>) {
    return static_cast<B>(*from);
  } else {
#if defined(__AVX512BW__) && defined(__AVX512VL__)
    if constexpr (B::size == 16) return B(x86::widen_bytes(from, static_cast<unsigned>(count)));
#endif
#if defined(__AVX2__)
    if constexpr (B::size == 8) {
      if (count == 8) return B(x86::widen_8_bytes(from));
    }
#endif
#if defined(__SSE2__)
    if constexpr (B::size == 4) {
      if (count == 4) return B(x86::widen_4_bytes(from));
    }
#endif
    alignas(64) std::int32_t lane[B::size] = {};
    for (index_t j = 0; j < count; ++j) lane[j] = from[j];
    return B::load_aligned(lane);
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
