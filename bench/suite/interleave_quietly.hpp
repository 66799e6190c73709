// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "support/interleave.hpp"

namespace bench {

/// Times of contenders, and how quiet the machine was meanwhile.
struct quiet_timings {
  std::vector<timing> times{};
  double spread{0};         ///< quartile over quartile, of the contender in the middle
  double multiply_adds{1};  ///< how many times as many threads did as one, nothing loaded
  double stores{1};         ///< the same of stores to 3 MB a thread, which are in the third level
};

/// The contenders' times, measured again while neighbours on the machine disturb them: those of the
/// quietest attempt, whoever they favour. Bursts of some seconds were seen to double the times of
/// some contenders, where quartiles of quiet shapes are 1 to 6 % apart.
///
/// With several threads an attempt waits for the machine, and is judged, by what threads that share
/// nothing gain beside the contenders. Virtual machines were seen to run two threads on one core
/// for seconds, each at half its speed; and for minutes to let two threads store 1.5 to 1.65 times
/// what one does, in quiet ones 1.9 to 1.97, one thread as fast as ever: 64x64x3136 at 1/8
/// gained 1.53 to 1.63 then, else 1.88.
[[nodiscard]] quiet_timings interleave_quietly(const std::vector<std::function<void()>>& contenders,
                                               double seconds, int threads);

}  // namespace bench
