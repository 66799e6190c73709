// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/hardware/energy.hpp>

namespace lacuna::inline LACUNA_ABI::hardware {

/// Why a cycle passed.
enum class cycle_cause : std::uint8_t {
  compute,             ///< multipliers at work, idle lanes of a part-filled array included
  fill_and_drain,      ///< the array fills or empties
  imbalance,           ///< some units wait for the fullest
  on_chip_bandwidth,   ///< the on-chip memory can't keep up
  off_chip_bandwidth,  ///< DRAM can't keep up
  decomposition,       ///< terms are still being extracted
};
inline constexpr std::size_t cycle_causes = 6;

[[nodiscard]] constexpr std::string_view to_string(cycle_cause c) noexcept {
  constexpr std::array<std::string_view, cycle_causes> names{
      "compute",           "fill and drain",     "imbalance",
      "on-chip bandwidth", "off-chip bandwidth", "decomposition"};
  return names[static_cast<std::size_t>(c)];
}

/// The cycles of a layer or network by cause; the causes sum to `total`.
struct cycle_split {
  std::int64_t total{0};
  std::array<std::int64_t, cycle_causes> by_cause{};

  [[nodiscard]] std::int64_t& operator[](cycle_cause c) noexcept {
    return by_cause[static_cast<std::size_t>(c)];
  }
  [[nodiscard]] std::int64_t operator[](cycle_cause c) const noexcept {
    return by_cause[static_cast<std::size_t>(c)];
  }
};

/// Multiply-adds; expectations where a pattern is a density.
struct mac_counts {
  double dense{0};      ///< of the dense product
  double effectual{0};  ///< with both factors non-zero
  double executed{0};   ///< that the machine did
};

/// Bytes that one operand moved at one level of memory.
struct traffic {
  std::string level;
  char operand{'A'};  ///< A times B gives Z
  double read{0};
  double written{0};
  double metadata_read{0};
  double metadata_written{0};
  double compulsory{0};  ///< what any machine with this format moves at least, metadata included

  [[nodiscard]] double total() const noexcept {
    return read + written + metadata_read + metadata_written;
  }
};

/// The energy of one component, in pJ.
struct component_energy {
  std::string component;
  double pj{0};
};

/// How many cycles a resource would need alone: the largest bounds the layer.
struct resource_bound {
  std::string resource;
  double cycles{0};
};

/// What a model says of a layer or a network.
struct report {
  std::string device;
  std::string workload;
  cycle_split cycles;
  mac_counts macs;
  std::vector<traffic> memory;
  std::vector<component_energy> energy;
  std::string energy_source;
  double node_nm{0};
  std::vector<resource_bound> bounds;
  std::vector<std::string> notes;       ///< paths taken, padding added, fallbacks
  std::vector<std::string> provenance;  ///< where parameters and laws are from
  std::vector<std::string> unverified;  ///< parameters that rest on memory, not on a text

