// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <type_traits>

#include <lacuna/kernel/pack/columns.hpp>
#include <lacuna/kernel/pack/stride_phases.hpp>
#include <lacuna/kernel/simd/deinterleave.hpp>

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

/// Cuts rows [first, last) of the phases of channel c of an image, which starts at `channel`,
/// converted to T. Writes nothing beyond them.
template <class Arch, class T, class X>
void cut_phases(const stride_phases& phases, index_t c, index_t first, index_t last,
                const X* channel, T* to) LACUNA_KERNEL_NOEXCEPT {
  const bool is_halved = phases.step() == 2 && phases.column_phases() == 2;
  phases.for_each_row(c, first, last, [&](index_t y, const auto& row_of) {
    const X* const row = channel + y * phases.image_w();
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

}  // namespace lacuna::inline LACUNA_ABI::kernel
