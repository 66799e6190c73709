// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/movement/flow_graph.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

[[nodiscard]] inline tile_id tile_at(tile_kind k, index_t col, index_t row = 0) {
  return {k, static_cast<int>(col), static_cast<int>(row)};
}

/// What memory tiles do in a layer's flow: take objects from DRAM, hand over what they hold, send
/// it to cores on streams of its own or on shared ones.
class memory_tile_flow {
 public:
  memory_tile_flow(flow_graph& flow, const device& d) : flow_(&flow), device_(&d) {}

  /// `objects` arrive from DRAM, through the first of `columns`, in all of them.
  std::vector<int> arrive(const std::string& name, const std::vector<index_t>& columns,
                          std::int64_t bytes, std::int64_t objects, std::int64_t depth) {
    std::vector<int> out;
    for (const index_t c : columns) {
      out.push_back(
          flow_->add_pool(name + " from DRAM", tile_at(tile_kind::memory, c), depth, bytes));
    }
    transfer t;
    t.name = name + " from DRAM";
    t.to = out;
    t.through = tile_at(tile_kind::shim, columns.front() % device_->shim_cols);
    t.bytes = bytes;
    t.objects = objects;
    flow_->transfers.push_back(std::move(t));
    return out;
  }

  /// A view of buffers that `arrive` or the layer before filled: a descriptor, no room of its own.
  int hand_over(std::string name, index_t c) {
    return flow_->add_pool(std::move(name), tile_at(tile_kind::memory, c), 2, 1);
  }

  void send(std::string name, int from, std::vector<int> to, std::int64_t bytes, int stream = -1) {
    transfer t;
    t.name = std::move(name);
    t.from = from;
    t.to = std::move(to);
    t.bytes = bytes;
    t.stream = stream;
    flow_->transfers.push_back(std::move(t));
  }

  /// Deals `users` out to `channels` channels: for each user the packet stream that it shares, -1
  /// where it has a channel to itself. One sender goes through its users in turn, several senders
  /// are merged.
  std::vector<int> deal(const std::string& name, index_t users, index_t channels, bool one_sender) {
    std::vector<int> out(static_cast<std::size_t>(users), -1);
    const index_t used = std::max<index_t>(1, channels);
    for (index_t channel = 0; channel < std::min(used, users); ++channel) {
      if (channel + used >= users) continue;
      const int stream = flow_->add_stream(message(name, ", channel ", channel), one_sender);
      for (index_t u = channel; u < users; u += used) out[static_cast<std::size_t>(u)] = stream;
    }
    return out;
  }

  /// Hands over object after object to all of `views`, each after its arrival where it is fresh.
  void control(index_t c, const std::vector<int>& arrived, bool keeps,
               const std::vector<bool>& fresh, const std::vector<int>& views) {
    using kind = action::kind;
    core_script s{tile_at(tile_kind::memory, c), {}};
    for (const bool f : fresh) {
      for (const int a : arrived) {
        if (f) s.actions.push_back({kind::acquire_full, a, 0});
      }
      for (const int v : views) {
        s.actions.push_back({kind::acquire_empty, v, 0});
        s.actions.push_back({kind::release_full, v, 0});
      }
      for (const int a : arrived) {
        if (f && !keeps) s.actions.push_back({kind::release_empty, a, 0});
      }
    }
    flow_->cores.push_back(std::move(s));
  }

  /// Objects of `bytes` that a column's memory tile still has room for, at least one.
  [[nodiscard]] std::int64_t room_for(index_t c, std::int64_t bytes) const {
    std::int64_t room = device_->memory_tile.bytes;
    for (const buffer_pool& p : flow_->pools) {
      if (p.tile == tile_at(tile_kind::memory, c)) room -= p.depth * p.bytes;
    }
    constexpr std::int64_t views = 64;  // those still to come
    return std::max<std::int64_t>(1, (room - views) / bytes);
  }

 private:
  flow_graph* flow_;
  const device* device_;
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
