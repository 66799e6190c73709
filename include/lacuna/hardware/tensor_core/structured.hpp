// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <lacuna/hardware/charge.hpp>
#include <lacuna/hardware/tensor_core/device.hpp>
#include <lacuna/hardware/tensor_core/residency.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::tensor_core {

/// What the array is to do: Z (m, n) = A (m, k) B (k, n) with A stored as the sum of `terms`, 1:1
/// being dense.
struct structured_work {
  gemm_extents extents;
  std::vector<n_m_pattern> terms{{1, 1}};
  double effectual_a{1};  ///< share of A's values that are not zero, at most what is stored
  double density_b{1};    ///< of the other operand
  bool extracted_at_run_time{
      false};  ///< A is an activation: its terms are made while it is written
};

namespace detail {

// One way to run the work: columns of the result that stay, and what the shared memory keeps.
inline report run_structured(const device& d, const structured_work& w, index_t n_tile,
                             const residency& keep) {
  const auto as_double = [](index_t x) { return static_cast<double>(x); };
  const gemm_extents& g = w.extents;
  const double m = as_double(g.m), n = as_double(g.n);
  const double row_tiles = as_double(ceil_div(g.m, d.tile_rows()));
  const double col_tiles = as_double(ceil_div(g.n, n_tile));
  const auto terms = as_double(static_cast<index_t>(w.terms.size()));

  // A per fetch of all of it, and the steps of the array
  double values = 0, metadata = 0, compulsory_a = 0, steps = 0, reductions = 0, executed = 0;
  index_t longest = 0;
  for (const n_m_pattern& t : w.terms) {
    const index_t span = reduction_span(d, t);
    const index_t padded = ceil_div(g.k, span) * span;
    const double kept = m * as_double(padded) * as_double(t.n) / as_double(t.m);
    const double bits = as_double(metadata_bits(d.code, t));
    values += kept;
    metadata += kept * bits / 8;
    compulsory_a += m * as_double(g.k) * as_double(t.n) / as_double(t.m) * (1 + bits / 8);
    steps += row_tiles * as_double(padded / span) * n;
    reductions += m * n * as_double(padded / span);
    executed += kept * n;
    longest = std::max(longest, padded);
  }
  const bool masked = d.compress_b && w.density_b < 1;
  const double b_all = as_double(longest) * n;
  const double b_values = masked ? std::ceil(b_all * w.density_b) : b_all;
  const double b_mask = masked ? b_all / 8 : 0;
  const double b_compulsory = as_double(g.k) * n * (masked ? w.density_b + 0.125 : 1);
  const double passes = d.order == dataflow::a_stationary ? terms : 1;  // over B

  report r;
  r.device = d.name;
  r.macs = {m * as_double(g.k) * n, m * as_double(g.k) * n * w.effectual_a * w.density_b, executed};
  const double a_dram = keep.a_fetches;
  r.memory = {
      {"LRF", 'A', executed, values * col_tiles, executed * metadata / values,
       metadata * col_tiles},
      {"RF", 'Z', reductions - m * n, reductions + m * n},
      {"SMEM", 'A', values * col_tiles, values * a_dram, metadata * col_tiles, metadata * a_dram},
      {"SMEM", 'B', b_values * row_tiles * passes, b_values * keep.b_fetches,
       b_mask * row_tiles * passes, b_mask * keep.b_fetches},
      {"DRAM", 'A', values * a_dram, 0, metadata * a_dram, 0, compulsory_a},
      {"DRAM", 'B', b_values * keep.b_fetches, 0, b_mask * keep.b_fetches, 0, b_compulsory},
      {"DRAM", 'Z', 0, m * n, 0, 0, m * n}};

  double smem_read = 0, smem_write = 0, dram_read = 0;
  for (const traffic& t : r.memory) {
    if (t.level == "SMEM") {
      smem_read += t.read + t.metadata_read;
      smem_write += t.written + t.metadata_written;
    } else if (t.level == "DRAM") {
      dram_read += t.read + t.metadata_read;
    }
  }
  double extraction = 0;
  if (w.extracted_at_run_time && d.extraction_units > 0) {
    index_t block = 1;
    for (const n_m_pattern& t : w.terms) block = std::max(block, t.n == t.m ? 1 : t.m);
    const index_t blocks = g.m * ceil_div(g.k, block);
    if (block > 1) extraction = as_double(ceil_div(blocks, d.extraction_units) * block);
  }
  const double smem = std::max(smem_read, smem_write) / d.smem_bytes_per_cycle;
  const double dram = std::max(dram_read, m * n) / d.dram_bytes_per_cycle;
  r.bounds = {{"multipliers", steps}, {"SMEM bandwidth", smem}, {"DRAM bandwidth", dram}};
  if (extraction > 0) r.bounds.push_back({"extraction units", extraction});
  overlap(r, {{cycle_cause::compute, steps},
              {cycle_cause::on_chip_bandwidth, smem},
              {cycle_cause::off_chip_bandwidth, dram},
              {cycle_cause::decomposition, extraction}});
  charge(r, d.energy);
  if (longest != g.k) {
    r.notes.push_back(message("reduction padded from ", g.k, " to ", longest));
  }
  if (passes > 1)
    r.notes.push_back(message("a pass over B for each of ", w.terms.size(), " terms"));
  if (keep.streamed) r.notes.emplace_back("the shared memory keeps nothing: operands pass through");
  return r;
}

// Fewer cycles first, then less energy, as the study's mapper chose.
inline bool better(const report& a, const report& b) {
  return a.cycles.total != b.cycles.total ? a.cycles.total < b.cycles.total
                                          : a.energy_pj() < b.energy_pj() * (1 - 1e-12);
}

}  // namespace detail

