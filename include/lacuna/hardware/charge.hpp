// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string>

#include <lacuna/hardware/report.hpp>

namespace lacuna::inline LACUNA_ABI::hardware {

/// What the accesses of one operand at one level cost, in pJ: accesses are bytes over the width of
/// the port, not rounded up, as Sparseloop counts them.
[[nodiscard]] inline double access_pj(const energy_table& table, const traffic& t) {
  const access_energy& e = table.at(t.level);
  return 8 * ((t.read * e.read + t.written * e.write) / e.bits +
              (t.metadata_read * e.metadata_read + t.metadata_written * e.metadata_write) /
                  e.metadata_bits);
}

/// Fills the energies of a report from its multiply-adds and its memory traffic, one component a
/// level; `idle_macs` are multipliers that were gated while the array worked.
inline void charge(report& r, const energy_table& table, double idle_macs = 0) {
  r.energy_source = table.name + ": " + table.source;
  r.node_nm = table.node_nm;
  r.energy = {{"MAC", r.macs.executed * table.mac + idle_macs * table.idle_mac}};
  for (const traffic& t : r.memory) {
    auto same = std::find_if(r.energy.begin(), r.energy.end(),
                             [&](const component_energy& e) { return e.component == t.level; });
    if (same == r.energy.end()) same = r.energy.insert(same, {t.level, 0});
    same->pj += access_pj(table, t);
  }
}

/// The cycles of a layer whose resources all work at once, so that the slowest decides: causes
/// take, in the order given, what each needs beyond those before it. Cycles are rounded up; 1e-6 of
/// a cycle forgives the rounding of doubles.
inline void overlap(report& r, std::initializer_list<std::pair<cycle_cause, double>> needs) {
  r.cycles = {};
  for (const auto& [cause, cycles] : needs) {
    const auto whole = static_cast<std::int64_t>(std::ceil(cycles - 1e-6));
    const std::int64_t more = std::max<std::int64_t>(0, whole - r.cycles.total);
    r.cycles[cause] += more;
    r.cycles.total += more;
  }
}

}  // namespace lacuna::inline LACUNA_ABI::hardware
