// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <lacuna/hardware/aie2/buffer_placement.hpp>
#include <lacuna/hardware/aie2/device.hpp>
#include <lacuna/hardware/aie2/tile_shape.hpp>

// Cycles of one iteration on one core, from the architecture: no figure here is fitted.
namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Cycles of a core by what holds it.
struct core_cycles {
  double multiply{0};  ///< VMACs issued, idle lanes included
  double load{0};      ///< bundles that only load: two vectors a cycle don't feed the VMACs
  double conflict{0};  ///< stalls: two accesses of a bundle in one bank
  double overhead{0};  ///< latency of the first load, of the last VMAC, conversion, call, locks

  [[nodiscard]] double total() const noexcept { return multiply + load + conflict + overhead; }
  /// What grows with the blocks of weights that a core has.
  [[nodiscard]] double of_blocks() const noexcept { return multiply + load + conflict; }
  core_cycles& operator+=(const core_cycles& o) noexcept {
    multiply += o.multiply;
    load += o.load;
    conflict += o.conflict;
    overhead += o.overhead;
    return *this;
  }
  friend core_cycles operator*(core_cycles a, double times) noexcept {
    return {a.multiply * times, a.load * times, a.conflict * times, a.overhead * times};
  }
};

/// The int8 product of the vector unit: 4 pixels x 8 inputs x 8 outputs a cycle.
inline constexpr index_t product_pixels = 4;
inline constexpr index_t product_channels = 8;

/// A call, and a lock taken and given back for each of input and output.
[[nodiscard]] inline double call_cycles(const device& d) noexcept {
  return static_cast<double>(d.core.call_cycles + 2 * d.memory.acquire_cycles);
}

/// Groups of 4 pixels that a convolution sweeps at once: all accumulators but one.
[[nodiscard]] inline index_t convolution_sweep(const device& d) noexcept {
  return std::max<index_t>(1, d.core.accumulators - 1);
}

/// A sweep of a convolution, of `j` groups of pixels, `kept` 8x8 blocks of weights (a mean over
/// masks may be fractional), `channel_blocks` blocks of output channels. It keeps up to 8 of the 9
/// accumulators (J groups) and takes, for each block of weights,
///   max(J, ceil((J + 2 + i) / 2), s) cycles
/// for J VMACs against J loads of pixels, 2 of weights and, where sparse, i = 1 of a block index on
/// two load units; s = 2 cycles between VMACs on one accumulator. Each sweep and block of output
/// channels pays the first load and the last VMAC, and J conversions and stores; with partial sums
/// in memory also 8 J loads and stores of accumulators (4 vectors each way) on units that are free.
[[nodiscard]] inline core_cycles convolution_sweep_cycles(const device& d, index_t j, double kept,
                                                          index_t channel_blocks, bool sparse,
                                                          bool partial_sums,
                                                          bool loads_conflict) noexcept {
  const auto& core = d.core;
  const auto groups = static_cast<double>(j);
  const double loads = groups + 2 + (sparse ? 1 : 0);
  const double cycles =
      std::max({groups, std::ceil(loads / 2), static_cast<double>(core.latency.mac_chain)});
  core_cycles c;
  c.multiply = groups * kept;
  c.load = (cycles - groups) * kept;
  // Each of the two loads of weights meets a load of pixels in its bundle.
  if (loads_conflict) c.conflict = 2 * static_cast<double>(d.memory.conflict_cycles) * kept;
  double edge = static_cast<double>(core.latency.vector_load + core.latency.mac) + groups;
  if (partial_sums) edge += 2 * 4 * groups;
  c.overhead = edge * static_cast<double>(channel_blocks);
  return c;
}

/// A call with `pixels` groups in sweeps of at most `sweep`; `one(j)` gives one of j groups.
template <class Sweep>
[[nodiscard]] core_cycles cycles_of_sweeps(const device& d, index_t pixels, index_t sweep,
                                           const Sweep& one) noexcept {
  core_cycles c = one(sweep) * static_cast<double>(pixels / sweep);
  if (pixels % sweep != 0) c += one(pixels % sweep);
  c.overhead += call_cycles(d);
  return c;
}

