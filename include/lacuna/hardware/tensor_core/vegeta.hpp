// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <lacuna/hardware/dropped_share.hpp>
#include <lacuna/hardware/operand.hpp>
#include <lacuna/hardware/tensor_core/residency.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::tensor_core {

/// A matrix engine of a CPU as VEGETA describes it (HPCA 2023, arXiv 2302.08687): 512 bf16
/// multipliers that take tile instructions of 16 x 16 results and 32 kept values of the reduction.
/// All parameters are recalled, hence `unverified`; the tiles 16 x 128 x 16 of 1:4 are published.
struct vegeta_engine {
  index_t alpha{16};        ///< columns that share a broadcast: 16 / alpha columns of units
  index_t beta{2};          ///< multipliers that share an adder tree: 32 / beta rows of units
  index_t result_tiles{4};  ///< tiles of the result in flight: half of eight tile registers
  index_t interval{16};     ///< cycles between instructions: 16 x 16 x 32 work on 512 multipliers

  [[nodiscard]] index_t rows() const noexcept { return 32 / beta; }
  [[nodiscard]] index_t columns() const noexcept { return 16 / alpha; }
  /// Fill, 16 rows of A, drain of one instruction: 2 R + C + 16 - 2 + log2 beta.
  [[nodiscard]] double latency() const noexcept {
    return static_cast<double>(2 * rows() + columns() + 16 - 2) +
           std::log2(static_cast<double>(beta));
  }
};

/// VEGETA-S-16-2, the sparse engine.
[[nodiscard]] constexpr vegeta_engine vegeta_s_16_2() noexcept { return {}; }
/// The dense engine it is compared with: one multiplier a unit, 32 x 16 of them.
[[nodiscard]] constexpr vegeta_engine dense_engine() noexcept { return {1, 1, 4, 16}; }

/// Tile instructions of a product whose A keeps n of every 4: an instruction covers 32 * 4 / n of
/// the reduction. @throws shape_error unless n is 1, 2 or 4 and the extents are positive.
[[nodiscard]] inline std::int64_t tile_instructions(const gemm_extents& g, index_t n) {
  require_valid(g);
  if (n != 1 && n != 2 && n != 4)
    throw shape_error(message("VEGETA keeps 1, 2 or 4 of 4, not ", n));
  return ceil_div(g.m, 16) * ceil_div(g.n, 16) * ceil_div(g.k, 128 / n);
}

/// The expected n of the smallest of 1:4, 2:4, 4:4 that covers a row of `blocks` blocks of four
/// independent values: sum over n of n P(the fullest block needs n). VEGETA's row-wise instruction
/// works on rows of 64 values (recalled), 16 blocks.
[[nodiscard]] inline double expected_row_cover(double density, index_t blocks = 16) {
  const std::vector<double> mass = binomial(4, density);
  const auto all_within = [&](double p) { return std::pow(p, static_cast<double>(blocks)); };
  const double one = all_within(mass[0] + mass[1]);
  const double two = all_within(mass[0] + mass[1] + mass[2]);
  return one + 2 * (two - one) + 4 * (1 - two);
}

/// Cycles of a product: instructions follow each other every `interval` cycles, and each group of
/// result tiles in flight shows the latency of its last instruction once. `cover` is the n of 4
/// that the reduction costs; it may be an expectation.
[[nodiscard]] inline double vegeta_cycles(const vegeta_engine& e, const gemm_extents& g,
                                          double cover) {
  require_valid(g);
  const auto tiles = static_cast<double>(ceil_div(g.m, 16) * ceil_div(g.n, 16));
  const double depth = static_cast<double>(ceil_div(g.k, 32)) * cover / 4;
  const double steps = std::max(1.0, cover == std::floor(cover) ? std::ceil(depth) : depth);
  return tiles * (steps * static_cast<double>(e.interval) +
                  e.latency() / static_cast<double>(e.result_tiles));
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::tensor_core
