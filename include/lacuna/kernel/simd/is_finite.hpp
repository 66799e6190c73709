// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>

#include <lacuna/core/matrix_view.hpp>
#include <lacuna/core/scalar.hpp>
#include <lacuna/kernel/simd/batch.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Whether no value is infinite or NaN, which integers never are: as integers of their bits, without
/// the sign, bfloat16 are in order, and infinity is 0x7f80.
template <class Arch, class X>
[[nodiscard]] bool is_finite(matrix_view<const X> x) noexcept {
  if constexpr (!std::is_integral_v<X>) {
    static_assert(std::is_same_v<X, bfloat16>);
    using vector = batch<std::uint16_t, Arch>;
    constexpr index_t step = lanes<std::uint16_t, Arch>;
    constexpr std::uint16_t magnitude = 0x7fff;
    for (index_t i = 0; i < x.rows; ++i) {
      const X* const row = x.data + i * x.row_stride;
      std::uint16_t largest = 0;
      index_t j = 0;
      if (x.col_stride == 1 && x.cols >= step) {
        vector most(0);
        for (; j + step <= x.cols; j += step) {
          const auto* const bits = reinterpret_cast<const std::uint16_t*>(row + j);
          most = xsimd::max(most, vector::load_unaligned(bits) & vector(magnitude));
        }
        alignas(64) std::uint16_t lane[static_cast<std::size_t>(step)];
        most.store_aligned(lane);
        largest = *std::max_element(lane, lane + step);
      }
      for (; j < x.cols; ++j) {
        const auto bits = std::bit_cast<std::uint16_t>(row[j * x.col_stride]);
        largest = std::max(largest, static_cast<std::uint16_t>(bits & magnitude));
      }
      if (largest >= 0x7f80U) return false;
    }
  }
  return true;
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
