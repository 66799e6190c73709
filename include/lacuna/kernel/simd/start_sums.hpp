// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include <lacuna/core/contract.hpp>
#include <lacuna/kernel/pack/dot_panels.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// What the sums of panel p start with where X of bytes is offset by x_zero: - x_zero times each
/// row's sum of weights, modulo 2^32, as the sums themselves.
template <index_t Rows>
struct byte_start {
  alignas(64) std::int32_t values[static_cast<std::size_t>(Rows)];

  LACUNA_ALWAYS_INLINE byte_start(const dot_panels<std::int8_t, Rows>& w, index_t p,
                                  std::int32_t x_zero) noexcept {
    for (index_t r = 0; r < Rows; ++r) {
      const auto sum =
          static_cast<std::uint32_t>(w.row_sums[static_cast<std::size_t>(p * Rows + r)]);
      values[r] = static_cast<std::int32_t>(0U - static_cast<std::uint32_t>(x_zero) * sum);
    }
  }
};

/// A tile of panel p's sums before its first entry.
template <class Tile, class Panels>
[[nodiscard]] LACUNA_ALWAYS_INLINE Tile start_sums(const Panels& w, index_t p,
                                                   std::int32_t x_zero) noexcept {
  if constexpr (std::is_same_v<typename Panels::value_type, std::int8_t>) {
    if (x_zero == 0) return Tile();
    return Tile(byte_start<Panels::rows_per_panel>(w, p, x_zero).values);
  } else {
    return Tile();
  }
}

/// The same of one column, the panel's rows across the lanes.
template <class Across, class Panels>
[[nodiscard]] LACUNA_ALWAYS_INLINE auto start_column(const Panels& w, index_t p,
                                                     std::int32_t x_zero) noexcept {
  using sums = typename Across::sum_batch;
  if constexpr (std::is_same_v<typename Panels::value_type, std::int8_t>) {
    return sums::load_unaligned(byte_start<Panels::rows_per_panel>(w, p, x_zero).values);
  } else {
    return sums(typename sums::value_type(0));
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
