// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <lacuna/hardware/aie2/movement/flow_graph.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

namespace detail {

/// Sums up what a graph takes of each tile and compares it with what a device has.
class flow_limits {
 public:
  flow_limits(const flow_graph& g, const device& d)
      : graph_(&g), device_(&d), shared_(g.streams.size()) {}

  void check() {
    for (const buffer_pool& p : graph_->pools) add(p);
    for (const transfer& t : graph_->transfers) add(t);
    for (const core_script& c : graph_->cores) check_script(c);
    for (std::size_t s = 0; s < shared_.size(); ++s) {
      if (shared_[s].members > device_->transport.packet_ids) {
        throw unsupported_error(message("packet stream ", graph_->streams[s].name, ": ",
                                        shared_[s].members, " transfers share it, it carries ",
                                        device_->transport.packet_ids));
      }
    }
    for (const auto& [tile, u] : tiles_) compare(tile, u);
  }

 private:
  struct use {
    std::int64_t bytes{0};
    std::int64_t locks{0};
    std::int64_t in{0};  ///< channels
    std::int64_t out{0};
    std::int64_t down{0};  ///< of a memory tile: streams from the cores of its column
    std::int64_t up{0};    ///< and to cores
  };
  struct sharing {
    std::int64_t members{0};
    tile_id end;  ///< the tile whose channel is shared
  };

  [[nodiscard]] const buffer_pool& pool_at(int p) const {
    if (p < 0 || p >= static_cast<int>(graph_->pools.size())) {
      throw shape_error(message("flow graph: no pool ", p, ", there are ", graph_->pools.size()));
    }
    return graph_->pools[static_cast<std::size_t>(p)];
  }

  void add(const buffer_pool& p) {
    if (p.depth < 1 || p.bytes < 1) {
      throw shape_error(message("pool ", p.name, ": ", p.depth, " objects of ", p.bytes, " bytes"));
    }
    tiles_[p.tile].bytes += p.depth * p.bytes;
    tiles_[p.tile].locks += 2;
  }

  void add(const transfer& t) {
    if (t.bytes < 1 || t.pieces < 1 || t.repeats < 1 || (t.from < 0 && t.objects < 1) ||
        (t.from < 0 && t.to.empty())) {
      throw shape_error(message("transfer ", t.name, ": ", t.bytes, " bytes in ", t.pieces,
                                " pieces, ", t.repeats, " times, ", t.objects, " objects"));
    }
    const bool counts_in = first_at(t, false);
    const bool counts_out = first_at(t, true);
    const tile_id from = t.from < 0 ? t.through : pool_at(t.from).tile;
    if (counts_out) ++tiles_[from].out;
    if (t.to.empty()) ++tiles_[t.through].in;
    bool upward = false;
    for (const int p : t.to) {
      const tile_id to = pool_at(p).tile;
      if (counts_in) ++tiles_[to].in;
      if (t.bytes / t.pieces > pool_at(p).bytes) {
        throw unsupported_error(message("transfer ", t.name, ": ", t.bytes / t.pieces,
                                        " bytes into objects of ", pool_at(p).bytes, " in ",
                                        pool_at(p).name));
      }
      upward = upward || to.kind == tile_kind::core;
      if (counts_in && from.kind == tile_kind::core && to.kind == tile_kind::memory) {
        ++tiles_[to].down;
      }
    }
    if (upward && counts_out && from.kind == tile_kind::memory) ++tiles_[from].up;
  }

  /// Whether the end of a transfer (its sender's, or its receivers') takes a channel that no member
  /// of its packet stream took before. Checks the stream on the way.
  bool first_at(const transfer& t, bool sender) {
    if (t.stream < 0) return true;
    if (t.stream >= static_cast<int>(shared_.size())) {
      throw shape_error(message("transfer ", t.name, ": no packet stream ", t.stream,
                                ", there are ", shared_.size()));
    }
    const bool in_turn = graph_->streams[static_cast<std::size_t>(t.stream)].in_turn;
    if (t.from < 0 || t.to.empty() || (!in_turn && t.to.size() != 1)) {
      throw shape_error(message("transfer ", t.name,
                                ": a packet stream joins pools, and merges into one of them"));
    }
    if (sender != in_turn) return true;
    sharing& s = shared_[static_cast<std::size_t>(t.stream)];
    const tile_id end = pool_at(sender ? t.from : t.to.front()).tile;
    if (s.members++ == 0) {
      s.end = end;
      return true;
    }
    if (s.end != end) {
      throw shape_error(message("transfer ", t.name, ": its packet stream has a channel on ",
                                to_string(s.end), ", not on ", to_string(end)));
    }
    return false;
  }

  void check_script(const core_script& c) const {
    std::int64_t open = 0;
    for (const action& a : c.actions) {
      if (a.what < action::kind::compute) static_cast<void>(pool_at(a.pool));
      open += a.what == action::kind::loop ? 1 : a.what == action::kind::end_loop ? -1 : 0;
      if (open < 0 || a.count < (a.what == action::kind::loop ? 1 : 0)) {
        throw shape_error(message(to_string(c.tile),
                                  ": a script with unmatched loops, no trips or negative cycles"));
      }
    }
    if (open != 0) throw shape_error(message(to_string(c.tile), ": a script with open loops"));
  }

  void compare(tile_id tile, const use& u) const {
    const device& d = *device_;
    const bool memory = tile.kind == tile_kind::memory;
    const bool shim = tile.kind == tile_kind::shim;
    const std::int64_t rows = shim ? 1 : memory ? d.mem_rows : d.core_rows;
    const auto most = [&](const char* what, std::int64_t need, std::int64_t limit) {
      if (need > limit) {
        throw unsupported_error(
            message(to_string(tile), ": ", need, " ", what, ", ", d.name, " has ", limit));
      }
    };
    if (tile.col < 0 || tile.col >= (shim ? d.shim_cols : d.cols) || tile.row < 0 ||
        tile.row >= rows) {
      throw unsupported_error(message(to_string(tile), " is not on ", d.name));
    }
    if (shim) {
      most("channels from DRAM", u.out, d.transport.shim_mm2s_channels);
      most("channels to DRAM", u.in, d.transport.shim_s2mm_channels);
      return;
    }
    const dma_parameters& dma = memory ? d.memory_tile.dma : d.dma;
    most("bytes of buffers", u.bytes, memory ? d.memory_tile.bytes : d.memory.bytes);
    most("locks", u.locks, memory ? d.memory_tile.locks : d.memory.locks);
    most("incoming DMA channels", u.in, dma.s2mm_channels);
    most("outgoing DMA channels", u.out, dma.mm2s_channels);
    most("streams from its cores", u.down, d.transport.column_streams_down);
    most("streams to its cores", u.up, d.transport.column_streams_up);
  }

  const flow_graph* graph_;
  const device* device_;
  std::vector<sharing> shared_;
  std::map<tile_id, use> tiles_;
};

}  // namespace detail

/// Whether a device has the tiles, memory, locks, channels, ports and packet ids that a graph asks
/// for. @throws unsupported_error naming tile, resource, need and limit; shape_error for a graph
/// that makes no sense.
inline void require_valid(const flow_graph& g, const device& d) {
  detail::flow_limits(g, d).check();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