/// A convolution tile of `pixels` = h ceil(w / 4) groups.
[[nodiscard]] inline core_cycles convolution_cycles(const device& d, index_t pixels, double kept,
                                                    index_t channel_blocks, bool sparse,
                                                    bool partial_sums,
                                                    bool loads_conflict) noexcept {
  return cycles_of_sweeps(d, pixels, convolution_sweep(d), [&](index_t j) {
    return convolution_sweep_cycles(d, j, kept, channel_blocks, sparse, partial_sums,
                                    loads_conflict);
  });
}

/// Pooling or addition of `values` results from `operands` values each. Pooling reads 64 int8 a
/// cycle on two load units; an addition goes through 32 int32 lanes (conversion up, add, conversion
/// down).
[[nodiscard]] inline core_cycles elementwise_cycles(const device& d, index_t values,
                                                    index_t operands, bool addition) noexcept {
  const auto loads =
      static_cast<double>(values * operands) / static_cast<double>(2 * d.core.load_bytes);
  const auto lanes = static_cast<double>(values) / static_cast<double>(addition ? 32 : 64);
  core_cycles c;
  c.multiply = std::ceil(lanes);
  c.load = std::max(0.0, std::ceil(loads) - c.multiply);
  c.overhead =
      call_cycles(d) + static_cast<double>(d.core.latency.vector_load + d.core.latency.vector_alu);
  return c;
}

/// Expected largest of 0, 1, ... `most` standard normal values, by quadrature of
///   integral_0^inf (1 - Phi(x)^n) dx - integral_-inf^0 Phi(x)^n dx. 0 for one value. Cost: Phi at
/// 1,600 points and a product each a count, 0.1 ms for 64.
[[nodiscard]] inline std::vector<double> expected_largest(index_t most) {
  std::vector<double> sums(static_cast<std::size_t>(std::max<index_t>(1, most)) + 1, 0.0);
  constexpr double step = 0.01;
  for (double x = -8 + step / 2; x < 8; x += step) {
    const double one = 0.5 * std::erfc(-x / std::sqrt(2.0));
    double below = one;
    for (std::size_t n = 2; n < sums.size(); ++n) {
      below *= one;
      sums[n] += (x > 0 ? 1 - below : -below) * step;
    }
  }
  return sums;
}

/// How much the fullest of `cores` exceeds the mean, as a share of the mean, where masks keep
/// exactly density x all blocks of a layer at random places. Blocks a core are then hypergeometric:
/// each is s (Z_i - mean Z) about the mean, s^2 = blocks d (1 - d), whose largest is expected at
/// s x `largest` (the mean of Z has none); never more than all blocks.
[[nodiscard]] inline double mask_imbalance(double blocks_a_core, double density, index_t cores,
                                           double largest) noexcept {
  if (density <= 0 || density >= 1 || cores <= 1 || blocks_a_core <= 0) return 0;
  const double variance = blocks_a_core * density * (1 - density);
  const double excess = largest * std::sqrt(variance) / (blocks_a_core * density);
  return std::min(excess, 1 / density - 1);
}

/// The same of a real mask: kept 8x8 blocks of each block row (8 output channels), block rows given
/// to cores in order, equally many each. 0 where nothing is kept. @throws shape_error unless there
/// is a core.
[[nodiscard]] inline double measured_imbalance(std::span<const index_t> blocks_by_row,
                                               index_t cores) {
  if (cores < 1) throw shape_error(message("expected at least one core, got ", cores));
  const auto rows = static_cast<index_t>(blocks_by_row.size());
  const index_t a_core = std::max<index_t>(1, ceil_div(rows, cores));
  index_t fullest = 0;
  index_t all = 0;
  for (index_t begin = 0; begin < rows; begin += a_core) {
    index_t mine = 0;
    for (index_t r = begin; r < std::min(rows, begin + a_core); ++r) {
      mine += blocks_by_row[static_cast<std::size_t>(r)];
    }
    fullest = std::max(fullest, mine);
    all += mine;
  }
  // The mean of as many rows: cores without rows are idle, which is counted elsewhere.
  const double mean = static_cast<double>(all) * static_cast<double>(a_core) /
                      static_cast<double>(std::max<index_t>(1, rows));
  return all == 0 ? 0 : std::max(0.0, static_cast<double>(fullest) / mean - 1);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
