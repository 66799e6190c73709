// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/x86/dot.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// `dot_add` in operations that every instruction set has.
template <class Arch>
[[nodiscard]] LACUNA_ALWAYS_INLINE batch<std::int32_t, Arch> dot_add_bytewise(
    const batch<std::int32_t, Arch>& sum, const batch<std::int32_t, Arch>& x,
    const batch<std::int32_t, Arch>& w) noexcept {
  const batch<std::int32_t, Arch> byte(255);
  return sum + ((x & byte) * ((w << 24) >> 24) + ((x >> 8) & byte) * ((w << 16) >> 24)) +
         (((x >> 16) & byte) * ((w << 8) >> 24) + ((x >> 24) & byte) * (w >> 24));
}

/// sum + x[0] w[0] + x[1] w[1] + x[2] w[2] + x[3] w[3] in each lane, of the four unsigned bytes of
/// x and the four signed bytes of w, the first lowest. Sums modulo 2^32 and never saturates, so all
/// instruction sets give equal bits. (Intel SDM, VPDPBUSD)
template <class Arch>
[[nodiscard]] LACUNA_ALWAYS_INLINE batch<std::int32_t, Arch> dot_add(
    const batch<std::int32_t, Arch>& sum, const batch<std::int32_t, Arch>& x,
    const batch<std::int32_t, Arch>& w) noexcept {
#if defined(__SSE2__)
  if constexpr (requires { x86::dot_add(sum.data, x.data, w.data); }) {
    return x86::dot_add(sum.data, x.data, w.data);
  } else
#endif
    return dot_add_bytewise(sum, x, w);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
