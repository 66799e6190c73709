// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/movement/flow_graph.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

/// Where a run of a graph stands, by the graph's numbers.
struct flow_state {
  struct pool {
    std::int64_t empty;
    std::int64_t full;
  };
  struct move {
    bool busy{false};
    bool dram{false};
    bool task_open{false};
    std::int64_t sent{0};     ///< pieces of the current object, over all repeats
    std::int64_t objects{0};  ///< done
    double fixed_until{0};    ///< latency of the shim before bytes flow
    double left{0};           ///< bytes
    double ends{0};           ///< on-chip
    double started{0};
  };
  struct stream {
    std::vector<std::size_t> members;
    bool taken{false};
    std::size_t turn{0};  ///< of `members`: who holds the stream, or has the next claim to it
  };
  struct core {
    std::size_t next{0};
    double busy_until{-1};
    double waits_since{-1};
    bool has_computed{false};
    std::vector<std::pair<std::size_t, std::int64_t>> loops;
  };

  double now{0};
  std::vector<pool> pools;
  std::vector<move> moves;
  std::vector<stream> streams;
  std::vector<core> cores;

  /// Before anything starts: pools are empty.
  explicit flow_state(const flow_graph& g)
      : moves(g.transfers.size()), streams(g.streams.size()), cores(g.cores.size()) {
    for (const buffer_pool& p : g.pools) pools.push_back({p.depth, 0});
    for (std::size_t i = 0; i < g.transfers.size(); ++i) {
      const int s = g.transfers[i].stream;
      if (s >= 0) streams[static_cast<std::size_t>(s)].members.push_back(i);
    }
  }
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
