// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include <lacuna/kernel/pack/dot_columns.hpp>
#include <lacuna/kernel/pack/planes.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

namespace detail {

/// to[i] = the word of the channels' values in column (j + i) * step, for sixteen i.
LACUNA_ALWAYS_INLINE void interleave_strided(const four_rows& channels, index_t j, index_t step,
                                             const std::int32_t* keep, std::int32_t flips,
                                             std::int32_t* to) noexcept {
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
LACUNA_ALWAYS_INLINE void interleave_strided(const two_rows& channels, index_t j, index_t step,
                                             const std::int32_t* keep, std::int32_t flips,
                                             std::int32_t* to) noexcept {
  if (step == 1) return channels.interleave(j, keep, flips, to);
#if defined(__AVX512BW__)
  if (step == 2) {
    return x86::interleave_even_pairs_16(channels.a + 2 * j, channels.b + 2 * j, keep, to);
  }
#endif
  for (index_t i = 0; i < 16; ++i) {
    const std::uint16_t pair[] = {channels.a[(j + i) * step], channels.b[(j + i) * step]};
    to[i] = word_of(pair) & keep[i];
  }
}

}  // namespace detail

/// `plane_layout::pack` in words of four channels, or two of bfloat16, as `pack_dot_columns` makes
/// them: groups of channels lie `stride` words apart, padding and channels that are missing are
/// zero. Up to 15 words beyond the last group's are written.
template <class X>
void pack_dot_planes(const plane_layout& layout, const X* image, index_t first, index_t rows,
                     index_t stride, std::int32_t* words) LACUNA_KERNEL_NOEXCEPT {
  LACUNA_EXPECTS(stride >= layout.channel(rows));
  constexpr index_t width = detail::interleave_width;
  constexpr std::int32_t flips = dot_bytes<X>::flips;
  const index_t size = layout.image_size();
  const index_t step = layout.step();
  const index_t length = layout.row_length();
  constexpr index_t group_rows = detail::group_rows<X>;
  using bits = detail::row_bits<X>;
  const auto* channels = reinterpret_cast<const bits*>(image);
  const bits* const end = channels + layout.channels() * size;
  alignas(64) detail::interleave_mask keep;
  keep.fill(-1);
  for (index_t c = 0; c < layout.channels(); c += group_rows, words += stride) {
    const index_t valid = std::min(group_rows, layout.channels() - c);
    if (valid < group_rows) keep.fill(detail::bytes_of_rows<X>(valid));
    layout.for_each_row(first, rows, [&](const plane_layout::row& r) {
      // Rows are written in order, so each may run over into the next.
      std::int32_t* const to = words + r.to;
      for (index_t j = 0; j < r.begin; j += width) std::fill_n(to + j, width, flips);
      if (r.begin < r.end) {
        const bits* const from = channels + c * size + r.y * layout.image_w() + r.x;
        const detail::row_group<X> group(from, size, valid);
        index_t j = 0;
        const index_t count = r.end - r.begin;
        for (; j < count && (j + width) * step <= end - group.last(); j += width) {
          detail::interleave_strided(group, j, step, keep.data(), flips, to + r.begin + j);
        }
        for (; j < count; ++j) {
          bits word[4 / sizeof(bits)] = {};
          for (index_t g = 0; g < valid; ++g) word[g] = from[g * size + j * step];
          to[r.begin + j] = detail::word_of(word) ^ flips;
        }
      }
      for (index_t j = r.end; j < length; j += width) std::fill_n(to + j, width, flips);
    });
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
