// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "report/measurements.hpp"

namespace bench {

/// A format at the fractions that were measured, in the order of falling kept values: pattern and
/// keep.
struct kept_steps {
  std::string format;
  std::vector<std::pair<std::string, double>> steps;
};

/// Where a format begins to beat dense on one shape.
struct crossover {
  enum class kind {
    absent,  ///< not measured there
    never,   ///< slower than dense at all that was measured
    below,   ///< faster at the least sparsity that was measured: it begins at `sparsity` or below
    between  ///< between two measured ones, at `sparsity`
  };
  kind what{kind::absent};
  double sparsity{0};  ///< share of zeros; of `never` the most that was measured
};

/// The lowest sparsity from which on `format` stays faster than dense on `p`: between two measured
/// fractions where the logarithm of time, straight over the logarithm of the kept share, meets that
/// of the fastest dense library. A product bound by its multiply-adds is straight there.
[[nodiscard]] crossover find_crossover(const point& p, const kept_steps& format);

/// The lowest sparsity at which each format beats dense: shape by shape, with the median on top.
void write_crossovers(std::ostream& out, const run& f32);

/// How many of the shapes each format has begun to win, by sparsity.
void write_crossover_plot(const std::string& path, const run& f32);

}  // namespace bench
