// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "suite/gauges.hpp"
#include "support/interleave.hpp"

namespace bench {

/// Times of contenders, and how quiet the machine was meanwhile.
struct quiet_timings {
  std::vector<timing> times{};
  double spread{0};  ///< quartile over quartile, of the contender in the middle
  quietness machine{};
};

/// The contenders' times, measured again while neighbours on the machine disturb them: those of the
/// quietest attempt, whoever they favour. An attempt waits for the machine, up to `patience`
/// seconds, and is judged, by a `gauge`. Bursts of some seconds were seen to double the times of
/// some contenders, where quartiles of quiet shapes are 1 to 6 % apart.
[[nodiscard]] quiet_timings interleave_quietly(const std::vector<std::function<void()>>& contenders,
                                               double seconds, double patience, int threads);

/// Until neighbours leave one thread its core, for at most `patience` seconds.
void wait_for_quiet(double patience);

}  // namespace bench
