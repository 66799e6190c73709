// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include <lacuna/hardware/aie2/core/simulate_core.hpp>
#include <lacuna/hardware/aie2/movement/simulate_flow.hpp>
#include <lacuna/hardware/report.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

namespace detail {
inline report empty_report(const device& d, std::string workload) {
  report r;
  r.device = d.name;
  r.workload = std::move(workload);
  r.provenance = d.provenance;
  r.unverified = d.unverified;
  return r;
}
}  // namespace detail

/// A kernel's run as a report. Compute: bundles with a vector operation; on-chip bandwidth: bundles
/// of loops without one, which wait for load or store slots, and MEMORY_STALL, the datapath waiting
/// for a bank; fill and drain: bundles outside of loops without a vector operation.
[[nodiscard]] inline report to_report(const core_run& run, const device& d, std::string workload) {
  report r = detail::empty_report(d, std::move(workload));
  r.cycles.total = run.cycles();
  r.cycles[cycle_cause::compute] = run.vector_bundles;
  r.cycles[cycle_cause::on_chip_bandwidth] = run.loop_gaps + run.bank_stalls;
  r.cycles[cycle_cause::fill_and_drain] = run.bundles - run.vector_bundles - run.loop_gaps;
  r.macs.executed = r.macs.dense = r.macs.effectual = static_cast<double>(run.macs);
  r.bounds = {{"vector unit", static_cast<double>(run.vector_bundles)},
              {"load units", static_cast<double>(run.loads) / 2},
              {"store unit", static_cast<double>(run.stores)}};
  r.notes.push_back(message("MEMORY_STALL ", run.bank_stalls, " cycles"));
  for (std::size_t b = 0; b < run.conflicts.size(); ++b) {
    if (run.conflicts[b] > 0)
      r.notes.push_back(message("CONFLICT_DM_BANK_", b, " ", run.conflicts[b]));
  }
  return r;
}

/// A flow's run as a report: the mean core's time by cause. Waiting for inputs counts as off-chip
/// bandwidth where DRAM's bound exceeds the streams', else as on-chip.
[[nodiscard]] inline report to_report(const flow_run& run, const device& d, std::string workload,
                                      double macs) {
  report r = detail::empty_report(d, std::move(workload));
  const double cores = std::max<double>(1, static_cast<double>(run.cores.size()));
  double compute = 0, edges = 0, waits = 0, most_compute = 0;
  for (const core_time& c : run.cores) {
    compute += c.compute / cores;
    edges += (c.first_wait + c.finished) / cores;
    waits += (c.input_wait + c.output_wait) / cores;
    most_compute = std::max(most_compute, c.compute);
  }
  double stream = 0;
  for (const transfer_time& t : run.transfers) {
    stream = std::max(stream, static_cast<double>(stream_cycles(t.bytes, d.transport)));
  }
  const double dram = run.dram_bytes / (d.transport.dram_bytes_per_s / d.clock_hz);
  r.cycles.total = static_cast<std::int64_t>(std::ceil(run.cycles - 1e-6));
  r.cycles[cycle_cause::compute] = static_cast<std::int64_t>(compute);
  r.cycles[cycle_cause::imbalance] = static_cast<std::int64_t>(most_compute - compute);
  r.cycles[cycle_cause::fill_and_drain] =
      std::max<std::int64_t>(0, static_cast<std::int64_t>(edges - (most_compute - compute)));
  const cycle_cause wait =
      dram > stream ? cycle_cause::off_chip_bandwidth : cycle_cause::on_chip_bandwidth;
  std::int64_t rest = r.cycles.total;
  for (const std::int64_t c : r.cycles.by_cause) rest -= c;
  r.cycles[wait] = std::max<std::int64_t>(0, rest);
  if (rest < 0) r.cycles[cycle_cause::fill_and_drain] += rest;
  r.macs.executed = r.macs.dense = r.macs.effectual = macs;
  r.bounds = {{"fullest core", most_compute}, {"busiest stream", stream}, {"DRAM bandwidth", dram}};
  r.notes.push_back(
      message("LOCK_STALL ", static_cast<std::int64_t>(waits), " cycles of the mean core"));
  return r;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
