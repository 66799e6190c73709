// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <lacuna/core/scalar.hpp>

// clang++ 14 leaves out the second underscore.
#if (defined(__AMX_INT8__) || defined(__AMXINT8__)) && \
    (defined(__AMX_BF16__) || defined(__AMXBF16__)) && defined(__AVX512BW__) && \
    defined(__AVX512VL__) && defined(__linux__)
#define LACUNA_AMX 1
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#else
#define LACUNA_AMX 0
#endif

// Tile registers (Intel SDM, volume 1, chapter 18): eight of 16 rows of 64 bytes. Written as
// assembly: g++ 12's intrinsics clobber no memory, so that what was just written to be loaded as a
// tile, the configuration too, is stored too late or never; and they take no template argument as a
// register's number.

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

#if LACUNA_AMX
/// Whether the process may use tiles: Linux gives their 8 KB of state to whom asks (arch_prctl,
/// ARCH_REQ_XCOMP_PERM for XTILEDATA; Documentation/arch/x86/xstate.rst). Asked once; holds for all
/// threads.
[[nodiscard]] inline bool may_use_tiles() noexcept {
  static const bool granted = syscall(SYS_arch_prctl, 0x1023L, 18L) == 0;
  return granted;
}

/// Configures all eight tiles of the calling thread as 16 rows of 64 bytes, for as long as it
/// lives.
class tiles_in_use {
 public:
  tiles_in_use() noexcept {
    struct alignas(64) {
      std::uint8_t palette = 1;
      std::uint8_t start_row = 0;
      std::uint8_t reserved[14] = {};
      std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    } const configuration;
    static_assert(sizeof(configuration) == 64);
    asm volatile("ldtilecfg %0" : : "m"(configuration));
  }
  ~tiles_in_use() { asm volatile("tilerelease"); }
  tiles_in_use(const tiles_in_use&) = delete;
  tiles_in_use& operator=(const tiles_in_use&) = delete;
};

template <int Tile>
inline void tile_zero() noexcept {
  asm volatile("tilezero %%tmm%c0" : : "i"(Tile));
}
/// Row i of the tile from `from` + i * stride bytes.
template <int Tile>
inline void tile_load(const void* from, long stride) noexcept {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(Tile) : "memory");
}
template <int Tile>
inline void tile_store(void* to, long stride) noexcept {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(stride), "i"(Tile) : "memory");
}
/// Sum[i][j] += W[i][4 e + g] X[e][4 j + g] over e < 16, g < 4: W of signed bytes, X of unsigned
/// ones, sums 32-bit, modulo 2^32. (TDPBSUD)
template <int Sum, int W, int X>
inline void tile_dot_add(std::int8_t /*type of W*/) noexcept {
  asm volatile("tdpbsud %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(Sum), "i"(W), "i"(X));
}

/// Sum[i][j] += W[i][2 e + g] X[e][2 j + g] over e < 16, g < 2, of bfloat16 in 32-bit floats. Each
/// addition rounds to nearest even; denormal inputs and results count as zero, whatever MXCSR says.
/// (TDPBF16PS)
template <int Sum, int W, int X>
inline void tile_dot_add(bfloat16 /*type of W*/) noexcept {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(Sum), "i"(W), "i"(X));
}

/// The lanes of a mask, moved together to the lowest; zero in the others.
inline __m512i compress_lanes(__m512i lanes, std::uint16_t mask) noexcept {
  return _mm512_maskz_compress_epi32(mask, lanes);
}
inline __m512 compress_lanes(__m512 lanes, std::uint16_t mask) noexcept {
  return _mm512_maskz_compress_ps(mask, lanes);
}
#endif

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
