// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <vector>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Indices 0 ... count - 1, cut into as many runs as there are workers: each takes those of its
/// own run in order, the same in every product, so that it meets what it left in its caches, and
/// then what is left of the others', so that all end together. A call that takes an index costs one
/// atomic addition, to a cache line of its run's own.
class shared_runs {
  // Two lines apart: processors fetch a line's neighbour with it.
  struct alignas(2 * cache_line) run {
    std::atomic<index_t> next;
    index_t end;
  };

 public:
  shared_runs(index_t count, index_t workers) : runs_(static_cast<std::size_t>(workers)) {
    for (index_t w = 0; w < workers; ++w) {
      run& r = runs_[static_cast<std::size_t>(w)];
      r.next.store(count * w / workers, std::memory_order_relaxed);
      r.end = count * (w + 1) / workers;
    }
  }

  /// One of the workers; may move from thread to thread, but not be called by two at once.
  class worker {
   public:
    worker(shared_runs& runs, index_t home) noexcept
        : runs_(runs.runs_), home_(static_cast<std::size_t>(home)) {}

    /// An index that nobody has taken, until there is none.
    [[nodiscard]] std::optional<index_t> take() noexcept {
      for (; passed_ < runs_.size(); ++passed_) {
        run& r = runs_[(home_ + passed_) % runs_.size()];
        if (const index_t i = r.next++; i < r.end) return i;
      }
      return std::nullopt;
    }
    /// Whether the last index was of another worker's run.
    [[nodiscard]] bool helps() const noexcept { return passed_ > 0; }

   private:
    std::span<run> runs_;  // not the vector, which lies where its owner goes on writing
    std::size_t home_;
    std::size_t passed_{0};  ///< runs with nothing left, from the worker's own on
  };

 private:
  std::vector<run> runs_;
};

}  // namespace lacuna::inline LACUNA_ABI
