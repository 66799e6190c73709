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

/// Whether `dot_add_fitting` is faster than `dot_add`: before VNNI.
template <class Arch>
inline constexpr bool fitting_dots_are_fast =
#if defined(__SSSE3__) && !defined(__AVX512VNNI__) && !defined(__AVXVNNI__)
    requires(const batch<std::int32_t, Arch>& b) {
  x86::dot_add_fitting(b.data, b.data, b.data);
};
#else
    false;
#endif

/// `dot_add` where 255 (|w[0]| + |w[1]|) and 255 (|w[2]| + |w[3]|) are below 2^15, which
/// multiply-adds of bytes saturate at. (Intel SDM, PMADDUBSW)
template <class Arch>
[[nodiscard]] LACUNA_ALWAYS_INLINE batch<std::int32_t, Arch> dot_add_fitting(
    const batch<std::int32_t, Arch>& sum, const batch<std::int32_t, Arch>& x,
    const batch<std::int32_t, Arch>& w) noexcept {
#if defined(__SSSE3__)
  if constexpr (fitting_dots_are_fast<Arch>) {
    return x86::dot_add_fitting(sum.data, x.data, w.data);
  } else
#endif
    return dot_add(sum, x, w);
}

/// `dot_add_bf16` in operations that every instruction set has, rounding after each product.
template <class Arch>
[[nodiscard]] LACUNA_ALWAYS_INLINE batch<float, Arch> dot_add_bf16_widened(
    const batch<float, Arch>& sum, const batch<std::int32_t, Arch>& w,
    const batch<std::int32_t, Arch>& x) noexcept {
  using real = batch<float, Arch>;
  const batch<std::int32_t, Arch> high(-0x10000);
  const real first =
      multiply_add(xsimd::bitwise_cast<real>(w & high), xsimd::bitwise_cast<real>(x & high), sum);
  return multiply_add(xsimd::bitwise_cast<real>(w << 16), xsimd::bitwise_cast<real>(x << 16),
                      first);
}

/// sum + w[0] x[0] + w[1] x[1] in each lane, of the two bfloat16 of w and x. Where the processor
/// has an instruction for it, denormal values and results count as zero. (Intel SDM, VDPBF16PS)
template <class Arch>
[[nodiscard]] LACUNA_ALWAYS_INLINE batch<float, Arch> dot_add_bf16(
    const batch<float, Arch>& sum, const batch<std::int32_t, Arch>& w,
    const batch<std::int32_t, Arch>& x) noexcept {
#if defined(__AVX512BF16__) && defined(__AVX512VL__)
  if constexpr (requires { x86::dot_add_bf16(sum.data, w.data, x.data); }) {
    return x86::dot_add_bf16(sum.data, w.data, x.data);
  } else
#endif
    return dot_add_bf16_widened(sum, w, x);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
