// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/train/prune.hpp>
#include <lacuna/train/trainer.hpp>

namespace lacuna::inline LACUNA_ABI::train {

/// When, and how far, gradual pruning has come.
///
/// Each update drops a fixed share of what is still to be dropped, so the first ones, which find
/// the least important blocks, take most (incremental variant of Weight Block Sparsity, arXiv
/// 2407.09453: a share of 20 % an epoch, up to 13 times). The updates end well before training, at
/// 40 % of it, for the rest to settle under a fixed mask (Narang et al., arXiv 1711.02782). The
/// last update drops whatever is left.
struct gradual_schedule {
  double begin = 0.0;  ///< progress of training at the first update
  double end = 0.4;    ///< at the last
  index_t updates = 13;
  double share = 0.2;  ///< of what is still to be dropped

  /// Updates that are due at a progress of training in 0 ... 1.
  [[nodiscard]] index_t due(double progress) const noexcept {
    if (progress < begin) return 0;
    if (progress >= end || updates < 2) return updates;
    const double between = (end - begin) / static_cast<double>(updates - 1);
    return std::min(updates, 1 + static_cast<index_t>((progress - begin) / between));
  }
  /// What is kept after `update` updates on the way to `target`.
  [[nodiscard]] keep after(index_t update, keep target) const noexcept {
    if (update >= updates) return target;
    const double left = std::pow(1.0 - share, static_cast<double>(update));
    return {1.0 - (1.0 - target.fraction) * (1.0 - left)};
  }
};

/// Trains while pruning to blocks (or unstructured) step by step: dropped blocks never come back.
/// The result obeys the pattern at `target`. Returns the masks it ended under.
/// @throws unsupported_error for patterns without a fraction (N:M, dense), shape_error when begin
/// and end are not in order in 0 ... 1 or the share not in 0 ... 1, or as trainer::fit.
template <class T, executor Executor, class OnStep>
masks fit_gradually(trainer<T, Executor>& t, network::graph<T>& g, const labelled_images<T>& data,
                    const pattern& p, keep target, const gradual_schedule& s, OnStep&& on_step) {
  if (!std::holds_alternative<block_pattern>(p) &&
      !std::holds_alternative<unstructured_pattern>(p)) {
    throw unsupported_error(
        "gradual pruning takes blocks or unstructured, whose fraction can "
        "rise by steps, got " +
        to_string(p));
  }
  if (!(0 <= s.begin && s.begin <= s.end && s.end <= 1 && 0 < s.share && s.share < 1)) {
    throw shape_error("gradual pruning from " + std::to_string(s.begin) + " to " +
                      std::to_string(s.end) + " of training by shares of " +
                      std::to_string(s.share) +
                      ": expected 0 <= begin <= end <= 1 and 0 < share < 1");
  }
  const auto nodes = prunable(g, p);
  index_t done = 0;
  masks now;
  const auto update = [&](double progress) {
    const index_t due = s.due(progress);
    if (due == done) return;
    done = due;
    // Zeroed blocks score lowest, so they are dropped again before any other.
    now = prune(g, p, s.after(done, target), nodes);
    t.set_masks(now);
  };
  update(0.0);
  t.fit(data, [&](const progress& at) {
    update(static_cast<double>(at.step) / static_cast<double>(at.steps));
    on_step(at);
  });
  update(1.0);
  return now;
}

}  // namespace lacuna::inline LACUNA_ABI::train
