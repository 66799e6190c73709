// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>

#include <lacuna/op/epilogue.hpp>

namespace lacuna::inline LACUNA_ABI {

namespace detail {
/// What becomes of the integers whose bits are those of rounding_shift + integer.
template <bool HasZeroPoint, class B>
[[nodiscard]] LACUNA_ALWAYS_INLINE B saturated(const B& rounded,
                                               const kernel::byte_results<HasZeroPoint>& to) {
  constexpr auto zero = std::bit_cast<std::int32_t>(kernel::rounding_shift);
  const std::int32_t low = zero + to.least - to.zero_point;
  const std::int32_t high = zero + (to.is_signed ? 127 : 255) - to.zero_point;
  if constexpr (std::is_arithmetic_v<B>) {
    return std::clamp(rounded, low, high) - zero + to.zero_point;
  } else {
    return xsimd::min(xsimd::max(rounded, B(low)), B(high)) + B(to.zero_point - zero);
  }
}
}  // namespace detail

/// q = saturate(round(y * scale[row]) + zero_point): 32-bit sums to 8 bits, the product of floats
/// rounded once, to the nearest, ties to even; sums beyond 2^24 are rounded before it.
///
/// Added to 1.5 * 2^23, a product is rounded to an integer, which the last bits of the sum then
/// are: products beyond it are larger or smaller than all that fit a byte, as floats and as their
/// bits. A relu before it only raises what the least result is.
///
/// Without a zero point there is less to do: not HasZeroPoint.
template <class Q, bool HasZeroPoint>
struct requantize_epilogue : epilogue_tag {
  using result_type = Q;
  const float* scales{nullptr};
  index_t size{0};
  std::int32_t least{std::numeric_limits<Q>::min()};  ///< of the results
  std::int32_t zero_point{0};

  static constexpr const char* name = "requantize";
  /// How many rows the operator must have.
  [[nodiscard]] index_t expected_rows() const noexcept { return size; }

  /// Bits of the floats 1.5 * 2^23 + round(y * scale[row]).
  template <class B>
  [[nodiscard]] LACUNA_ALWAYS_INLINE B rounded(const B& y, const position& at) const noexcept {
    static_assert(std::same_as<detail::scalar_of<B>, std::int32_t>,
                  "requantize takes sums of int8");
    using kernel::simd::fused_multiply_add;
    constexpr float shift = kernel::rounding_shift;
    const float scale = scales[at.row];
    if constexpr (std::is_arithmetic_v<B>) {
      return std::bit_cast<std::int32_t>(fused_multiply_add(static_cast<float>(y), scale, shift));
    } else {
      using real = xsimd::batch<float, typename B::arch_type>;
      return xsimd::bitwise_cast<B>(
          fused_multiply_add(xsimd::to_float(y), real(scale), real(shift)));
    }
  }
  [[nodiscard]] LACUNA_ALWAYS_INLINE kernel::byte_results<HasZeroPoint> bytes() const noexcept {
    return {std::is_signed_v<Q>, zero_point, least};
  }

  template <class B>
  [[nodiscard]] LACUNA_ALWAYS_INLINE B operator()(const B& y, const position& at) const noexcept {
    return detail::saturated(rounded(y, at), bytes());
  }
};

/// Relu and requantising in one.
template <class Q, bool HasZeroPoint>
[[nodiscard]] auto operator|(relu_epilogue /*first*/,
                             requantize_epilogue<Q, HasZeroPoint> then) noexcept {
  then.least = std::max(then.least, then.zero_point);
  return then;
}
template <class A, class Q, bool HasZeroPoint>
[[nodiscard]] auto operator|(const epilogue_chain<A, relu_epilogue>& first,
                             const requantize_epilogue<Q, HasZeroPoint>& then) {
  return first.first | (first.second | then);
}

namespace detail {
/// @throws format_error for a scale that is negative or not finite.
template <class Q, bool HasZeroPoint, class Vector>
[[nodiscard]] requantize_epilogue<Q, HasZeroPoint> requantize_by(const Vector& scales,
                                                                 std::int32_t zero_point) {
  static_assert(std::same_as<Q, std::uint8_t> || std::same_as<Q, std::int8_t>);
  static_assert(std::same_as<std::remove_cvref_t<decltype(*scales.data())>, float>);
  const auto size = static_cast<index_t>(scales.size());
  for (index_t i = 0; i < size; ++i) {
    if (!(scales.data()[i] >= 0 && std::isfinite(scales.data()[i]))) {
      throw format_error(message("requantize: scale ", i, " is ", scales.data()[i],
                                 ": expected finite numbers, none below 0"));
    }
  }
  return {{}, scales.data(), size, std::numeric_limits<Q>::min(), zero_point};
}
}  // namespace detail

/// Makes the operator's output 8-bit: Q is std::uint8_t or std::int8_t. `scales` is any contiguous
/// vector of float, one an output row or channel, that outlives the operator: scale of the weights'
/// row times scale of X over scale of Y. Comes last in a chain, behind a bias of 32-bit integers in
/// units of the sums:
///
///   lacuna::matmul layer(blocks, lacuna::bias(b) | lacuna::relu() | lacuna::requantize(scales,
///   3));
///
/// The arithmetic is ONNX's QLinearMatMul and QLinearConv with the scales' quotient taken first.
/// @throws shape_error when zero_point is no value of Q, format_error for a scale that is negative
/// or not finite.
template <class Q = std::uint8_t, class Vector>
[[nodiscard]] requantize_epilogue<Q, true> requantize(const Vector& scales,
                                                      std::int32_t zero_point) {
  if (zero_point < std::numeric_limits<Q>::min() || zero_point > std::numeric_limits<Q>::max()) {
    throw shape_error(message("requantize: zero point ", zero_point, " is outside ",
                              static_cast<int>(std::numeric_limits<Q>::min()), " ... ",
                              static_cast<int>(std::numeric_limits<Q>::max())));
  }
  return detail::requantize_by<Q, true>(scales, zero_point);
}
/// The same with a zero point of 0, which costs nothing.
template <class Q = std::uint8_t, class Vector>
[[nodiscard]] requantize_epilogue<Q, false> requantize(const Vector& scales) {
  return detail::requantize_by<Q, false>(scales, 0);
}

}  // namespace lacuna::inline LACUNA_ABI
