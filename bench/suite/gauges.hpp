// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "support/interleave.hpp"

namespace bench {

/// How quiet the machine was while contenders ran, by work of its own that runs in turn with them.
struct quietness {
  double multiply_adds{1};  ///< how many times as many threads did as one, nothing loaded
  double stores{1};         ///< the same of stores to 3 MB a thread, which are in the third level
  double round_trip{0};     ///< seconds that a cache line takes to another thread and back
  double instructions{1};   ///< of one thread, against the best that it was seen to do
};

/// Tells whether neighbours on the machine disturb what runs.
class gauge {
 public:
  virtual ~gauge() = default;
  /// What runs in turn with the contenders.
  [[nodiscard]] virtual std::vector<std::function<void()>> runs() = 0;
  /// What the times of runs() say.
  [[nodiscard]] virtual quietness judge(const timing* times) = 0;
  /// 1 where that is quiet enough, less where it is less.
  [[nodiscard]] virtual double rate(const quietness& q) const = 0;
  /// Seconds of untimed calls before timed ones.
  [[nodiscard]] virtual double warming() const = 0;
};

/// For one thread: instructions that do nothing. A neighbour on the other half of a core leaves 40
/// to 65 % of them (Emerald Rapids, for seconds to minutes), and of multiply-adds alone 93 %: dense
/// libraries lose less to it than kernels with more instructions a multiply-add. A millisecond of
/// calls goes before timed ones: after a single one X of 3 MB, which others had driven out of the
/// third level, was still read from memory by one contender or another, which then had half its
/// speed for all of a run (Zen 5, 64x256x3136 in 1:8: 107 to 205 us by run, with a millisecond 109
/// to 115).
///
/// For several: what threads gain that share nothing. Virtual machines were seen to run two threads
/// on one core for seconds, each at half its speed; and for minutes to let two threads store 1.5 to
/// 1.65 times what one does, in quiet ones 1.9 to 1.97, one thread as fast as ever: 64x64x3136 at
/// 1/8 gained 1.53 to 1.63 then, else 1.88. Threads of OpenMP spin for some 5 ms after a parallel
/// region, on processors that the next contender's threads need, and processors that were idle take
/// as long to run at their rate: 8 ms of calls go before timed ones. A program that starts beside
/// them five times a second is not seen here, and takes products of 11 us to 1.26 to 1.76 times one
/// thread for 1.92 to 2.08 (64x64x3136 at 1/8, Zen 5): leave the machine alone meanwhile.
///
/// And how far apart these threads are: virtual machines were seen to move a processor to where it
/// has no third level in common with the other, for seconds to minutes. On Zen 5 a line then takes
/// 510 ns there and back for 95, and products of 13 to 30 us have 1.45 to 1.75 times one thread for
/// 1.82 to 1.99. Quiet is what is near, as measured against the least that the process has seen.
[[nodiscard]] std::unique_ptr<gauge> make_gauge(int threads);

}  // namespace bench
