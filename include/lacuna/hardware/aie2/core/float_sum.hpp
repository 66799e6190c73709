// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <lacuna/hardware/aie2/device.hpp>

// How a VMAC.f adds an accumulator and its products.
namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// As `float_sum::aligned` says: each of the terms rounded to the 24 bits below the largest one's
/// exponent E, to multiples of 2^(E - 23), then added exactly, then rounded to fp32, all to nearest
/// and halves to even; subnormal terms and results are zero. Terms are exact products of bf16 and
/// an fp32. Infinities and NaN are added as IEEE 754 has it (`unverified`), and a sum of zero is
/// positive (`unverified`).
template <std::size_t Terms>
[[nodiscard]] float aligned_sum(const std::array<double, Terms>& terms) noexcept {
  constexpr double smallest = std::numeric_limits<float>::min();
  double largest = 0;
  for (const double t : terms) {
    if (!std::isfinite(t)) {
      double sum = 0;
      for (const double each : terms) sum += each;
      return static_cast<float>(sum);
    }
    largest = std::max(largest, std::abs(t));
  }
  if (largest < smallest) return 0;
  // Adding 1.5 x 2^(E + 29), whose last bit is 2^(E - 23), rounds a double to multiples of that.
  constexpr std::uint64_t exponent_bits = 0x7ff0000000000000;
  const auto exponent = std::bit_cast<std::uint64_t>(largest) & exponent_bits;
  const double rounder = 1.5 * std::bit_cast<double>(exponent + (std::uint64_t{29} << 52));
  double sum = 0;
  for (const double t : terms) {
    if (std::abs(t) >= smallest) sum += (t + rounder) - rounder;
  }
  const auto rounded = static_cast<float>(sum);
  return std::abs(rounded) < std::numeric_limits<float>::min() ? 0.0F : rounded;
}

/// acc + products of a multiply-add.
template <std::size_t Products>
[[nodiscard]] float add_products(float_sum how, float acc,
                                 const std::array<double, Products>& products) noexcept {
  if (how == float_sum::in_order) {
    for (const double p : products) acc += static_cast<float>(p);
    return acc;
  }
  std::array<double, Products + 1> terms;
  terms[0] = acc;
  std::copy(products.begin(), products.end(), terms.begin() + 1);
  return aligned_sum(terms);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
