// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <lacuna/hardware/tensor_core/device.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::tensor_core {

namespace detail {
inline const std::vector<std::string>& case_study() {
  static const std::vector<std::string> text{
      "machine, bandwidths and access counts: Wu et al., Sparseloop, MICRO 2022, fig. 15 case "
      "study, "
      "artifact github Accelergy-Project/micro22-sparseloop-artifact"};
  return text;
}
inline device on_case_study(std::string name, energy_table energy) {
  device d;
  d.name = std::move(name);
  d.energy = std::move(energy);
  d.provenance = case_study();
  return d;
}
inline device tasd(std::string name, std::vector<n_m_pattern> menu, index_t terms) {
  device d = on_case_study(std::move(name), energy_tables::accelergy_structured());
  d.order = dataflow::b_and_c_stationary;
  d.menu = std::move(menu);
  d.max_terms = terms;
  d.code = metadata_code::coordinate;
  d.extraction_units = 16;  // hide the extraction on TTC-VEGETA-M8 (TASD, arXiv 2403.07953)
  d.provenance.emplace_back("dataflow and extraction units: TASD, arXiv 2403.07953");
  d.unverified = {"the TASD cores' menus of patterns, recalled",
                  "the TASD cores on the case study's array and memories; the paper's own array "
                  "size and bandwidths could not be read",
                  "extraction units take no energy here"};
  return d;
}
}  // namespace detail

/// Dense tensor core (TC).
[[nodiscard]] inline device dense_tensor_core() {
  return detail::on_case_study("TC", energy_tables::accelergy_dense());
}

/// 2:4 sparse tensor core (STC), as NVIDIA's Ampere has it.
[[nodiscard]] inline device sparse_tensor_core() {
  device d = detail::on_case_study("STC", energy_tables::accelergy_structured());
  d.menu = {{2, 4}};
  d.code = metadata_code::coordinate;
  return d;
}

/// Flexible N:M core of the study (STC_flexible): 2:4, 2:6 and 2:8, weights stationary.
[[nodiscard]] inline device flexible_tensor_core(metadata_code code = metadata_code::coordinate) {
  device d = sparse_tensor_core();
  d.name = code == metadata_code::run_length ? "STC_flexible-RLE" : "STC_flexible";
  d.menu = {{2, 4}, {2, 6}, {2, 8}};
  d.code = code;
  return d;
}

/// The flexible core with compressed B (STC_flexible_dualCompress-RLE): fewer bytes, same work.
[[nodiscard]] inline device dual_compress_tensor_core() {
  device d = flexible_tensor_core(metadata_code::run_length);
  d.name = "STC_flexible_dualCompress-RLE";
  d.compress_b = true;
  return d;
}

/// Flexible N:M core with VEGETA's patterns N = 1, 2, 4, ... < m of one m (HPCA 2023) on the
/// study's array. @throws shape_error unless m is a power of two from 2 to the number of lanes.
[[nodiscard]] inline device vegeta_tensor_core(index_t m) {
  device d = sparse_tensor_core();
  if (m < 2 || m > d.lanes || !std::has_single_bit(static_cast<std::uint64_t>(m))) {
    throw shape_error(message("VEGETA core: expected a block of 2, 4, 8 or 16 values, got ", m));
  }
  d.name = message("VEGETA-M", m);
  d.menu.clear();
  for (index_t n = 1; n < m; n *= 2) d.menu.push_back({n, m});
  d.provenance.emplace_back("patterns: VEGETA, HPCA 2023, arXiv 2302.08687");
  return d;
}

/// Dual-side sparse core (DSTC): both operands condensed by bitmask. Its 16 x 16 multipliers a
/// sub-partition work on products of 16 non-zeros of a column of A and 16 of a row of B.
[[nodiscard]] inline device dual_side_tensor_core() {
  device d = detail::on_case_study("DSTC", energy_tables::accelergy_dual_side());
  d.order = dataflow::outer_product;
  d.compress_b = true;
  return d;
}

/// TASD tensor core on a 2:4 core: one term.
[[nodiscard]] inline device ttc_stc_m4() { return detail::tasd("TTC-STC-M4", {{2, 4}}, 1); }
/// On a core for 4:8: one term.
[[nodiscard]] inline device ttc_stc_m8() { return detail::tasd("TTC-STC-M8", {{4, 8}}, 1); }
/// On a VEGETA core with blocks of 4: sums of at most two of 1:4, 2:4 and dense.
[[nodiscard]] inline device ttc_vegeta_m4() {
  return detail::tasd("TTC-VEGETA-M4", {{1, 4}, {2, 4}}, 2);
}
/// On a VEGETA core with blocks of 8: sums of at most two of 1:8, 2:8, 4:8 and dense, that is
/// 1:8 .. 6:8 and 8:8.
[[nodiscard]] inline device ttc_vegeta_m8() {
  return detail::tasd("TTC-VEGETA-M8", {{1, 8}, {2, 8}, {4, 8}}, 2);
}

/// Every device here.
[[nodiscard]] inline std::vector<device> all_devices() {
  return {dense_tensor_core(),
          sparse_tensor_core(),
          flexible_tensor_core(),
          flexible_tensor_core(metadata_code::run_length),
          dual_compress_tensor_core(),
          vegeta_tensor_core(4),
          vegeta_tensor_core(8),
          dual_side_tensor_core(),
          ttc_stc_m4(),
          ttc_stc_m8(),
          ttc_vegeta_m4(),
          ttc_vegeta_m8()};
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::tensor_core
