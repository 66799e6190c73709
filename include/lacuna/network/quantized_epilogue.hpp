// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

#include <lacuna/kernel/simd/load_bytes.hpp>
#include <lacuna/op/requantize.hpp>

namespace lacuna::inline LACUNA_ABI::network::detail {

/// q = saturate(round(sum * scale[row] + bias[row] + residual * residual_scale)), scales and bias
/// in units of q, in floats: two fused multiply-adds, then rounded once, ties to even. A relu after
/// it is what unsigned results saturate to. Whether there is a residual, and its type, is asked at
/// run time for the reason that `layer_epilogue` has.
struct quantized_epilogue : epilogue_tag {
  using result_type = std::uint8_t;
  const float* scales{nullptr};
  const float* bias{nullptr};
  const std::uint8_t* residual{nullptr};
  bool residual_is_signed{false};
  float residual_scale{0};
  bool is_signed{false};  ///< the result
  index_t rows{0};
  index_t pixels{0};

  template <class B>
  [[nodiscard]] LACUNA_ALWAYS_INLINE B rounded(const B& sum, const position& at) const noexcept {
    using kernel::simd::fused_multiply_add;
    constexpr float shift = kernel::rounding_shift;
    if constexpr (std::is_arithmetic_v<B>) {
      float y = fused_multiply_add(static_cast<float>(sum), scales[at.row], bias[at.row]);
      if (residual != nullptr) {
        y = fused_multiply_add(static_cast<float>(load_residual<B>(at)), residual_scale, y);
      }
      return std::bit_cast<std::int32_t>(y + shift);
    } else {
      using real = xsimd::batch<float, typename B::arch_type>;
      real y = fused_multiply_add(xsimd::to_float(sum), real(scales[at.row]), real(bias[at.row]));
      if (residual != nullptr) {
        y = fused_multiply_add(xsimd::to_float(load_residual<B>(at)), real(residual_scale), y);
      }
      return xsimd::bitwise_cast<B>(y + real(shift));
    }
  }
  /// Inlined by force: around a call between two results of a tile all its sums are put aside.
  [[nodiscard]] LACUNA_ALWAYS_INLINE kernel::byte_results<false> bytes() const noexcept {
    return {is_signed, 0, is_signed ? -128 : 0};
  }

  template <class B>
  [[nodiscard]] LACUNA_ALWAYS_INLINE B operator()(const B& sum, const position& at) const noexcept {
    return lacuna::detail::saturated(rounded(sum, at), bytes());
  }

 private:
  template <class B>
  [[nodiscard]] LACUNA_ALWAYS_INLINE B load_residual(const position& at) const noexcept {
    using kernel::simd::load_bytes;
    const std::uint8_t* from = residual + (at.image * rows + at.row) * pixels + at.col;
    return residual_is_signed ? load_bytes<B>(reinterpret_cast<const std::int8_t*>(from), at.count)
                              : load_bytes<B>(from, at.count);
  }
};

}  // namespace lacuna::inline LACUNA_ABI::network::detail
