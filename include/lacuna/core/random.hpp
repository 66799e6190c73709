// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Random numbers that are the same for the same seed on every platform: the engine is
/// `std::mt19937_64`, whose output the standard fixes, and the distributions are spelled out here
/// because the standard leaves theirs open.
class random_source {
 public:
  explicit random_source(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in [0, 1), 53 bits.
  double uniform() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }

  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  /// Standard normal, by Box and Muller; two uniforms a number.
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

  /// Uniform in 0 ... count - 1; the bias is below count / 2^53.
  index_t below(index_t count) {
    return static_cast<index_t>(uniform() * static_cast<double>(count));
  }

  /// Puts the elements of [first, last) in a random order (Fisher and Yates).
  template <class Iterator>
  void shuffle(Iterator first, Iterator last) {
    for (index_t i = last - first - 1; i > 0; --i) std::swap(first[i], first[below(i + 1)]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace lacuna::inline LACUNA_ABI
