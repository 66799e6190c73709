// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

#include <lacuna/hardware/aie2/core_cycles.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Groups of pixels that a sweep of a series keeps, 2 blocks of outputs each.
inline constexpr index_t series_sweep = 4;

/// A sweep of a series with 2:4 layers (kernels/series.hpp), of J <= 4 groups of pixels: `kept` 8x8
/// blocks x taps of all block terms, `steps` of 16 input channels x taps of each of `layers`
/// layers. An entry of both rows (4 loads of weights, 2 of steps) takes max(2 J, ceil((2 J + 6) /
/// 2), s) cycles, and a step of L <= 2 layers (4 L sparse loads, J + 2 L shuffles) max(2 J L,
/// ceil((2 J + 4 L) / 2), J + 2 L, s), s = 2 between products of one accumulator; neither less than
/// the 2 J loads of pixels, which their bank gives one by one. Each loop of a sweep pays its first
/// load and last product, and the sweep 2 J stores.
[[nodiscard]] inline core_cycles series_sweep_cycles(const device& d, index_t groups, double kept,
                                                     index_t steps, index_t layers,
                                                     index_t channel_blocks, bool partial_sums,
                                                     bool loads_conflict) noexcept {
  const auto& core = d.core;
  const auto pairs = static_cast<double>(ceil_div(channel_blocks, 2));
  const double entries = kept / 2;  // of both rows of a pair, all pairs
  const auto chain = static_cast<double>(core.latency.mac_chain);
  const index_t loops = (kept > 0 ? 1 : 0) + ceil_div(layers, 2);
  const auto j = static_cast<double>(groups);
  core_cycles c;
  const auto add = [&](double times, double products, double loads, double shuffles) {
    const double cycles = std::max({products, std::ceil(loads / 2), 2 * j, shuffles, chain});
    c.multiply += times * products;
    c.load += times * (cycles - products);
  };
  add(entries, 2 * j, 2 * j + 6, 0);
  double sparse_loads = 0;
  for (index_t first = 0; first < layers; first += 2) {
    const auto at_once = static_cast<double>(std::min<index_t>(2, layers - first));
    add(static_cast<double>(steps) * pairs, 2 * j * at_once, 2 * j + 4 * at_once, j + 2 * at_once);
    sparse_loads += 4 * at_once * static_cast<double>(steps) * pairs;
  }
  if (loads_conflict) {
    c.conflict = static_cast<double>(d.memory.conflict_cycles) * (4 * entries + sparse_loads);
  }
  double edge = static_cast<double>(loops * (core.latency.vector_load + core.latency.mac)) + 2 * j;
  if (partial_sums) edge += 2 * 4 * 2 * j;
  c.overhead = edge * pairs;
  return c;
}

/// A tile of such a series, `pixels` groups.
[[nodiscard]] inline core_cycles series_cycles(const device& d, index_t pixels, double kept,
                                               index_t steps, index_t layers,
                                               index_t channel_blocks, bool partial_sums,
                                               bool loads_conflict) noexcept {
  return cycles_of_sweeps(d, pixels, series_sweep, [&](index_t groups) {
    return series_sweep_cycles(d, groups, kept, steps, layers, channel_blocks, partial_sums,
                               loads_conflict);
  });
}

/// Loads a multiply of such a tile, four groups at once: 14 of 8 multiplies in block terms, 12 of 8
/// in a lone layer and 16 of 16 in two.
[[nodiscard]] inline double series_loads(double density, index_t layers) noexcept {
  const double sparse = layers % 2 == 0 ? 1.0 : 1.5;
  const double work = 0.5 * static_cast<double>(layers);
  return (1.75 * density + sparse * work) / (density + work);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
