// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>

#include <lacuna/kernel/pack/columns.hpp>
#include <lacuna/kernel/pack/stride_phases.hpp>
#include <lacuna/kernel/simd/deinterleave.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

namespace detail {

/// Even pixels of a row, and with `Both` the odd ones, as either alone takes as many loads; asks
/// for what is read and written so many values ahead.
template <class Arch, bool Both, class T>
LACUNA_ALWAYS_INLINE void halve(const T* row, index_t pixels, T* even, T* odd, index_t read_ahead,
                                index_t written_ahead) noexcept {
  using vector = simd::batch<T, Arch>;
  constexpr index_t lanes = simd::lanes<T, Arch>;
  const auto ask = [&]() LACUNA_INLINE_LAMBDA {
    simd::prefetch_vectors<2, lanes, 3>(row + read_ahead);
    simd::prefetch_vectors<1, lanes, 3>(even + written_ahead);
    if constexpr (Both) simd::prefetch_vectors<1, lanes, 3>(odd + written_ahead);
  };
  const index_t rest = pixels % (2 * lanes);
  const T* const end = row + (pixels - rest);
  for (; row != end; row += 2 * lanes, even += lanes, odd += Both ? lanes : 0) {
    ask();
    const vector a = vector::load_unaligned(row);
    const vector b = vector::load_unaligned(row + lanes);
    simd::even_lanes(a, b).store_unaligned(even);
    if constexpr (Both) simd::odd_lanes(a, b).store_unaligned(odd);
  }
  if (rest == 0) return;
  ask();
  const vector a = simd::load_partial<vector>(row, std::min(rest, lanes));
  const vector b = rest <= lanes ? a  // nothing of it is kept
                                 : simd::load_partial<vector>(row + lanes, rest - lanes);
  simd::store_partial(simd::even_lanes(a, b), even, ceil_div(rest, 2));
  if constexpr (Both) simd::store_partial(simd::odd_lanes(a, b), odd, rest / 2);
}

/// How many values from here what is visited `bytes` later lies, where `part` values of each plane
/// are visited in turn, planes `plane` values apart: in this one or, where that is more than a
/// part, in a later one. Half of 256 channels of 56x56 pixels is cut in 12.4 us for 16.8 that way,
/// and two threads on four layers of stride 2 at 1/8 are 1.85 times as fast as one, for 1.67 (Zen
/// 5).
template <class T>
[[nodiscard]] index_t values_ahead(index_t bytes, index_t part, index_t plane) noexcept {
  const index_t ahead = bytes / index_t{sizeof(T)};
  return part >= ahead ? ahead : ceil_div(ahead, part) * plane;
}

}  // namespace detail

/// Cuts rows [first, last) of the phases of channels [c, c + count) of an image, of which channel c
/// starts at `image`, converted to T. Writes nothing beyond them.
///
/// Asks for what is read, and for what is written 1 KB on: 1.6 MB in the third level are cut in 141
/// us for 182, 128x1152x784 at 1/8 is 1.09 times as fast for the latter (Emerald Rapids).
///
/// All channels in one call: a row of 14 to 56 pixels takes 2 to 6 ns (Zen 4), and setting out to
/// cut a channel as long as 4 to 23 of them.
template <class Arch, class T, class X>
void cut_phases(const stride_phases& phases, index_t c, index_t count, index_t first, index_t last,
                const X* image, T* to) LACUNA_KERNEL_NOEXCEPT {
  if (first == last) return;
  const index_t width = phases.image_w();
  const index_t plane_w = phases.plane_w();
  const index_t image_size = phases.image_size();
  const index_t phase = phases.phase();
  const index_t column_phases = phases.column_phases();
  const index_t row_phases = phases.row_phases();
  const auto for_each_row = [&](const auto& f) LACUNA_INLINE_LAMBDA {
    for (index_t i = 0; i < count; ++i) {
      for (index_t fy = 0; fy < row_phases; ++fy) {
        const stride_phases::run run = phases.run_of(c + i, fy, first, last);
        const X* row = image + i * image_size + run.y * width;
        T* at = to + run.at;
        for (index_t r = 0; r < run.rows; ++r, row += run.step * width, at += plane_w) f(row, at);
      }
    }
  };
  if constexpr (std::is_same_v<T, X> && sizeof(T) >= 4) {
    if (phases.step() == 2) {
      const index_t rows = last - first;
      const index_t read = detail::values_ahead<T>(simd::prefetch_bytes_of_images,
                                                   rows * phases.row_step() * width, image_size);
      const index_t written = detail::values_ahead<T>(1024, rows * plane_w, phases.plane());
      const index_t odd = phases.first_column(0);  // phase 0 is of even columns or of odd ones
      if (column_phases == 2) {
        return for_each_row([=](const X* row, T* at) LACUNA_INLINE_LAMBDA {
          detail::halve<Arch, true>(row, width, at + odd * phase, at + (1 - odd) * phase, read,
                                    written);
        });
      }
      return for_each_row([=](const X* row, T* at) LACUNA_INLINE_LAMBDA {
        detail::halve<Arch, false, T>(row + odd, width - odd, at, nullptr, read, written);
      });
    }
  }
  for_each_row([&](const X* row, T* at) {
    for (index_t fx = 0; fx < column_phases; ++fx) {
      copy_strided<Arch>(row + phases.first_column(fx), phases.step(), phases.columns(fx),
                         at + fx * phase);
    }
  });
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
