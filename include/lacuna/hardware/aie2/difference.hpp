// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/hardware/aie2/network.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// How the published rule on our tile shapes becomes our mapping, in cycles: `published` plus all
/// changes is `mapped`.
struct rule_difference {
  double published{0};
  double over_count{0};  ///< multiply-adds counted exactly, schedule kept: at most 0
  double serial{0};      ///< DRAM and weights: one after another there; overlapped, with fill, here
  double rows{0};        ///< streams and multipliers: their tiles and links, our tiles and splits
  double left_out{0};  ///< kernel overhead, load units, bank conflicts, mask imbalance: at least 0
  double mapped{0};

  rule_difference& operator+=(const rule_difference& o) noexcept {
    published += o.published;
    over_count += o.over_count;
    serial += o.serial;
    rows += o.rows;
    left_out += o.left_out;
    mapped += o.mapped;
    return *this;
  }
};

/// Of one layer. @throws shape_error where its tiles are no schedule.
[[nodiscard]] inline rule_difference difference_of(const layer_columns& l) {
  const published_machine machine;
  const instruction_times exact = published_rule(l.tiles, machine, mac_estimator::exact);
  const double per_us = machine.cycles_per_us;
  const layer_estimate& e = l.mapped.cost;
  rule_difference d;
  d.published = l.published_cycles;
  d.mapped = e.cycles();
  d.over_count = exact.total * per_us - d.published;
  const double serial =
      (std::max(exact.load, exact.load_weights) + exact.send_weights + exact.write) * per_us;
  d.serial = e[layer_cause::fill] + e[layer_cause::dram] - serial;
  d.rows = e[layer_cause::multiply] + e[layer_cause::idle] + e[layer_cause::stream] -
           (exact.total * per_us - serial);
  d.left_out = e[layer_cause::overhead] + e[layer_cause::load] + e[layer_cause::conflict] +
               e[layer_cause::imbalance];
  return d;
}

/// Of a network: the sum over its layers.
[[nodiscard]] inline rule_difference difference_of(const network_estimate& n) {
  rule_difference sum;
  for (const layer_columns& l : n.layers) sum += difference_of(l);
  return sum;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
