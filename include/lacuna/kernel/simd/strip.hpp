// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/extents.hpp>
#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/simd/unroll.hpp>
#include <lacuna/kernel/simd/upcoming_rows.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::simd {

/// Vectors of a strip at most, one for a column behind them included.
inline constexpr index_t most_vectors = 9;

/// Sections of panels whose taps see the image under the same pixels of a strip, and padding under
/// the others.
struct window_part {
  index_t first{0};                                 ///< section
  index_t last{0};                                  ///< section behind the last
  std::array<std::uint16_t, most_vectors> lanes{};  ///< that see the image, vector by vector
  bool sees_all{false};                             ///< whether all lanes of all vectors do
};

/// The columns of X that one register tile goes through, in words, and where the results go.
template <class T, class Y = T>
struct strip {
  const T* x{nullptr};                   ///< row 0 of X, first column
  index_t ldx{0};                        ///< row k starts k * ldx words on
  const std::int32_t* offsets{nullptr};  ///< k * ldx of each k, for tiles of several rows
  index_t cols{0};
  /// Whether the columns that follow are the next strip's and nobody has touched them yet.
  bool prefetch{false};
  Y* y{nullptr};  ///< row 0 of Y, first column
  index_t ldy{0};
  index_t col{0};    ///< column of Y that the strip starts at, for the epilogue
  index_t image{0};  ///< the same
  /// Memory for sums between blocks of X, where a kernel asks for some.
  T* aside{nullptr};
  /// The byte of X that stands for 0, where X is of bytes: 128 for signed ones, which are offset by
  /// it.
  std::int32_t x_zero{0};
  /// For columns that are read from an image through a window: row k of X starts offsets[k] words
  /// from x, and what it has of the image is said part by part.
  const window_part* parts{nullptr};
  index_t part_count{0};
  upcoming_rows<T> upcoming{};  ///< behind this strip, or block of one
  T padding{0};                 ///< what stands for zero in words of bytes
};

/// Row k of X where rows lie `stride` values apart. Its address is worked out once: clang gives
/// each multiply-add x and k * stride to add up, which processors split in two, and paired rows ran
/// at 87 to 96 % of g++'s speed (Emerald Rapids, six products).
template <class T>
struct rows_apart {
  static constexpr bool prefetches = false;
  const T* x;
  index_t stride;
  [[nodiscard]] LACUNA_ALWAYS_INLINE const T* operator()(index_t k) const noexcept {
    const T* row = x + k * stride;
#if defined(__GNUC__)
    asm("" : "+r"(row));
#endif
    return row;
  }
  template <index_t J, class B>
  [[nodiscard]] static LACUNA_ALWAYS_INLINE B load(const T* row) noexcept {
    return B::load_unaligned(row + J * static_cast<index_t>(B::size));
  }
};

/// Row k of X where it starts `offsets[k]` values on: one load for a multiplication and an addition
/// gains 3 % with a tile of 8 x 3 vectors. Prefetching the columns that follow takes 64 x 256 x
/// 3136 (8x8 at 50 %, X in place and in the third-level cache) from 420 us to 350, but costs 6 to
/// 10 % where X is a packed strip.
template <class T, bool Prefetch>
struct rows_at {
  static constexpr bool prefetches = Prefetch;
  static constexpr bool is_near = false;
  const T* x;
  const std::int32_t* offsets;
  [[nodiscard]] LACUNA_ALWAYS_INLINE const T* operator()(std::int32_t k) const noexcept {
    return x + offsets[k];
  }
  template <index_t J, class B>
  [[nodiscard]] static LACUNA_ALWAYS_INLINE B load(const T* row) noexcept {
    return B::load_unaligned(row + J * static_cast<index_t>(B::size));
  }
};

/// Row k of X where a window sees all of it. Near: other taps read it moments before and after.
template <class T>
struct rows_in_sight : rows_at<T, false> {
  static constexpr bool is_near = true;
};

/// Row k of X as a window sees it: from offsets[k] on where lanes see the image, padding elsewhere.
template <class T, class B, index_t Vectors>
struct rows_in_window {
  static constexpr bool prefetches = false;
  static constexpr bool is_near = true;
  const T* x;
  const std::int32_t* offsets;
  B padding;
  std::array<std::uint16_t, static_cast<std::size_t>(Vectors)> lanes;

  rows_in_window(const T* from, const std::int32_t* rows, T zero, const window_part& part) noexcept
      : x(from), offsets(rows), padding(zero) {
    unroll<Vectors>([&](auto j) LACUNA_INLINE_LAMBDA { lanes[j] = part.lanes[j]; });
  }
  [[nodiscard]] LACUNA_ALWAYS_INLINE const T* operator()(std::int32_t k) const noexcept {
    return x + offsets[k];
  }
  template <index_t J, class Batch>
  [[nodiscard]] LACUNA_ALWAYS_INLINE Batch load(const T* row) const noexcept {
    return load_lanes(padding, row + J * static_cast<index_t>(B::size),
                      lanes[static_cast<std::size_t>(J)]);
  }
};

/// Rows of entries in runs, within which they are `apart` words apart.
template <class Rows>
struct rows_in_runs : Rows {
  index_t apart;
};
template <class RowOf>
inline constexpr bool is_in_runs = false;
template <class Rows>
inline constexpr bool is_in_runs<rows_in_runs<Rows>> = true;

}  // namespace lacuna::inline LACUNA_ABI::kernel::simd
