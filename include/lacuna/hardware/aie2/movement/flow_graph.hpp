// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/movement/descriptor.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

enum class tile_kind : std::uint8_t { shim, memory, core };

/// A tile of the array. Rows count from 0 within their kind.
struct tile_id {
  tile_kind kind{tile_kind::core};
  int col{0};
  int row{0};
  friend auto operator<=>(const tile_id&, const tile_id&) = default;
};

[[nodiscard]] inline std::string to_string(tile_id t) {
  const char* kind = t.kind == tile_kind::shim     ? "shim tile"
                     : t.kind == tile_kind::memory ? "memory tile"
                                                   : "core tile";
  return message(kind, " (", t.col, ", ", t.row, ")");
}

/// Buffers of one object each, on one tile, guarded by a pair of locks: how many are empty, how
/// many are full. An object FIFO is a pool on either side of a transfer; depth 2 is ping-pong.
struct buffer_pool {
  std::string name;
  tile_id tile;
  std::int64_t depth{2};
  std::int64_t bytes{0};
};

/// A DMA transfer, repeated: takes a full object from a pool (or DRAM) and fills one of each pool
/// it goes to (several: a broadcast, which waits for all) or DRAM. An object may leave in `pieces`
/// equal parts, each filling one object of the receivers, and `repeats` times over.
struct transfer {
  std::string name;
  int from{-1};         ///< pool, or -1 for DRAM
  std::vector<int> to;  ///< pools, or none for DRAM
  tile_id through{};    ///< the shim tile of a transfer from or to DRAM
  std::int64_t bytes{0};
  std::int64_t pieces{1};
  std::int64_t repeats{1};
  std::int64_t objects{0};  ///< from DRAM: how many
};

/// What a core does, in order; loops nest.
struct action {
  enum class kind : std::uint8_t {
    acquire_full,   ///< waits for an object to read
    acquire_empty,  ///< waits for room to write
    release_empty,  ///< has read
    release_full,   ///< has written
    compute,
    loop,
    end_loop,
  };
  kind what{kind::compute};
  int pool{-1};
  std::int64_t count{0};  ///< cycles of compute, trips of a loop
};

struct core_script {
  tile_id tile;
  std::vector<action> actions;
};

/// Pools, transfers and cores of an array.
struct flow_graph {
  std::vector<buffer_pool> pools;
  std::vector<transfer> transfers;
  std::vector<core_script> cores;

  int add_pool(std::string name, tile_id tile, std::int64_t depth, std::int64_t bytes) {
    pools.push_back({std::move(name), tile, depth, bytes});
    return static_cast<int>(pools.size()) - 1;
  }
};

/// Whether a device has the tiles, memory, locks and channels that a graph asks for.
/// @throws unsupported_error naming tile, resource, need and limit; shape_error for a graph that
/// makes no sense.
inline void require_valid(const flow_graph& g, const device& d) {
  struct use {
    std::int64_t bytes{0};
    std::int64_t locks{0};
    std::int64_t in{0};
    std::int64_t out{0};
  };
  std::map<tile_id, use> tiles;
  const auto pool_at = [&](int p) -> const buffer_pool& {
    if (p < 0 || p >= static_cast<int>(g.pools.size())) {
      throw shape_error(message("flow graph: no pool ", p, ", there are ", g.pools.size()));
    }
    return g.pools[static_cast<std::size_t>(p)];
  };
  for (const buffer_pool& p : g.pools) {
    if (p.depth < 1 || p.bytes < 1) {
      throw shape_error(message("pool ", p.name, ": ", p.depth, " objects of ", p.bytes, " bytes"));
    }
    tiles[p.tile].bytes += p.depth * p.bytes;
    tiles[p.tile].locks += 2;
  }
  for (const transfer& t : g.transfers) {
    if (t.bytes < 1 || t.pieces < 1 || t.repeats < 1 || (t.from < 0 && t.objects < 1) ||
        (t.from < 0 && t.to.empty())) {
      throw shape_error(message("transfer ", t.name, ": ", t.bytes, " bytes in ", t.pieces,
                                " pieces, ", t.repeats, " times, ", t.objects, " objects"));
    }
    ++tiles[t.from < 0 ? t.through : pool_at(t.from).tile].out;
    if (t.to.empty()) ++tiles[t.through].in;
    for (const int p : t.to) {
      ++tiles[pool_at(p).tile].in;
      if (t.bytes / t.pieces > pool_at(p).bytes) {
        throw unsupported_error(message("transfer ", t.name, ": ", t.bytes / t.pieces,
                                        " bytes into objects of ", pool_at(p).bytes, " in ",
                                        pool_at(p).name));
      }
    }
  }
  for (const core_script& c : g.cores) {
    std::int64_t open = 0;
    for (const action& a : c.actions) {
      if (a.what < action::kind::compute) (void)pool_at(a.pool);
      open += a.what == action::kind::loop ? 1 : a.what == action::kind::end_loop ? -1 : 0;
      if (open < 0 || a.count < (a.what == action::kind::loop ? 1 : 0)) {
        throw shape_error(message(
            to_string(c.tile), ": a script with unmatched loops, no trips or ", "negative cycles"));
      }
    }
    if (open != 0) throw shape_error(message(to_string(c.tile), ": a script with open loops"));
  }
  for (const auto& [tile, u] : tiles) {
    const bool memory = tile.kind == tile_kind::memory;
    const bool shim = tile.kind == tile_kind::shim;
    const std::int64_t rows = shim ? 1 : memory ? d.mem_rows : d.core_rows;
    const auto most = [&, where = tile](const char* what, std::int64_t need, std::int64_t limit) {
      if (need > limit) {
        throw unsupported_error(
            message(to_string(where), ": ", need, " ", what, ", ", d.name, " has ", limit));
      }
    };
    if (tile.col < 0 || tile.col >= (shim ? d.shim_cols : d.cols) || tile.row < 0 ||
        tile.row >= rows) {
      throw unsupported_error(message(to_string(tile), " is not on ", d.name));
    }
    if (shim) {
      most("channels from DRAM", u.out, d.transport.shim_mm2s_channels);
      most("channels to DRAM", u.in, d.transport.shim_s2mm_channels);
      continue;
    }
    const dma_parameters& dma = memory ? d.memory_tile.dma : d.dma;
    most("bytes of buffers", u.bytes, memory ? d.memory_tile.bytes : d.memory.bytes);
    most("locks", u.locks, memory ? d.memory_tile.locks : d.memory.locks);
    most("incoming DMA channels", u.in, dma.s2mm_channels);
    most("outgoing DMA channels", u.out, dma.mm2s_channels);
  }
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
