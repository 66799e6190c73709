// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

/// Sums of 4 rows x 24 columns, row by row.
using sums_4x3 = __m256[12];

/// sums(r, :) += w[4 e + r] * X[e], for e < 8, X[e] being the 24 floats `apart` bytes behind those
/// of X[e - 1]; rounded as by `tile::accumulate`, its twin.
///
/// As assembly: 12 sums and what an entry needs are the 16 registers of AVX2, and in C++ g++ 12
/// loads X for each row anew or keeps a sum in memory, at 55 to 80 % of the speed; multiply-adds
/// alone as assembly gain half of this by g++ and nothing by clang++. 21 instructions an entry for
/// 29 one by one: on Zen 3, beside neighbours that take part of the core, 8x8 products are 13, 8
/// and 6 % faster at 1/2, 1/4 and 1/8 by g++, 7, 5 and 4 % by clang++, 3x3 convolutions 13, 10 and
/// 7 % by g++.
LACUNA_ALWAYS_INLINE void add_run(sums_4x3& sums, const float* x, index_t apart,
                                  const float* w) noexcept {
// clang-format off
#define LACUNA_ROW(at, a, b, c)                   \
  "vbroadcastss " #at "(%[w]), %%ymm12\n\t"       \
  "vfmadd231ps %%ymm13, %%ymm12, %[" #a "]\n\t"   \
  "vfmadd231ps %%ymm14, %%ymm12, %[" #b "]\n\t"   \
  "vfmadd231ps %%ymm15, %%ymm12, %[" #c "]\n\t"
#define LACUNA_ENTRY(at0, at1, at2, at3)          \
  "vmovups (%[x]), %%ymm13\n\t"                   \
  "vmovups 32(%[x]), %%ymm14\n\t"                 \
  "vmovups 64(%[x]), %%ymm15\n\t"                 \
  "add %[apart], %[x]\n\t"                        \
  LACUNA_ROW(at0, s0, s1, s2)                     \
  LACUNA_ROW(at1, s3, s4, s5)                     \
  LACUNA_ROW(at2, s6, s7, s8)                     \
  LACUNA_ROW(at3, s9, s10, s11)
  asm(LACUNA_ENTRY(0, 4, 8, 12)
      LACUNA_ENTRY(16, 20, 24, 28)
      LACUNA_ENTRY(32, 36, 40, 44)
      LACUNA_ENTRY(48, 52, 56, 60)
      LACUNA_ENTRY(64, 68, 72, 76)
      LACUNA_ENTRY(80, 84, 88, 92)
      LACUNA_ENTRY(96, 100, 104, 108)
      LACUNA_ENTRY(112, 116, 120, 124)
      : [s0] "+x"(sums[0]), [s1] "+x"(sums[1]), [s2] "+x"(sums[2]), [s3] "+x"(sums[3]),
        [s4] "+x"(sums[4]), [s5] "+x"(sums[5]), [s6] "+x"(sums[6]), [s7] "+x"(sums[7]),
        [s8] "+x"(sums[8]), [s9] "+x"(sums[9]), [s10] "+x"(sums[10]), [s11] "+x"(sums[11]),
        [x] "+r"(x)
      : [w] "r"(w), [apart] "r"(apart)
      : "xmm12", "xmm13", "xmm14", "xmm15", "cc", "memory");
// clang-format on
#undef LACUNA_ENTRY
#undef LACUNA_ROW
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
#endif
