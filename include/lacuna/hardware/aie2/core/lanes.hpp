// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include <lacuna/hardware/aie2/core/float_sum.hpp>
#include <lacuna/hardware/aie2/device.hpp>

// The arithmetic of the vector unit, lane by lane, on raw registers: M [AM020 ch. 4], aie_api.
namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// What SRS does with the bits it shifts out. M [UG1583 Rounding Modes]; the reset value is floor.
enum class rounding : std::uint8_t {
  floor,            ///< towards minus infinity
  ceil,             ///< towards plus infinity
  symmetric_floor,  ///< towards zero
  symmetric_ceil,   ///< away from zero
  positive_inf,     ///< nearest, halves up
  negative_inf,     ///< nearest, halves down
  symmetric_inf,    ///< nearest, halves away from zero
  symmetric_zero,   ///< nearest, halves towards zero
  conv_even,        ///< nearest, halves to even
  conv_odd,         ///< nearest, halves to odd
};
/// What SRS does with values beyond the narrow type. M [UG1603]; the reset value is none.
enum class saturation : std::uint8_t { none, saturate, symmetric };

/// Control registers of the SRS unit; kernels saturate unless told otherwise.
struct srs_control {
  rounding round{rounding::floor};
  saturation saturate{saturation::saturate};
};

/// value / 2^shift, rounded.
[[nodiscard]] constexpr std::int64_t shift_round(std::int64_t value, int shift,
                                                 rounding mode) noexcept {
  if (shift <= 0) return value << -shift;
  const std::int64_t down = value >> shift;
  const std::int64_t rest = value - (down << shift);  // 0 ... 2^shift - 1
  const std::int64_t half = std::int64_t{1} << (shift - 1);
  const bool up_at_half = [&] {
    switch (mode) {
      case rounding::positive_inf:
        return true;
      case rounding::symmetric_inf:
        return value >= 0;
      case rounding::symmetric_zero:
        return value < 0;
      case rounding::conv_even:
        return (down & 1) != 0;
      case rounding::conv_odd:
        return (down & 1) == 0;
      default:
        return false;
    }
  }();
  if (mode == rounding::floor) return down;
  const std::int64_t up = down + (rest > 0 ? 1 : 0);
  if (mode == rounding::ceil) return up;
  if (mode == rounding::symmetric_floor) return value < 0 ? up : down;
  if (mode == rounding::symmetric_ceil) return value < 0 ? down : up;
  return down + (rest > half || (rest == half && up_at_half) ? 1 : 0);
}

/// Shift, round, saturate to T.
template <class T>
[[nodiscard]] constexpr T srs(std::int64_t value, int shift, srs_control c) noexcept {
  const std::int64_t v = shift_round(value, shift, c.round);
  constexpr std::int64_t high = std::numeric_limits<T>::max();
  const std::int64_t low = c.saturate == saturation::symmetric ? -high : -high - 1;
  if (c.saturate == saturation::none) return static_cast<T>(v);
  return static_cast<T>(std::clamp(v, low, high));
}

/// bf16 is the upper half of an fp32.
[[nodiscard]] inline float from_bf16(std::uint16_t bits) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}
/// Nearest, halves to even; NaN stays NaN.
[[nodiscard]] inline std::uint16_t to_bf16(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>((bits >> 16) | 0x40U);
  return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16);
}

namespace lanes {

/// out (4, 8) = acc + a (4, 8) b (8, 8) of int8, which come widened to floats, for speed: sums of 8
/// products of bytes stay below 2^18, hence exact. Sums wrap, as the accumulator's 32 bits do.
inline void mac_i8_4x8x8(std::int32_t* out, const std::int32_t* acc, const float* a,
                         const float* b) noexcept {
#if defined(__GNUC__)
  using floats8 = float __attribute__((vector_size(32)));
  using ints8 = std::int32_t __attribute__((vector_size(32)));
  using unsigned8 = std::uint32_t __attribute__((vector_size(32)));
  floats8 sum[4] = {};
#pragma GCC unroll 8
  for (int k = 0; k < 8; ++k) {
    floats8 right;
    std::memcpy(&right, b + k * 8, 32);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) sum[i] += a[i * 8 + k] * right;
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    unsigned8 old;
    std::memcpy(&old, acc + i * 8, 32);
    old += reinterpret_cast<unsigned8>(__builtin_convertvector(sum[i], ints8));
    std::memcpy(out + i * 8, &old, 32);
  }
#else
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 8; ++j) {
      float sum = 0;
      for (int k = 0; k < 8; ++k) sum += a[i * 8 + k] * b[k * 8 + j];
      out[i * 8 + j] =
          static_cast<std::int32_t>(static_cast<std::uint32_t>(acc[i * 8 + j]) +
                                    static_cast<std::uint32_t>(static_cast<std::int32_t>(sum)));
    }
  }
