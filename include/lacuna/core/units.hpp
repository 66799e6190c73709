// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI {

/// A count with its unit in the type, so that bits and bytes can't be added by accident.
template <class Unit>
class quantity {
 public:
  constexpr quantity() = default;
  constexpr explicit quantity(std::int64_t count) noexcept : count_(count) {}

  [[nodiscard]] constexpr std::int64_t count() const noexcept { return count_; }

  constexpr quantity& operator+=(quantity other) noexcept {
    count_ += other.count_;
    return *this;
  }
  friend constexpr quantity operator+(quantity a, quantity b) noexcept { return a += b; }
  friend constexpr quantity operator*(quantity a, std::int64_t times) noexcept {
    return quantity{a.count_ * times};
  }
  friend constexpr auto operator<=>(quantity, quantity) = default;

 private:
  std::int64_t count_{0};
};

using bits = quantity<struct bit_unit>;
using bytes = quantity<struct byte_unit>;
/// Multiply-accumulates.
using macs = quantity<struct mac_unit>;

/// Whole bytes that hold `b` bits.
[[nodiscard]] constexpr bytes to_bytes(bits b) noexcept { return bytes{(b.count() + 7) / 8}; }

}  // namespace lacuna::inline LACUNA_ABI
