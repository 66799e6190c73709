// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__AVX512F__)
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

/// Sums of 8 rows x 48 columns, row by row: of floats or of integers.
template <class Sum>
struct sums_8x3;
template <>
struct sums_8x3<float> {
  __m512 of[24];
};
template <>
struct sums_8x3<std::int32_t> {
  __m512i of[24];
};

// add_rows<At, Row>(sums, x0, x1, x2, w): sums(Row + r, :) += w[At + Row + r] * x for r < 4, x
// being 48 words and w words too; as `tile::accumulate`, its twin, to the last bit.
//
// As assembly, for otherwise g++ 12 moves sums to memory where entries are spelt out one after the
// other, at half the speed. Four rows, as assembly takes 30 operands and a sum counts twice.
// Broadcasting weights as an operand of each multiply-add saves one instruction in four, but reads
// them three times: within 1 % (Emerald Rapids).
// clang-format off
#define LACUNA_ROW(add, at, a, b, c)               \
  "vbroadcastss %c[at]+" #at "(%[w]), %%zmm31\n\t" \
  add(x0, a) add(x1, b) add(x2, c)
#define LACUNA_ROWS(add, s)                                                                    \
  asm(LACUNA_ROW(add, 0, s0, s1, s2)                                                           \
      LACUNA_ROW(add, 4, s3, s4, s5)                                                           \
      LACUNA_ROW(add, 8, s6, s7, s8)                                                           \
      LACUNA_ROW(add, 12, s9, s10, s11)                                                        \
      : [s0] "+v"(s[0]), [s1] "+v"(s[1]), [s2] "+v"(s[2]), [s3] "+v"(s[3]), [s4] "+v"(s[4]),   \
        [s5] "+v"(s[5]), [s6] "+v"(s[6]), [s7] "+v"(s[7]), [s8] "+v"(s[8]), [s9] "+v"(s[9]),   \
        [s10] "+v"(s[10]), [s11] "+v"(s[11])                                                   \
      : [x0] "v"(x0), [x1] "v"(x1), [x2] "v"(x2), [w] "r"(w), [at] "i"(4 * (At + Row)),        \
        "m"(*reinterpret_cast<const char(*)[static_cast<std::size_t>(4 * (At + Row + 4))]>(w)) \
      : "xmm31")
#define LACUNA_FMA(x, s) "vfmadd231ps %[" #x "], %%zmm31, %[" #s "]\n\t"
#define LACUNA_DOT(x, s) "vpdpbusd %%zmm31, %[" #x "], %[" #s "]\n\t"
// clang-format on

template <index_t At, index_t Row>
LACUNA_ALWAYS_INLINE void add_rows(sums_8x3<float>& sums, __m512 x0, __m512 x1, __m512 x2,
                                   const float* w) noexcept {
  __m512* const rows = sums.of + 3 * Row;
  LACUNA_ROWS(LACUNA_FMA, rows);
}
#if defined(__AVX512VNNI__)
/// Words of four bytes, those of X unsigned.
template <index_t At, index_t Row>
LACUNA_ALWAYS_INLINE void add_rows(sums_8x3<std::int32_t>& sums, __m512 x0, __m512 x1, __m512 x2,
                                   const std::int8_t* w) noexcept {
  __m512i* const rows = sums.of + 3 * Row;
  LACUNA_ROWS(LACUNA_DOT, rows);
}
#endif

#undef LACUNA_ROW
#undef LACUNA_ROWS
#undef LACUNA_FMA
#undef LACUNA_DOT

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
#endif
