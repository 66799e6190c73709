// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/matrix_view.hpp>
#include <lacuna/core/scalar.hpp>
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

/// to[j] = from[j * step], converted, for j < count.
template <class T, class X>
LACUNA_ALWAYS_INLINE void copy_strided(const X* from, index_t step, index_t count, T* to) noexcept {
  if constexpr (std::is_same_v<T, X>) {
    // memmove; the loop below is not vectorised at -O2.
    if (step == 1) return static_cast<void>(std::copy_n(from, count, to));
  }
  if constexpr (std::is_same_v<X, bfloat16> && std::is_same_v<T, float>) {
    if (step == 1) return widen(from, count, to);
  }
  for (index_t j = 0; j < count; ++j) to[j] = static_cast<T>(from[j * step]);
}

/// Copies columns col ... col + count - 1 of X (k, n) to a strip (k, width) in the type T of the
/// product, zeros beyond `count`: contiguous, aligned, and safe to read by whole vectors.
template <class T, class X>
void pack_columns(matrix_view<const X> x, index_t col, index_t count, index_t width,
                  T* strip) LACUNA_KERNEL_NOEXCEPT {
  LACUNA_EXPECTS(col >= 0 && count <= width && col + count <= x.cols);
  for (index_t k = 0; k < x.rows; ++k) {
    T* to = strip + k * width;
    copy_strided(x.data + k * x.row_stride + col * x.col_stride, x.col_stride, count, to);
    std::fill(to + count, to + width, T(0));
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
