// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__AVX512F__)
#include <immintrin.h>

#include <cstddef>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

/// Sums of 8 rows x 48 columns, row by row.
using sums_8x3 = __m512[24];

/// sums(Row + r, :) += w[At + Row + r] * x, for r < 4, x being 48 floats; rounded as by
/// `tile::accumulate`, its twin.
///
/// As assembly, for otherwise g++ 12 moves sums to memory where entries are spelt out one after the
/// other, at half the speed. Four rows, as assembly takes 30 operands and a sum counts twice.
/// Broadcasting weights as an operand of each multiply-add saves one instruction in four, but reads
/// them three times: within 1 % (Emerald Rapids).
template <index_t At, index_t Row>
LACUNA_ALWAYS_INLINE void add_rows(sums_8x3& sums, __m512 x0, __m512 x1, __m512 x2,
                                   const float* w) noexcept {
  constexpr index_t first = 3 * Row;
// clang-format off
#define LACUNA_ROW(at, a, b, c)                      \
  "vbroadcastss %c[at]+" #at "(%[w]), %%zmm31\n\t"   \
  "vfmadd231ps %[x0], %%zmm31, %[" #a "]\n\t"        \
  "vfmadd231ps %[x1], %%zmm31, %[" #b "]\n\t"        \
  "vfmadd231ps %[x2], %%zmm31, %[" #c "]\n\t"
  asm(LACUNA_ROW(0, s0, s1, s2)
      LACUNA_ROW(4, s3, s4, s5)
      LACUNA_ROW(8, s6, s7, s8)
      LACUNA_ROW(12, s9, s10, s11)
      : [s0] "+v"(sums[first]), [s1] "+v"(sums[first + 1]), [s2] "+v"(sums[first + 2]),
        [s3] "+v"(sums[first + 3]), [s4] "+v"(sums[first + 4]), [s5] "+v"(sums[first + 5]),
        [s6] "+v"(sums[first + 6]), [s7] "+v"(sums[first + 7]), [s8] "+v"(sums[first + 8]),
        [s9] "+v"(sums[first + 9]), [s10] "+v"(sums[first + 10]), [s11] "+v"(sums[first + 11])
      : [x0] "v"(x0), [x1] "v"(x1), [x2] "v"(x2), [w] "r"(w),
        [at] "i"((At + Row) * index_t{sizeof(float)}),
        "m"(*reinterpret_cast<const float(*)[static_cast<std::size_t>(At + Row + 4)]>(w))
      : "xmm31");
// clang-format on
#undef LACUNA_ROW
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
#endif
