// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>

#include <lacuna/kernel/pack/columns.hpp>
#include <lacuna/kernel/pack/interleave_strided.hpp>
#include <lacuna/kernel/pack/stride_phases.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

namespace detail {

/// A row of `count` pixels, its even columns and its odd ones: both at once, as either alone takes
/// as many loads.
template <class Arch, class T>
void deinterleave(const T* row, index_t count, T* even, T* odd) noexcept {
  using vector = simd::batch<T, Arch>;
  constexpr index_t lanes = simd::lanes<T, Arch>;
  index_t x = 0;
  for (; x + 2 * lanes <= count; x += 2 * lanes, even += lanes, odd += lanes) {
    const vector a = vector::load_unaligned(row + x);
    const vector b = vector::load_unaligned(row + x + lanes);
    simd::even_lanes(a, b).store_unaligned(even);
    simd::odd_lanes(a, b).store_unaligned(odd);
  }
  if (const index_t rest = count - x; rest > 0) {
    const vector a = simd::load_first<vector>(row + x, std::min(rest, lanes));
    const vector b =
        simd::load_partial<vector>(row + x + lanes, std::clamp<index_t>(rest - lanes, 0, lanes));
    simd::store_partial(simd::even_lanes(a, b), even, ceil_div(rest, 2));
    simd::store_partial(simd::odd_lanes(a, b), odd, rest / 2);
  }
}

}  // namespace detail

/// Cuts channels first ... last - 1 of an image in its phases, converted to T.
template <class Arch, class T, class X>
void cut_phases(const stride_phases& phases, const X* image, index_t first, index_t last,
                T* to) LACUNA_KERNEL_NOEXCEPT {
  const bool is_halved = phases.step() == 2 && phases.column_phases() == 2;
  for (index_t c = first; c < last; ++c) {
    phases.for_each_row(c, [&](index_t y, const auto& row_of) {
      const X* const row = image + c * phases.image_size() + y * phases.image_w();
      if constexpr (std::is_same_v<T, X> && std::is_floating_point_v<T>) {
        if (is_halved) {
          const index_t odd = phases.first_column(0);  // phase 0 is of even columns or of odd ones
          return detail::deinterleave<Arch>(row, phases.image_w(), to + row_of(odd),
                                            to + row_of(1 - odd));
        }
      }
      for (index_t fx = 0; fx < phases.column_phases(); ++fx) {
        copy_strided<Arch>(row + phases.first_column(fx), phases.step(), phases.columns(fx),
                           to + row_of(fx));
      }
    });
  }
}

/// The same in words (`pack_dot_columns`): groups first ... last - 1 of an image of `channels`.
template <class X, class Word>
void cut_word_phases(const stride_phases& phases, const X* image, index_t channels, index_t first,
                     index_t last, Word* to) LACUNA_KERNEL_NOEXCEPT {
  constexpr index_t group_rows = detail::group_rows<X>;
  constexpr index_t width = detail::interleave_width;
  constexpr std::int32_t flips = dot_bytes<X>::flips;
  using bits = detail::row_bits<X>;
  LACUNA_EXPECTS(phases.channels() == ceil_div(channels, group_rows));
  const index_t size = phases.image_size();
  const index_t step = phases.step();
  const auto* const planes = reinterpret_cast<const bits*>(image);
  const bits* const end = planes + channels * size;
  alignas(64) detail::interleave_mask keep;
  for (index_t g = first; g < last; ++g) {
    const index_t valid = std::min(group_rows, channels - g * group_rows);
    keep.fill(detail::bytes_of_rows<X>(valid));
    phases.for_each_row(g, [&](index_t y, const auto& row_of) {
      for (index_t fx = 0; fx < phases.column_phases(); ++fx) {
        const bits* const from =
            planes + g * group_rows * size + y * phases.image_w() + phases.first_column(fx);
        const detail::row_group<X> group(from, size, valid);
        const index_t count = phases.columns(fx);
        Word* const row = to + row_of(fx);
        index_t j = 0;
        for (; j < count && (j + width) * step <= end - group.last(); j += width) {
          if (j + width <= count) {
            detail::interleave_strided(group, j, step, keep.data(), flips, row + j);
          } else {
            Word piece[static_cast<std::size_t>(width)];
            detail::interleave_strided(group, j, step, keep.data(), flips, piece);
            std::copy_n(piece, count - j, row + j);
          }
        }
        for (; j < count; ++j) {
          bits word[4 / sizeof(bits)] = {};
          for (index_t r = 0; r < valid; ++r) word[r] = from[r * size + j * step];
          row[j] = std::bit_cast<Word>(detail::word_of(word) ^ flips);
        }
      }
    });
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
