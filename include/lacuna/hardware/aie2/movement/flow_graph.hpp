// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
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
  int stream{-1};           ///< packet stream that it shares, or -1 for wires of its own
};

/// One channel and its wires shared by several transfers: packet switching. Each object is a packet
/// with a header word and holds the stream from header to last word. Streams of cores that merge
/// into one channel are arbitrated round robin among those with something to send (a packet by the
/// manual's TLAST, M [AM020, UG1603]; the order is unverified). A channel that sends to several
/// goes through its descriptors in turn: who has no room holds up the others.
struct packet_stream {
  std::string name;
  bool in_turn{false};  ///< one sender to several receivers; else several senders to one channel
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
  std::vector<packet_stream> streams;

  int add_pool(std::string name, tile_id tile, std::int64_t depth, std::int64_t bytes) {
    pools.push_back({std::move(name), tile, depth, bytes});
    return static_cast<int>(pools.size()) - 1;
  }
  int add_stream(std::string name, bool in_turn) {
    streams.push_back({std::move(name), in_turn});
    return static_cast<int>(streams.size()) - 1;
  }
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
