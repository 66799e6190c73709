// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>

#include <lacuna/hardware/report.hpp>

namespace lacuna::inline LACUNA_ABI::hardware {

namespace detail {
/// A number and its unit in a column of its own: "%14.1f" as text.
inline std::string column(double value, const char* form = "%14.1f") {
  char text[48];
  std::snprintf(text, sizeof text, form, value);
  return text;
}
inline void list(std::ostream& out, std::string_view title, const std::vector<std::string>& all) {
  for (const std::string& s : all) out << "  " << title << ": " << s << "\n";
}
}  // namespace detail

/// A table for people: cycles by cause, multiply-adds, bytes, energy, bounds, and what it rests on.
inline std::ostream& operator<<(std::ostream& out, const report& r) {
  const auto total = static_cast<double>(r.cycles.total);
  out << r.workload << " on " << r.device << ": " << r.cycles.total << " cycles, "
      << detail::column(r.energy_uj(), "%.3f") << " uJ, EDP " << detail::column(r.edp(), "%.4g")
      << " J*cycle";
  if (const resource_bound* b = r.bound()) out << ", bound by " << b->resource;
  out << "\n  cycles\n";
  for (std::size_t c = 0; c < cycle_causes; ++c) {
    if (r.cycles.by_cause[c] == 0) continue;
    const auto count = static_cast<double>(r.cycles.by_cause[c]);
    out << detail::column(count, "%16.0f") << "  " << detail::column(100 * count / total, "%5.1f")
        << " %  " << to_string(static_cast<cycle_cause>(c)) << "\n";
  }
  out << "  multiply-adds: dense " << detail::column(r.macs.dense, "%.0f") << ", effectual "
      << detail::column(r.macs.effectual, "%.0f") << ", executed "
      << detail::column(r.macs.executed, "%.0f")
      << "\n  bytes (read, written, metadata, compulsory)\n";
  for (const traffic& t : r.memory) {
    out << detail::column(t.read) << " " << detail::column(t.written) << " "
        << detail::column(t.metadata_read + t.metadata_written) << " "
        << detail::column(t.compulsory) << "  " << t.level << " " << t.operand << "\n";
  }
  out << "  energy, uJ (" << r.energy_source << ")\n";
  for (const component_energy& e : r.energy) {
    out << detail::column(e.pj * 1e-6, "%14.4f") << "  " << e.component << "\n";
  }
  out << "  cycles that each resource needs alone\n";
  for (const resource_bound& b : r.bounds) {
    out << detail::column(b.cycles, "%16.1f") << "  " << b.resource << "\n";
  }
  detail::list(out, "note", r.notes);
  detail::list(out, "source", r.provenance);
  detail::list(out, "unverified", r.unverified);
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware
