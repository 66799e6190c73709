// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/x86/narrow.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// to[j] = the low byte of lane j, for batches of integers of any width.
template <class B>
LACUNA_ALWAYS_INLINE void store_low_bytes(const B& lanes, std::uint8_t* to) noexcept {
#if defined(__AVX512F__)
  if constexpr (std::is_base_of_v<xsimd::avx512f, typename B::arch_type>) {
    x86::store_low_bytes(to, lanes, typename B::value_type{});
  } else
#endif
  {
    alignas(64) typename B::value_type lane[B::size];
    lanes.store_aligned(lane);
    for (std::size_t j = 0; j < B::size; ++j) to[j] = static_cast<std::uint8_t>(lane[j]);
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
