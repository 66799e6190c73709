// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <lacuna/core/extents.hpp>
#include <lacuna/network/buffer_plan.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Where in one block of memory the result of each node lies, by what is still to be read. One
/// block for results of all sizes is less memory than a buffer for each size, and memory that has
/// just been read is still in the caches when it is written again: what is written first costs
/// a convolution of 256 x 64 x 3136 as much time as its multiplications.
struct arena_plan {
  std::vector<index_t> offset_of;  ///< by node
  index_t size{0};
};

/// `reads(id)` are the nodes that node id reads, `size_of(id)` how much room its result takes, and
/// `overwrites(id)` which of reads(id) its result may lie over if nobody reads that later, where
/// there is one. First fit, in order of execution: O(nodes * results alive).
template <class Reads, class Overwrites, class SizeOf>
[[nodiscard]] arena_plan plan_arena(std::size_t nodes, Reads&& reads, Overwrites&& overwrites,
                                    SizeOf&& size_of) {
  const std::vector<std::size_t> last_reader = last_readers(nodes, reads);
  arena_plan plan{std::vector<index_t>(nodes), 0};
  std::vector<std::size_t> alive;  // nodes with room of their own, by offset
  for (std::size_t id = 0; id < nodes; ++id) {
    const index_t size = size_of(id);
    const std::optional<std::size_t> over = overwrites(id);
    const auto place = over ? std::find(alive.begin(), alive.end(), reads(id)[*over]) : alive.end();
    if (place != alive.end() && last_reader[*place] == id && size_of(*place) == size) {
      plan.offset_of[id] = plan.offset_of[*place];
      *place = id;
    } else if (size > 0) {
      index_t offset = 0;
      auto next = alive.begin();
      for (; next != alive.end() && plan.offset_of[*next] - offset < size; ++next) {
        offset = plan.offset_of[*next] + size_of(*next);
      }
      plan.offset_of[id] = offset;
      plan.size = std::max(plan.size, offset + size);
      alive.insert(next, id);
    }
    alive.erase(std::remove_if(alive.begin(), alive.end(),
                               [&](std::size_t held) { return last_reader[held] <= id; }),
                alive.end());
  }
  return plan;
}

}  // namespace lacuna::inline LACUNA_ABI::network
