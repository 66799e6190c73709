// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

#include <lacuna/kernel/pack/dot_columns.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

namespace detail {

/// to[i] = the word of the channels' values in column (j + i) * step, for sixteen i.
template <class Word>
LACUNA_ALWAYS_INLINE void interleave_strided(const four_rows& channels, index_t j, index_t step,
                                             const std::int32_t* keep, std::int32_t flips,
                                             Word* to) noexcept {
  if (step == 1) return channels.interleave(j, keep, flips, to);
#if defined(__AVX512VBMI__)
  if (step == 2) {
    return x86::interleave_even_16(channels.a + 2 * j, channels.b + 2 * j, channels.c + 2 * j,
                                   channels.d + 2 * j, keep, flips, to);
  }
#endif
  alignas(16) std::uint8_t every[4][16];
  const std::uint8_t* const from[] = {channels.a, channels.b, channels.c, channels.d};
  for (int c = 0; c < 4; ++c) {
#if defined(__SSE2__)
    if (step == 2) {
      x86::every_second_16(from[c] + 2 * j, every[c]);
      continue;
    }
#endif
    for (index_t i = 0; i < 16; ++i) every[c][i] = from[c][(j + i) * step];
  }
  four_rows(every[0], 16, 4).interleave(0, keep, flips, to);
}
template <class Word>
LACUNA_ALWAYS_INLINE void interleave_strided(const two_rows& channels, index_t j, index_t step,
                                             const std::int32_t* keep, std::int32_t flips,
                                             Word* to) noexcept {
  if (step == 1) return channels.interleave(j, keep, flips, to);
#if defined(__AVX512BW__)
  if (step == 2) {
    return x86::interleave_even_pairs_16(channels.a + 2 * j, channels.b + 2 * j, keep, to);
  }
#endif
  for (index_t i = 0; i < 16; ++i) {
    const std::uint16_t pair[] = {channels.a[(j + i) * step], channels.b[(j + i) * step]};
    to[i] = std::bit_cast<Word>(word_of(pair) & keep[i]);
  }
}

}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI::kernel
