// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <lacuna/core/contract.hpp>
#include <lacuna/kernel/simd/strip.hpp>
#include <lacuna/kernel/simd/unroll.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Copies `count` rows of X as a window sees them, row i at x + offsets[i], to `strip`, one behind
/// the other in `vectors` vectors each, on vectors' boundaries.
template <class Arch, index_t Vectors = simd::most_vectors - 1, class T>
void pack_window_rows(const T* x, const std::int32_t* offsets, index_t count, index_t vectors,
                      T padding, const simd::window_part& part, T* strip) LACUNA_KERNEL_NOEXCEPT {
  if constexpr (Vectors > 1) {
    if (vectors < Vectors) {
      return pack_window_rows<Arch, Vectors - 1>(x, offsets, count, vectors, padding, part, strip);
    }
  }
  LACUNA_EXPECTS(vectors == Vectors);
  using batch = simd::batch<T, Arch>;
  constexpr index_t lanes = simd::lanes<T, Arch>;
  const simd::rows_in_window<T, batch, Vectors> row_of(x, offsets, padding, part);
  for (index_t i = 0; i < count; ++i, strip += Vectors * lanes) {
    const T* const row = row_of(static_cast<std::int32_t>(i));
    simd::unroll<Vectors>([&](auto v) LACUNA_INLINE_LAMBDA {
      row_of.template load<decltype(v)::value, batch>(row).store_aligned(strip + v * lanes);
    });
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