#endif
}

/// out (4, 8) = acc + a (4, 16) b (16, 8) of int8, b 2:4 along K: column by column the kept bytes,
/// two of each four, and in `masks` a bit for each byte of four columns a word.
inline void mac_i8_sparse_4x16x8(std::int32_t* out, const std::int32_t* acc, const std::int8_t* a,
                                 const std::int8_t* b, const std::uint64_t* masks) noexcept {
  for (int j = 0; j < 8; ++j) {
    std::array<std::uint32_t, 4> sum;
    for (int i = 0; i < 4; ++i)
      sum[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(acc[i * 8 + j]);
    auto column = static_cast<std::uint32_t>(masks[j / 4] >> (16 * (j % 4))) & 0xffffU;
    for (int kept = 0; kept < 8 && column != 0; ++kept, column &= column - 1) {
      const int k = std::countr_zero(column);
      for (int i = 0; i < 4; ++i) {
        sum[static_cast<std::size_t>(i)] +=
            static_cast<std::uint32_t>(std::int32_t{a[i * 16 + k]} * b[j * 8 + kept]);
      }
    }
    for (int i = 0; i < 4; ++i)
      out[i * 8 + j] = static_cast<std::int32_t>(sum[static_cast<std::size_t>(i)]);
  }
}

/// out (4, 8) = acc + a (4, 4) of int16 times b (4, 8) of int8.
inline void mac_i16_i8_4x4x8(std::int32_t* out, const std::int32_t* acc, const std::int16_t* a,
                             const std::int8_t* b) noexcept {
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 8; ++j) {
      std::uint32_t sum = static_cast<std::uint32_t>(acc[i * 8 + j]);
      for (int k = 0; k < 4; ++k) {
        sum += static_cast<std::uint32_t>(std::int32_t{a[i * 4 + k]} * b[k * 8 + j]);
      }
      out[i * 8 + j] = static_cast<std::int32_t>(sum);
    }
  }
}

/// out (4, 4) = acc + a (4, 8) b (8, 4) in fp32.
inline void mac_bf16_4x8x4(float* out, const float* acc, const std::uint16_t* a,
                           const std::uint16_t* b, float_sum how) noexcept {
  std::array<double, 32> left;
  std::array<double, 32> right;
  for (std::size_t i = 0; i < 32; ++i) {
    left[i] = from_bf16(a[i]);
    right[i] = from_bf16(b[i]);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      std::array<double, 8> products;
      for (std::size_t k = 0; k < 8; ++k) products[k] = left[8 * i + k] * right[4 * k + j];
      out[4 * i + j] = add_products(how, acc[4 * i + j], products);
    }
  }
}

/// 32 lanes of out = acc + a * b.
template <class T>
void mac_lanes(std::int32_t* out, const std::int32_t* acc, const T* a, const T* b) noexcept {
  for (int i = 0; i < 32; ++i) {
    out[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(acc[i]) +
                                       static_cast<std::uint32_t>(std::int32_t{a[i]} * b[i]));
  }
}
inline void mac_bf16_lanes(float* out, const float* acc, const std::uint16_t* a,
                           const std::uint16_t* b, float_sum how) noexcept {
  for (int i = 0; i < 16; ++i) {
    const double product = double{from_bf16(a[i])} * from_bf16(b[i]);
    out[i] = add_products(how, acc[i], std::array<double, 1>{product});
  }
}

/// An 8x8 of bytes, rows and columns exchanged.
inline void transpose_8x8(std::uint8_t* out, const std::uint8_t* a) noexcept {
  for (int i = 0; i < 8; ++i) {
    for (int j = 0; j < 8; ++j) out[j * 8 + i] = a[i * 8 + j];
  }
}

}  // namespace lanes

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