  [[nodiscard]] double energy_pj() const {
    double sum = 0;
    for (const component_energy& e : energy) sum += e.pj;
    return sum;
  }
  [[nodiscard]] double energy_uj() const { return energy_pj() * 1e-6; }
  /// Energy-delay product in J * cycle.
  [[nodiscard]] double edp() const {
    return energy_pj() * 1e-12 * static_cast<double>(cycles.total);
  }
  /// The resource that needs most cycles; nullptr where no bound was given.
  [[nodiscard]] const resource_bound* bound() const {
    const auto most = std::max_element(
        bounds.begin(), bounds.end(),
        [](const resource_bound& a, const resource_bound& b) { return a.cycles < b.cycles; });
    return most == bounds.end() ? nullptr : &*most;
  }
  /// Bytes over one level, all operands.
  [[nodiscard]] double bytes(std::string_view level) const {
    double sum = 0;
    for (const traffic& t : memory) sum += t.level == level ? t.total() : 0;
    return sum;
  }
};

/// What every report must satisfy, whichever model made it: causes sum to the total, no count is
/// negative or not finite, effectual <= executed, bytes >= compulsory, and no layer is faster than
/// its bound. @throws contract_violation that says which fails: a fault of the model, not of input.
inline void require_consistent(const report& r) {
  const auto fail = [&](const std::string& what) {
    throw contract_violation(message("report of ", r.device, " on ", r.workload, ": ", what));
  };
  std::int64_t sum = 0;
  for (const std::int64_t c : r.cycles.by_cause) {
    if (c < 0) fail(message("a cause has ", c, " cycles"));
    sum += c;
  }
  if (sum != r.cycles.total) fail(message("causes sum to ", sum, ", total is ", r.cycles.total));
  constexpr double rounding = 1e-9;
  if (!(r.macs.effectual <= r.macs.executed * (1 + rounding))) {
    fail(message(r.macs.effectual, " effectual, but ", r.macs.executed, " executed"));
  }
  for (const traffic& t : r.memory) {
    if (!(t.total() >= t.compulsory * (1 - rounding)) || !std::isfinite(t.total())) {
      fail(message(t.level, " moves ", t.total(), " bytes, compulsory are ", t.compulsory));
    }
  }
  for (const component_energy& e : r.energy) {
    if (!(e.pj >= 0) || !std::isfinite(e.pj)) fail(message(e.component, " takes ", e.pj, " pJ"));
  }
  if (const resource_bound* b = r.bound();
      b != nullptr && static_cast<double>(r.cycles.total) < b->cycles * (1 - rounding) - 1e-5) {
    fail(
        message("faster (", r.cycles.total, ") than bound by ", b->resource, " (", b->cycles, ")"));
  }
}

namespace detail {
inline void add_new(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& s : more) {
    if (std::find(all.begin(), all.end(), s) == all.end()) all.push_back(s);
  }
}
}  // namespace detail

/// Layers one after another, `times` times the second: counts add, bounds by resource add, notes
/// are kept once. @throws unsupported_error where the energies are of two nodes.
inline report& add(report& sum, const report& layer, std::int64_t times = 1) {
  if (sum.device.empty()) {
    sum.device = layer.device;
    sum.energy_source = layer.energy_source;
    sum.node_nm = layer.node_nm;
  }
  require_same_node(sum.node_nm, sum.device, layer.node_nm, layer.device);
  const auto t = static_cast<double>(times);
  sum.cycles.total += layer.cycles.total * times;
  for (std::size_t c = 0; c < cycle_causes; ++c) {
    sum.cycles.by_cause[c] += layer.cycles.by_cause[c] * times;
  }
  sum.macs.dense += layer.macs.dense * t;
  sum.macs.effectual += layer.macs.effectual * t;
  sum.macs.executed += layer.macs.executed * t;
  for (const traffic& m : layer.memory) {
    auto same = std::find_if(sum.memory.begin(), sum.memory.end(), [&](const traffic& s) {
      return s.level == m.level && s.operand == m.operand;
    });
    if (same == sum.memory.end()) same = sum.memory.insert(same, {m.level, m.operand});
    same->read += m.read * t;
    same->written += m.written * t;
    same->metadata_read += m.metadata_read * t;
    same->metadata_written += m.metadata_written * t;
    same->compulsory += m.compulsory * t;
  }
  for (const component_energy& e : layer.energy) {
    auto same = std::find_if(sum.energy.begin(), sum.energy.end(),
                             [&](const component_energy& s) { return s.component == e.component; });
    if (same == sum.energy.end()) same = sum.energy.insert(same, {e.component, 0});
    same->pj += e.pj * t;
  }
  for (const resource_bound& b : layer.bounds) {
    auto same = std::find_if(sum.bounds.begin(), sum.bounds.end(),
                             [&](const resource_bound& s) { return s.resource == b.resource; });
    if (same == sum.bounds.end()) same = sum.bounds.insert(same, {b.resource, 0});
    same->cycles += b.cycles * t;
  }
  detail::add_new(sum.notes, layer.notes);
  detail::add_new(sum.provenance, layer.provenance);
  detail::add_new(sum.unverified, layer.unverified);
  return sum;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware
