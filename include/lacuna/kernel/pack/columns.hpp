// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/matrix_view.hpp>
#include <lacuna/core/scalar.hpp>
#include <lacuna/kernel/first_level.hpp>
#include <lacuna/kernel/simd/deinterleave.hpp>
#include <lacuna/kernel/simd/prefetch.hpp>
#include <lacuna/kernel/x86/widen.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// to[j] = from[j], widened: exact. Value by value it takes longer than the product at 1/4 kept.
inline void widen(const bfloat16* from, index_t count, float* to) noexcept {
  index_t j = 0;
#if defined(__SSE2__)
  static_assert(sizeof(bfloat16) == sizeof(std::uint16_t));
  for (; j + 8 <= count; j += 8) {
    x86::widen_8(reinterpret_cast<const std::uint16_t*>(from + j), to + j);
  }
#endif
  for (; j < count; ++j) to[j] = static_cast<float>(from[j]);
}

/// to[j] = from[j * step], converted, for j < count. Steps of 1 and 2 go by vectors where nothing
/// is converted: the loop is not vectorised at -O2, and images under stride 2 took longer to copy
/// than to convolve.
template <class Arch, class T, class X>
LACUNA_ALWAYS_INLINE void copy_strided(const X* from, index_t step, index_t count, T* to) noexcept {
  if constexpr (std::is_same_v<T, X> && sizeof(T) < 4) {
    if (step == 1) return static_cast<void>(std::copy_n(from, count, to));
#if defined(__AVX512BW__) && defined(__AVX512VL__)
    if constexpr (sizeof(T) == 1) {
      if (step == 2) return x86::copy_even_bytes(from, count, to);
    }
#endif
  } else if constexpr (std::is_same_v<T, X>) {
    using vector = simd::batch<T, Arch>;
    constexpr index_t lanes = simd::lanes<T, Arch>;
    if (step == 1) {
      for (; count >= lanes; count -= lanes, from += lanes, to += lanes) {
        vector::load_unaligned(from).store_unaligned(to);
      }
      if (count > 0) simd::store_partial(simd::load_partial<vector>(from, count), to, count);
      return;
    }
    if (step == 2) {
      for (; count > 0; count -= lanes, from += 2 * lanes, to += lanes) {
        const index_t rest = 2 * count - 1;  // the last pair may lack its second half
        const vector even = simd::even_lanes(
            simd::load_first<vector>(from, std::min(rest, lanes)),
            simd::load_first<vector>(from + lanes, std::clamp<index_t>(rest - lanes, 0, lanes)));
        simd::store_first(even, to, std::min(count, lanes));
      }
      return;
    }
  }
  if constexpr (std::is_same_v<X, bfloat16> && std::is_same_v<T, float>) {
    if (step == 1) return widen(from, count, to);
  }
  for (index_t j = 0; j < count; ++j) to[j] = static_cast<T>(from[j * step]);
}

/// Copies columns col ... col + count - 1 of X (k, n) to a strip (k, width) in the type T of the
/// product, zeros beyond `count`: contiguous, aligned, and safe to read by whole vectors. `width`
/// is `count` in whole vectors. A strip that fits the first-level cache is to stay there while X
/// passes: on Zen 5, 256x1024x196 in 2:4 and 2:8 takes 3 % less time for that. Rows of a longer one
/// are asked for into it with 16 registers, whose strips are of a line and a half: on Zen 3
/// 768x3072x128, 768x768x128 and 128x512x784 in 8x8 are 1.1 to 1.25 times as fast from 1/2 to 1/8,
/// from 8 rows ahead somewhat less; others are within 2 %, and Zen 4's AVX2 gains 1 %.
template <class Arch, class T, class X>
void pack_columns(matrix_view<const X> x, index_t col, index_t count, index_t width,
                  T* strip) LACUNA_KERNEL_NOEXCEPT {
  constexpr index_t lanes = simd::lanes<T, Arch>;
  LACUNA_EXPECTS(col >= 0 && count <= width && col + count <= x.cols);
  LACUNA_EXPECTS(width % lanes == 0 && width < count + lanes);
  constexpr index_t rows_ahead = 4;
  constexpr index_t rows_further_ahead = 16;
  const index_t row_bytes = count * index_t{sizeof(X)};
  const bool is_near = x.rows * width * index_t{sizeof(T)} <= first_level_bytes();
  for (index_t k = 0; k < x.rows; ++k) {
    T* to = strip + k * width;
    const X* from = x.data + k * x.row_stride + col * x.col_stride;
    if constexpr (std::is_same_v<T, X>) {
      if (x.col_stride == 1) {
        if (is_near) {
          simd::prefetch_once(from + rows_ahead * x.row_stride, row_bytes);
        } else if constexpr (simd::registers<Arch> == 16) {
          constexpr index_t line = static_cast<index_t>(cache_line / sizeof(T));
          simd::prefetch_vectors<2, line, 3>(from + rows_further_ahead * x.row_stride);
        }
        for (index_t j = 0; j < width; j += lanes) {
          simd::load_first<simd::batch<T, Arch>>(from + j, std::min(lanes, count - j))
              .store_unaligned(to + j);
        }
        continue;
      }
    }
    copy_strided<Arch>(from, x.col_stride, count, to);
    std::fill(to + count, to + width, T(0));
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
