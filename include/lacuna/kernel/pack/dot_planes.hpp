// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include <lacuna/kernel/pack/interleave_strided.hpp>
#include <lacuna/kernel/pack/planes.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

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
