// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include <lacuna/kernel/pack/dot_columns.hpp>
#include <lacuna/kernel/pack/planes.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

namespace detail {

/// to[j] = the word of four channels' bytes j * step, for sixteen j.
LACUNA_ALWAYS_INLINE void interleave_strided(const four_rows& channels, index_t j, index_t step,
                                             const std::int32_t* keep, std::int32_t flips,
                                             std::int32_t* to) noexcept {
  if (step == 1) return channels.interleave(j, keep, flips, to);
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

}  // namespace detail

/// `plane_layout::pack` in words of four channels, as `pack_dot_columns` makes them: groups of
/// channels lie `stride` words apart, padding and channels that are missing are zero. Up to 15 words
/// beyond the last group's are written.
template <class X>
void pack_dot_planes(const plane_layout& layout, const X* image, index_t first, index_t rows,
                     index_t stride, std::int32_t* words) LACUNA_KERNEL_NOEXCEPT {
  LACUNA_EXPECTS(stride >= layout.channel(rows));
  constexpr index_t width = detail::interleave_width;
  constexpr std::int32_t flips = dot_bytes<X>::flips;
  const index_t size = layout.image_size();
  const index_t step = layout.step();
  const index_t length = layout.row_length();
  const auto* channels = reinterpret_cast<const std::uint8_t*>(image);
  const std::uint8_t* const end = channels + layout.channels() * size;
  alignas(64) detail::interleave_mask keep;
  keep.fill(-1);
  for (index_t c = 0; c < layout.channels(); c += 4, channels += 4 * size, words += stride) {
    const index_t valid = std::min<index_t>(4, layout.channels() - c);
    if (valid < 4) keep.fill(detail::bytes_of_rows(valid));
    layout.for_each_row(first, rows, [&](const plane_layout::row& r) {
      // Rows are written in order, so each may run over into the next.
      std::int32_t* const to = words + r.to;
      for (index_t j = 0; j < r.begin; j += width) std::fill_n(to + j, width, flips);
      if (r.begin < r.end) {
        const std::uint8_t* const from = channels + r.y * layout.image_w() + r.x;
        const detail::four_rows four(from, size, valid);
        index_t j = 0;
        const index_t count = r.end - r.begin;
        for (; j < count && (j + width) * step <= end - four.d; j += width) {
          detail::interleave_strided(four, j, step, keep.data(), flips, to + r.begin + j);
        }
        for (; j < count; ++j) {
          std::uint8_t word[4] = {};
          for (index_t g = 0; g < valid; ++g) word[g] = from[g * size + j * step];
          to[r.begin + j] = detail::word_of(word) ^ flips;
        }
      }
      for (index_t j = r.end; j < length; j += width) std::fill_n(to + j, width, flips);
    });
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
