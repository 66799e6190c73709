// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include <lacuna/format/pattern.hpp>
#include <lacuna/hardware/energy.hpp>
#include <lacuna/hardware/operand.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::tensor_core {

/// Which operand waits in the array.
enum class dataflow : std::uint8_t {
  a_stationary,        ///< a tile of A waits in the local registers, B streams; a pass a term
  b_and_c_stationary,  ///< tiles of B and of the result wait, the terms of A stream (TASD)
  outer_product,       ///< both sides condensed, products of a column of A and a row of B (DSTC)
};

/// How the positions of kept values are stored.
enum class metadata_code : std::uint8_t {
  none,
  coordinate,  ///< CP: the position inside the block of m
  run_length,  ///< RLE: zeros since the last kept value
};

/// A tensor core of the Sparseloop case study (Wu et al., MICRO 2022, fig. 15) or one built on it.
/// The defaults are that study's machine: four sub-partitions of 256 int8 multipliers, arranged as
/// 16 rows of the result by 16 lanes of the reduction.
struct device {
  std::string name;
  dataflow order{dataflow::a_stationary};
  index_t subpartitions{4};
  index_t rows{16};     ///< rows of the result a sub-partition works on at once
  index_t lanes{16};    ///< kept values of a row reduced at once
  index_t n_tile{128};  ///< columns of the result that stay in the register file: 2048 B / 16 rows
  double smem_bytes{262144};
  double smem_bytes_per_cycle{
      42};  ///< enough for 2:4 at full rate: 1 B of B + 0.3125 B of A a lane
  double dram_bytes_per_cycle{32};  ///< LPDDR4, each direction
  std::vector<n_m_pattern> menu;    ///< what the array runs besides dense
  index_t max_terms{1};             ///< terms that share B and the result in one pass
  metadata_code code{metadata_code::none};
  bool compress_b{false};  ///< B is stored and moved as bitmask and non-zeros; no work is skipped
  index_t extraction_units{0};  ///< TASD units: each takes up to m cycles for a block of m values
  energy_table energy;
  std::vector<std::string> provenance;
  std::vector<std::string> unverified;

  [[nodiscard]] index_t tile_rows() const noexcept { return subpartitions * rows; }
  [[nodiscard]] index_t multipliers() const noexcept { return tile_rows() * lanes; }
};

/// The values of the reduction that one step covers: lanes / n blocks of m, or `lanes` where dense.
[[nodiscard]] constexpr index_t reduction_span(const device& d, const n_m_pattern& p) noexcept {
  return p.n == p.m ? d.lanes : d.lanes / p.n * p.m;
}

/// Bits of metadata a kept value: CP ceil(log2 m), RLE ceil(log2(m - n)) and at least 2 (a longer
/// run than fits is told by an explicit zero), both rounded up to a power of two as the study
/// stores them: CP 2, 4, 4 and RLE 2, 2, 4 for 2:4, 2:6, 2:8. Dense takes none.
[[nodiscard]] constexpr index_t metadata_bits(metadata_code code, const n_m_pattern& p) noexcept {
  if (code == metadata_code::none || p.n == p.m) return 0;
  const auto values =
      static_cast<std::uint64_t>(code == metadata_code::coordinate ? p.m : p.m - p.n);
  const auto bits = static_cast<std::uint64_t>(std::bit_width(values - 1));  // ceil(log2 values)
  return static_cast<index_t>(
      std::bit_ceil(std::max<std::uint64_t>(bits, code == metadata_code::run_length ? 2 : 1)));
}

/// Whether any operand that keeps `given` also keeps `wanted`, so that a machine for `wanted` runs
/// it: blocks of one must be unions of whole blocks of the other.
[[nodiscard]] constexpr bool covers(const n_m_pattern& wanted, const n_m_pattern& given) noexcept {
  if (wanted.m % given.m == 0) return wanted.n >= given.n * (wanted.m / given.m);
  return given.m % wanted.m == 0 && wanted.n >= std::min(given.n, wanted.m);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::tensor_core
