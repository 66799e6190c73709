// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <vector>

#include "report/measurements.hpp"

namespace bench {

// Markdown tables of docs/results.md. Runs of one type and thread count each.

/// The goals: geometric mean, worst shape, bar, physical limit.
void write_goals(std::ostream& out, const std::vector<run>& runs);
/// A series in one pass over its terms one after the other.
void write_series(std::ostream& out, const run& f32);
/// Two threads over one in the same run, kernel by kernel.
void write_threads(std::ostream& out, const run& two);
/// Lacuna over each sparse library on the library's own patterns.
void write_peers(std::ostream& out, const run& f32);
/// Shape by shape: the fastest dense library, its share of the peak, and speed-ups over it.
void write_shapes(std::ostream& out, const run& r);
/// Each network's layers in sum, as often as they occur.
void write_networks(std::ostream& out, const run& f32);

/// Lacuna's speed-up over a sparse library on the same weights, one number a shape and sparsity.
struct peer_ratios {
  std::string name;  ///< "MKL 2026.2 CSR, unstructured"
  double bar{0};
  std::vector<double> ratios;
  std::vector<double> limits;  ///< the ratios that the fp32 peak would give; of products only
  std::string worst;
};
[[nodiscard]] std::vector<peer_ratios> against_peers(const run& f32);

/// Speed-ups over `goal`'s dense baseline at one fraction, one number a shape that has both.
struct speed_ups {
  std::vector<double> values;
  double worst{0};
  std::string worst_shape;
};
[[nodiscard]] speed_ups over_dense(const run& r, const std::string& pattern, double keep,
                                   bool (*counts)(const point&), const std::string& against);

}  // namespace bench
