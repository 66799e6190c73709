// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>

namespace lacuna::inline LACUNA_ABI::hardware {

/// What one access of a memory costs, in pJ. An access moves `bits` of values or `metadata_bits` of
/// metadata; both are the widths of the memory's port.
struct access_energy {
  std::string level;
  double read{0};
  double write{0};
  double bits{8};
  double metadata_read{0};
  double metadata_write{0};
  double metadata_bits{8};
  double idle{0};  ///< an access that was skipped or gated
};

/// Energies of one machine or technology. Never add energies of two nodes: `require_same_node`.
struct energy_table {
  std::string name;
  std::string source;
  double node_nm{45};
  double mac{0};       ///< one multiply-add, pJ
  double idle_mac{0};  ///< one that was gated or skipped, pJ
  std::vector<access_energy> levels;

  /// @throws unsupported_error naming the levels there are.
  [[nodiscard]] const access_energy& at(std::string_view level) const {
    const auto found = std::find_if(levels.begin(), levels.end(),
                                    [&](const access_energy& e) { return e.level == level; });
    if (found != levels.end()) return *found;
    std::string known;
    for (const access_energy& e : levels) known.append(known.empty() ? "" : ", ").append(e.level);
    throw unsupported_error(
        message("energy table ", name, " has no level '", level, "'; it has ", known));
  }
};

/// @throws unsupported_error unless both nodes agree: scaling between nodes is a model of its own.
inline void require_same_node(double a_nm, std::string_view a, double b_nm, std::string_view b) {
  if (a_nm == b_nm) return;
  throw unsupported_error(message("energies of two technology nodes do not add: ", a, " is ", a_nm,
                                  " nm, ", b, " is ", b_nm, " nm"));
}

namespace energy_tables {

namespace detail {
// LPDDR4: 512 pJ per 64 bits, 8 pJ/bit; metadata is not charged at DRAM in these runs.
inline access_energy lpddr4() { return {"DRAM", 512, 512, 64, 0, 0, 64, 0}; }
inline constexpr const char* accelergy_source =
    "Accelergy energy reference tables, 45 nm, of the MICRO'22 Sparseloop artifact "
    "(github Accelergy-Project/micro22-sparseloop-artifact, fig15_stc_related_setup/ert_art/int8)";
}  // namespace detail

/// The dense tensor core of the Sparseloop case study, int8.
[[nodiscard]] inline energy_table accelergy_dense() {
  return {"Accelergy 45 nm TC",
          detail::accelergy_source,
          45,
          0.44688,
          0,
          {{"LRF", 0.02435, 0.02435, 8, 0.02435, 0.02435, 8, 0},
           {"RF", 3.1647, 3.20183, 8, 0, 0, 8, 0.00081},
           {"SMEM", 536.05005, 599.806, 512, 0, 0, 64, 0.26703},
           detail::lpddr4()}};
}

/// The structured sparse tensor cores of the same study (STC and the flexible ones), int8: smaller
/// banks than the dense core's, a decoder in the MAC.
[[nodiscard]] inline energy_table accelergy_structured() {
  return {"Accelergy 45 nm STC",
          detail::accelergy_source,
          45,
          0.5608,
          0.01798,
          {{"LRF", 0.072, 0.072, 8, 0.072, 0.072, 8, 0.00296},
           {"RF", 1.65889, 1.67589, 8, 0, 0, 8, 0.00006},
           {"SMEM", 285.71464, 316.96744, 512, 25.8695, 19.6486, 64, 0.03325},
           detail::lpddr4()}};
}

/// The dual-side sparse core of the same study, int8. Its LRF moves 16 bits of values and 4 bits
/// of bitmask an access (read off the run outputs, where energy is half resp. a quarter of this
/// figure times the values resp. bits).
[[nodiscard]] inline energy_table accelergy_dual_side() {
  return {"Accelergy 45 nm DSTC",
          detail::accelergy_source,
          45,
          0.5608,
          0.01798,
          {{"LRF", 0.49218, 0.49218, 16, 0.18108, 0.18108, 4, 0.00737},
           {"RF", 1.65889, 1.67589, 8, 0.95642, 0.95642, 8, 0.00006},
           {"SMEM", 285.71464, 316.96744, 512, 25.8695, 19.6486, 64, 0.03325},
           detail::lpddr4()}};
}

/// Horowitz, "Computing's energy problem", ISSCC 2014, 45 nm at 0.9 V. The multiply-add is int8
/// with an int32 accumulator: 0.2 + 0.1 pJ.
[[nodiscard]] inline energy_table horowitz() {
  return {"Horowitz 45 nm",
          "M. Horowitz, ISSCC 2014",
          45,
          0.3,
          0,
          {{"SRAM 8 KB", 10, 10, 64, 10, 10, 64, 0},
           {"SRAM 32 KB", 20, 20, 64, 20, 20, 64, 0},
           {"SRAM 1 MB", 100, 100, 64, 100, 100, 64, 0},
           {"DRAM", 1300, 1300, 64, 1300, 1300, 64, 0}}};
}

}  // namespace energy_tables

}  // namespace lacuna::inline LACUNA_ABI::hardware
