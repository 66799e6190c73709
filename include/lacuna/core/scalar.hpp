// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include <Eigen/Core>

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Brain floating point: 8 exponent and 7 mantissa bits, rounded to nearest even.
using bfloat16 = Eigen::bfloat16;

namespace detail {
template <class T>
struct scalar_traits;  // no definition: T is not a value type of this library
template <>
struct scalar_traits<float> {
  using accumulator = float;
  static constexpr std::string_view name = "f32";
};
template <>
struct scalar_traits<double> {
  using accumulator = double;
  static constexpr std::string_view name = "f64";
};
template <>
struct scalar_traits<bfloat16> {
  using accumulator = float;
  static constexpr std::string_view name = "bf16";
};
template <>
struct scalar_traits<std::int8_t> {
  using accumulator = std::int32_t;
  static constexpr std::string_view name = "i8";
};
}  // namespace detail

/// The type in which products of T are summed, and of which results are: float for float and
/// bfloat16, double for double, 32-bit integers (exact up to 2^17 products) for int8.
template <class T>
using accumulator_t = typename detail::scalar_traits<T>::accumulator;

/// "f32", "f64", "bf16" or "i8".
template <class T>
inline constexpr std::string_view scalar_name = detail::scalar_traits<T>::name;

/// A value type that formats may hold: float, double, bfloat16, int8.
template <class T>
concept scalar = requires {
  typename detail::scalar_traits<T>::accumulator;
};

}  // namespace lacuna::inline LACUNA_ABI
