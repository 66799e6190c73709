// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include <lacuna/core/contract.hpp>

#if defined(__SSE4_1__)
#include <immintrin.h>
#endif

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

#if defined(__SSE4_1__)
/// x[k[0]] ... x[k[3]], positions two a load. One that goes to a lane of its own costs a load and a
/// shuffle; a gather of 16 takes as long as 16 scalar products (`vgatherdps`, Zen 5).
[[nodiscard]] LACUNA_ALWAYS_INLINE __m128 at_positions(const float* x,
                                                       const std::int32_t* k) noexcept {
  std::uint64_t two[2];
  std::memcpy(two, k, sizeof two);
  const auto at = [&](std::uint64_t position)
                      LACUNA_INLINE_LAMBDA { return _mm_load_ss(x + position); };
  const __m128 first = at(two[0] & 0xffffffff);
  const __m128 second = _mm_insert_ps(first, at(two[0] >> 32), 0x10);
  const __m128 third = _mm_insert_ps(second, at(two[1] & 0xffffffff), 0x20);
  return _mm_insert_ps(third, at(two[1] >> 32), 0x30);
}
#endif

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
