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

/// Even pixels of a row, and with `Both` the odd ones, as either alone takes as many loads.
///
/// Asks for what is read, and for what is written 1 KB on, rows of a phase being neighbours: 1.6 MB
/// in the third level are cut in 141 us for 182, 128x1152x784 at 1/8 is 1.09 times as fast for the
/// latter (Emerald Rapids).
template <class Arch, bool Both, class T>
LACUNA_ALWAYS_INLINE void halve(const T* row, index_t pixels, T* even, T* odd) noexcept {
  using vector = simd::batch<T, Arch>;
  constexpr index_t lanes = simd::lanes<T, Arch>;
  constexpr index_t ahead = 1024 / index_t{sizeof(T)};
  const auto ask = [&]() LACUNA_INLINE_LAMBDA {
    simd::prefetch_vectors<2, lanes, 3>(row + simd::prefetch_bytes_of_images / index_t{sizeof(T)});
    simd::prefetch_vectors<1, lanes, 3>(even + ahead);
    if constexpr (Both) simd::prefetch_vectors<1, lanes, 3>(odd + ahead);
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

}  // namespace detail

/// Cuts rows [first, last) of the phases of channels [c, c + count) of an image, of which channel c
/// starts at `image`, converted to T. Writes nothing beyond them.
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
      const index_t odd = phases.first_column(0);  // phase 0 is of even columns or of odd ones
      if (column_phases == 2) {
        return for_each_row([=](const X* row, T* at) LACUNA_INLINE_LAMBDA {
          detail::halve<Arch, true>(row, width, at + odd * phase, at + (1 - odd) * phase);
        });
      }
      return for_each_row([=](const X* row, T* at) LACUNA_INLINE_LAMBDA {
        detail::halve<Arch, false, T>(row + odd, width - odd, at, nullptr);
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
