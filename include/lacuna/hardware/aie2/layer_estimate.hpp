// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Where the cycles of a mapped layer go. They sum to its total.
enum class layer_cause : std::uint8_t {
  multiply,   ///< kept multiply-adds over every multiplier of the array
  idle,       ///< lanes of part-filled products, cores without work
  imbalance,  ///< the core with most blocks of a random mask
  load,       ///< bundles that only load
  conflict,   ///< banks
  overhead,   ///< pipeline fill and drain of the kernel, calls, locks
  stream,     ///< cores wait for streams of inputs, weights or results
  fill,       ///< first tile in, last tile out
  dram,       ///< the array waits for DRAM
};
inline constexpr std::size_t layer_causes = 9;

[[nodiscard]] constexpr std::string_view to_string(layer_cause c) noexcept {
  constexpr std::array<std::string_view, layer_causes> names{
      "multiply",   "idle lanes and cores", "mask imbalance",
      "load units", "bank conflicts",       "kernel overhead",
      "streams",    "fill and drain",       "DRAM"};
  return names[static_cast<std::size_t>(c)];
}

/// What a mapping costs, in cycles and bytes. Byte counts are of the whole array.
struct layer_estimate {
  std::array<double, layer_causes> by_cause{};
  double macs{0};      ///< kept, at the layer's own channels
  double executed{0};  ///< with channels and pixels rounded up to products
  double dram_read{0}, dram_written{0};
  double weights_from_dram{0};  ///< of dram_read
  double tile_read{0},
      tile_written{0};     ///< memory tiles, to and from cores; a broadcast counts once
  double core_loads{0};    ///< 32-byte loads of the busiest core
  double input_stream{0};  ///< cycles that the busiest channel of each kind moves data
  double weight_stream{0};
  double output_stream{0};
  double dram_cycles{0};
  double cores{0};            ///< that have work
  double multiply_cycles{0};  ///< VMACs of the busiest core

  [[nodiscard]] double& operator[](layer_cause c) noexcept {
    return by_cause[static_cast<std::size_t>(c)];
  }
  [[nodiscard]] double operator[](layer_cause c) const noexcept {
    return by_cause[static_cast<std::size_t>(c)];
  }
  [[nodiscard]] double cycles() const noexcept {
    double sum = 0;
    for (const double c : by_cause) sum += c;
    return sum;
  }
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
