// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <lacuna/core/extents.hpp>
#include <lacuna/network/buffer_plan.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Where in one block of memory the result of each node lies, by what is still to be read. One
/// block for results of all sizes is less memory than buffers by size, and what has just been read
/// is still in the caches when it is written again.
struct arena_plan {
  std::vector<index_t> offset_of;  ///< by node
  index_t size{0};
};

/// `reads(id)` are the nodes that node id reads, `size_of(id)` how much room its result takes, and
/// `overwrites(id)` which of reads(id) its result may lie over if nobody reads that later, where
/// there is one. The largest result is placed first, each where it fits lowest: large results then
/// follow one another in the same memory, with the small ones beside them (Pisarchyk and Lee,
/// "Efficient memory management for deep neural net inference", 2020, greedy by size). O(nodes^2).
template <class Reads, class Overwrites, class SizeOf>
[[nodiscard]] arena_plan plan_arena(std::size_t nodes, Reads&& reads, Overwrites&& overwrites,
                                    SizeOf&& size_of) {
  /// Results that lie over one another.
  struct place {
    index_t size;
    std::size_t first;  ///< node that writes
    std::size_t last;   ///< node that reads
    index_t offset;
    [[nodiscard]] bool meets(const place& o) const { return first <= o.last && o.first <= last; }
  };
  const std::vector<std::size_t> last_reader = last_readers(nodes, reads);
  std::vector<place> places;
  std::vector<std::size_t> place_of(nodes);
  for (std::size_t id = 0; id < nodes; ++id) {
    const std::optional<std::size_t> over = overwrites(id);
    const std::size_t below = over ? reads(id)[*over] : id;
    if (over && last_reader[below] == id && size_of(below) == size_of(id)) {
      place_of[id] = place_of[below];
      places[place_of[id]].last = last_reader[id];
    } else {
      place_of[id] = places.size();
      places.push_back({size_of(id), id, last_reader[id], 0});
    }
  }

  arena_plan plan{std::vector<index_t>(nodes), 0};
  std::vector<std::size_t> by_size(places.size());
  std::iota(by_size.begin(), by_size.end(), std::size_t{0});
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](std::size_t a, std::size_t b) { return places[a].size > places[b].size; });
  std::vector<std::size_t> placed;  // by offset
  for (const std::size_t p : by_size) {
    place& here = places[p];
    for (const std::size_t other : placed) {
      const place& there = places[other];
      if (!here.meets(there)) continue;
      if (here.offset + here.size <= there.offset) break;
      here.offset = std::max(here.offset, there.offset + there.size);
    }
    plan.size = std::max(plan.size, here.offset + here.size);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), p,
                                   [&](std::size_t a, std::size_t b) {
                                     return places[a].offset < places[b].offset;
                                   }),
                  p);
  }
  for (std::size_t id = 0; id < nodes; ++id) plan.offset_of[id] = places[place_of[id]].offset;
  return plan;
}

}  // namespace lacuna::inline LACUNA_ABI::network