/// Dense, N:M and series-of-N:M work on a core whose lanes reduce. With S steps of 64 rows x 16
/// lanes (rows and lanes of `d`), tiles of T columns, w = n / m of each term, K' = k padded to
/// whole steps:
///   steps  = sum over terms of ceil(m / 64) (K' / span) n        span: reduction_span
///   SMEM   A = sum w m K' ceil(n / T), metadata bits / 8 of it;  B = K' n ceil(m / 64)
///   DRAM   A and B once, or again where the shared memory can't keep them; Z once
///   RF     m n K' / span additions a term, a read each but for the first
///   LRF    one value and its metadata a multiply-add
///   cycles = max(steps, SMEM bytes / 42, DRAM bytes / 32, extraction)
/// Tile and residency are chosen for fewest cycles, then least energy. B is read once for all terms
/// where it is stationary, else once a term. Extraction of terms at run time:
/// ceil(m k / block / units) block cycles.
[[nodiscard]] inline report run_structured(const device& d, const structured_work& w) {
  double row_bytes = 0;
  index_t longest = 0;
  for (const n_m_pattern& t : w.terms) {
    const index_t span = reduction_span(d, t);
    const index_t padded = ceil_div(w.extents.k, span) * span;
    row_bytes += static_cast<double>(padded) * static_cast<double>(t.n) / static_cast<double>(t.m);
    longest = std::max(longest, padded);
  }
  const auto column = static_cast<double>(longest);
  const double b_density = d.compress_b ? w.density_b : 1;
  std::optional<report> best;
  for (index_t n_tile = d.n_tile; n_tile >= std::min(d.lanes, d.n_tile); n_tile /= 2) {
    const index_t m_step = std::min(d.tile_rows(), w.extents.m);
    const index_t n_step = std::min(n_tile, w.extents.n);
    // a strip of B may be full whatever the mean, all of B holds the mean
    const strips a{w.extents.m, m_step, row_bytes * static_cast<double>(m_step),
                   row_bytes * static_cast<double>(w.extents.m)};
    const strips b{w.extents.n, n_step, column * static_cast<double>(n_step),
                   column * static_cast<double>(w.extents.n) * b_density};
    for (const residency& keep : residencies(a, b, d.smem_bytes)) {
      report r = detail::run_structured(d, w, n_tile, keep);
      if (!best || detail::better(r, *best)) best = std::move(r);
    }
  }
  return *std::move(best);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::tensor_core
