// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__AVX512F__)
#include <immintrin.h>

#endif

#include <cstdint>

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

#if defined(__AVX512F__)
// xsimd 8.1 narrows no integers; lane by lane through memory costs more than ranking does.

/// The low bytes of 16 lanes of 32 bits, or of 8 lanes of 64 bits, to memory.
inline void store_low_bytes(std::uint8_t* to, __m512i lanes, std::int32_t /*lane*/) noexcept {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_cvtepi32_epi8(lanes));
}
inline void store_low_bytes(std::uint8_t* to, __m512i lanes, std::int64_t /*lane*/) noexcept {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm512_cvtepi64_epi8(lanes));
}
#endif

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
