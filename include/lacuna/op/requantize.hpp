// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>

#include <lacuna/op/epilogue.hpp>

namespace lacuna::inline LACUNA_ABI {

/// q = saturate(round(y * scale[row]) + zero_point): 32-bit sums to 8 bits, rounded to the nearest,
/// ties to even. The product is one of float, so sums beyond 2^24 are rounded before it.
template <class Q>
struct requantize_epilogue : epilogue_tag {
  using result_type = Q;
  const float* scales{nullptr};
  index_t size{0};
  std::int32_t zero_point{0};
  float low{0};  ///< what becomes the least and the largest Q, before the zero point
  float high{0};

  static constexpr const char* name = "requantize";
  /// How many rows the operator must have.
  [[nodiscard]] index_t expected_rows() const noexcept { return size; }

  template <class B>
  [[nodiscard]] LACUNA_ALWAYS_INLINE B operator()(const B& y, const position& at) const noexcept {
    static_assert(std::same_as<detail::scalar_of<B>, std::int32_t>,
                  "requantize takes sums of int8");
    const float scale = scales[at.row];
    // Limited before the conversion, which overflows beyond 2^31.
    if constexpr (std::is_arithmetic_v<B>) {
      const float q = std::min(std::max(static_cast<float>(y) * scale, low), high);
      return static_cast<std::int32_t>(std::nearbyint(q)) + zero_point;
    } else {
      using real = xsimd::batch<float, typename B::arch_type>;
      const real q =
          xsimd::min(xsimd::max(xsimd::to_float(y) * real(scale), real(low)), real(high));
      return xsimd::nearbyint_as_int(q) + B(zero_point);
    }
  }
};

/// Makes the operator's output 8-bit: Q is std::uint8_t or std::int8_t. `scales` is any contiguous
/// vector of float, one an output row or channel, that outlives the operator: scale of the weights'
/// row times scale of X over scale of Y. Comes last in a chain, behind a bias of 32-bit integers in
/// units of the sums:
///
///   lacuna::matmul layer(blocks, lacuna::bias(b) | lacuna::relu() | lacuna::requantize(scales,
///   3));
///
/// The arithmetic is ONNX's QLinearMatMul and QLinearConv with the scales' quotient taken first.
/// @throws shape_error when zero_point is no value of Q, format_error for a scale that is not
/// finite.
template <class Q = std::uint8_t, class Vector>
[[nodiscard]] requantize_epilogue<Q> requantize(const Vector& scales, std::int32_t zero_point = 0) {
  static_assert(std::same_as<Q, std::uint8_t> || std::same_as<Q, std::int8_t>);
  static_assert(std::same_as<std::remove_cvref_t<decltype(*scales.data())>, float>);
  if (zero_point < std::numeric_limits<Q>::min() || zero_point > std::numeric_limits<Q>::max()) {
    throw shape_error(message("requantize: zero point ", zero_point, " is outside ",
                              static_cast<int>(std::numeric_limits<Q>::min()), " ... ",
                              static_cast<int>(std::numeric_limits<Q>::max())));
  }
  const auto size = static_cast<index_t>(scales.size());
  for (index_t i = 0; i < size; ++i) {
    if (!std::isfinite(scales.data()[i])) {
      throw format_error(
          message("requantize: scale ", i, " is ", scales.data()[i], ": expected finite numbers"));
    }
  }
  return {{},
          scales.data(),
          size,
          zero_point,
          static_cast<float>(std::numeric_limits<Q>::min() - zero_point),
          static_cast<float>(std::numeric_limits<Q>::max() - zero_point)};
}

}  // namespace lacuna::inline LACUNA_ABI
