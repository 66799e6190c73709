// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <lacuna/hardware/charge.hpp>
#include <lacuna/hardware/dropped_share.hpp>
#include <lacuna/hardware/tensor_core/device.hpp>
#include <lacuna/hardware/tensor_core/residency.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::tensor_core {

/// A column of `tile` values, non-zero with probability `density`, condensed for `width`
/// multipliers: how many turns it takes, and how full they are.
struct condensed {
  double turns{0};        ///< E[ceil(X / width)], X ~ Binomial(tile, density)
  double utilisation{1};  ///< E[X / (width ceil(X / width))]
};
[[nodiscard]] inline condensed condense(index_t tile, double density, index_t width) {
  if (density == 1) {
    const auto turns = static_cast<double>(ceil_div(tile, width));
    return {turns, static_cast<double>(tile) / (turns * static_cast<double>(width))};
  }
  condensed c{0, 0};
  const std::vector<double> mass = binomial(tile, density);
  for (index_t x = 1; x <= tile; ++x) {
    const auto turns = static_cast<double>(ceil_div(x, width));
    const double p = mass[static_cast<std::size_t>(x)];
    c.turns += p * turns;
    c.utilisation += p * static_cast<double>(x) / (turns * static_cast<double>(width));
  }
  return c;
}

namespace detail {

// Bytes of bitmask of `positions` values in fibres of `fibre`: a bit a fibre, and a bit a value of
// each group of `width` that is not empty.
inline double bitmask_bytes(double positions, double fibre, double density, index_t width) {
  if (density == 1) return 0;
  return (positions / fibre + positions * (1 - std::pow(1 - density, static_cast<double>(width)))) /
         8;
}

inline report run_outer_product(const device& d, const gemm_extents& g, double da, double db,
                                index_t a_tile, const residency& keep) {
  const auto as_double = [](index_t x) { return static_cast<double>(x); };
  const index_t width = d.lanes;
  const index_t b_tile = d.n_tile * d.rows / a_tile;
  const double m = as_double(g.m), k = as_double(g.k), n = as_double(g.n);
  // sub-partitions share the tile two by two
  const double row_tiles = as_double(ceil_div(g.m, 2 * a_tile));
  const double col_tiles = as_double(ceil_div(g.n, 2 * b_tile));
  const condensed a = condense(a_tile, da, width);
  const condensed b = condense(b_tile, db, width);

  const double a_values = std::ceil(m * k * da);
  const double b_values = std::ceil(k * n * db);
  const double a_mask = bitmask_bytes(m * k, as_double(a_tile), da, width);
  const double b_mask = bitmask_bytes(k * n, as_double(b_tile), db, width);
  const double work = m * k * n * da * db;
  // the array runs whole tiles; those at the edge are as slow as full ones
  const double tiled =
      4 * row_tiles * as_double(a_tile) * col_tiles * as_double(b_tile) * k * da * db;
  const double steps = tiled / (as_double(d.multipliers()) * a.utilisation * b.utilisation);

  report r;
  r.device = d.name;
  r.macs = {m * k * n, work, work};
  const double a_smem = a_values * col_tiles, b_smem = b_values * row_tiles;
  const double a_lrf = 2 * a_smem, b_lrf = 2 * b_smem;  // each goes to two sub-partitions
  const double a_turns = as_double(ceil_div(a_tile, width)),
               b_turns = as_double(ceil_div(b_tile, width));
  const double a_smem_mask = a_mask * col_tiles, b_smem_mask = b_mask * row_tiles;
  // LRF metadata are per sub-partition in the study's count: half of what the SMEM sends
  const double a_bits = a_smem_mask / 2, b_bits = b_smem_mask / 2;
  r.memory = {
      {"LRF", 'A', a_lrf * b.turns, a_lrf, 4 * a_bits * b_turns, 4 * a_bits},
      {"LRF", 'B', b_lrf * a.turns, b_lrf, 4 * b_bits * a_turns, 4 * b_bits},
      {"RF", 'Z', work * (1 - 1 / k), work + m * n},
      {"SMEM", 'A', a_smem, a_values * keep.a_fetches, a_smem_mask, a_mask * keep.a_fetches},
      {"SMEM", 'B', b_smem, b_values * keep.b_fetches, b_smem_mask, b_mask * keep.b_fetches},
      {"DRAM", 'A', a_values * keep.a_fetches, 0, a_mask * keep.a_fetches, 0, a_values + a_mask},
      {"DRAM", 'B', b_values * keep.b_fetches, 0, b_mask * keep.b_fetches, 0, b_values + b_mask},
      {"DRAM", 'Z', 0, m * n, 0, 0, m * n}};
  const double smem_read = a_smem + b_smem + a_smem_mask + b_smem_mask;
  const double smem_write =
      (a_values + a_mask) * keep.a_fetches + (b_values + b_mask) * keep.b_fetches;
  const double smem = std::max(smem_read, smem_write) / d.smem_bytes_per_cycle;
  const double dram = std::max(smem_write, m * n) / d.dram_bytes_per_cycle;
  r.bounds = {{"multipliers", steps}, {"SMEM bandwidth", smem}, {"DRAM bandwidth", dram}};
  overlap(r, {{cycle_cause::compute, steps},
              {cycle_cause::on_chip_bandwidth, smem},
              {cycle_cause::off_chip_bandwidth, dram}});
  charge(r, d.energy);
  if (keep.streamed) r.notes.emplace_back("the shared memory keeps nothing: operands pass through");
  r.energy.push_back({"RF skipped", 2 * (m * k * n - work) * d.energy.at("RF").idle});
  return r;
}

}  // namespace detail

/// Condensed outer products (DSTC) of independent non-zeros. A sub-partition keeps 2048 results as
/// 64 x 32 or 32 x 64; per k, the non-zeros of a column of A and of a row of B meet in turns of
/// 16 x 16:
///   cycles = max(m k n dA dB / (1024 uA uB), SMEM bytes / 42, DRAM bytes / 32)
///   u      = E[X / (16 ceil(X / 16))], X ~ Binomial(tile, d)      how full the turns are
/// Values move condensed, with a bit a value of each group of 16 that holds any and a bit a column.
/// Shape and residency are chosen for fewest cycles, then least energy.
[[nodiscard]] inline report run_outer_product(const device& d, const gemm_extents& g, double da,
                                              double db) {
  std::optional<report> best;
  const index_t outputs = d.n_tile * d.rows;
  for (const index_t a_tile : std::array<index_t, 2>{64, 32}) {
    const index_t b_tile = outputs / a_tile;
    const auto part = [&](index_t extent, index_t tile, double density) {
      const index_t step = std::min(2 * tile, extent);
      // a strip may be full whatever the mean, all of the operand holds the mean
      return strips{extent, step, static_cast<double>(step * g.k),
                    static_cast<double>(extent * g.k) * density};
    };
    for (const residency& keep :
         residencies(part(g.m, a_tile, da), part(g.n, b_tile, db), d.smem_bytes)) {
      report r = detail::run_outer_product(d, g, da, db, a_tile, keep);
      if (!best || r.cycles.total < best->cycles.total ||
          (r.cycles.total == best->cycles.total && r.energy_pj() < best->energy_pj())) {
        best = std::move(r);
      }
    }
  }
  return *std::move(best);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::tensor_core
