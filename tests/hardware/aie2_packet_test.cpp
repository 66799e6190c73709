// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/movement/{flow_graph,flow_limits,simulate_flow}.hpp: packet
// streams.
#include <cstdint>
#include <string>
#include <vector>

#include <lacuna/hardware/aie2/movement/simulate_flow.hpp>

#include "support/catch.hpp"

namespace aie2_packet_test {

using namespace lacuna;
using namespace lacuna::hardware::aie2;
using kind = action::kind;

namespace {

const tile_id memory0{tile_kind::memory, 0, 0};

tile_id core_at(int row) { return {tile_kind::core, 0, row}; }

core_script repeated(tile_id tile, std::int64_t times, kind take, kind give, int pool,
                     std::int64_t cycles) {
  return {tile,
          {{kind::loop, -1, times},
           {take, pool, 0},
           {kind::compute, -1, cycles},
           {give, pool, 0},
           {kind::end_loop, -1, 0}}};
}

/// `cores` cores of a column each write `objects` results, which reach one pool of the memory tile,
/// on one packet stream or on streams of their own.
flow_graph gather(int cores, std::int64_t objects, std::int64_t bytes, std::int64_t work,
                  bool shared) {
  flow_graph g;
  const int sink = g.add_pool("results", memory0, 2 * cores, bytes);
  const int stream = shared ? g.add_stream("merged", false) : -1;
  for (int row = 0; row < cores; ++row) {
    const int out = g.add_pool("result", core_at(row), 2, bytes);
    g.transfers.push_back({message("row ", row), out, {sink}, {}, bytes, 1, 1, 0, stream});
    g.cores.push_back(
        repeated(core_at(row), objects, kind::acquire_empty, kind::release_full, out, work));
  }
  g.cores.push_back(
      repeated(memory0, cores * objects, kind::acquire_full, kind::release_empty, sink, 0));
  return g;
}

/// A memory tile sends objects to each of `work.size()` cores, on one channel in turn.
flow_graph scatter(std::int64_t objects, std::int64_t bytes, const std::vector<std::int64_t>& work,
                   bool shared) {
  flow_graph g;
  const int stream = shared ? g.add_stream("in turn", true) : -1;
  for (std::size_t row = 0; row < work.size(); ++row) {
    const tile_id tile = core_at(static_cast<int>(row));
    const int held = g.add_pool("held", memory0, objects, 4);
    const int in = g.add_pool("operand", tile, 2, bytes);
    g.transfers.push_back({message("to row ", row), held, {in}, {}, bytes, 1, 1, 0, stream});
    g.cores.push_back(
        repeated(tile, objects, kind::acquire_full, kind::release_empty, in, work[row]));
    g.cores.push_back(repeated(memory0, objects, kind::acquire_empty, kind::release_full, held, 0));
  }
  return g;
}

}  // namespace

TEST_CASE("streams that merge take turns on one channel, with a header a packet",
          "[aie2][movement]") {
  const device d = mesh(4);
  const std::int64_t bytes = GENERATE(4, 64, 1000);
  const std::int64_t packet = (bytes + 3) / 4 + 1;
  const flow_run apart = simulate_flow(gather(4, 20, bytes, 1, false), d);
  const flow_run merged = simulate_flow(gather(4, 20, bytes, 1, true), d);
  CHECK(apart.cycles <= static_cast<double>(20 * ((bytes + 3) / 4) + 2 * 20 + 2));
  // The channel never rests once the first result is there.
  CHECK(merged.cycles == static_cast<double>(1 + 4 * 20 * packet));
  double busy = 0;
  for (const transfer_time& t : merged.transfers) {
    CHECK(t.bytes == 20 * bytes);
    CHECK(t.busy == static_cast<double>(20 * packet));  // none starves, none overlaps
    busy += t.busy;
  }
  CHECK(busy <= merged.cycles);
}

TEST_CASE("a merged stream costs nothing but headers where cores are slower", "[aie2][movement]") {
  const device d = mesh(4);
  // Four results of 64 bytes take 4 x 17 cycles of the channel, in 200 of each core.
  const flow_run apart = simulate_flow(gather(4, 20, 64, 200, false), d);
  const flow_run merged = simulate_flow(gather(4, 20, 64, 200, true), d);
  CHECK(apart.cycles == 20 * 200 + 16);
  CHECK(merged.cycles == 20 * 200 + 4 * 17);
  for (std::size_t c = 0; c < 4; ++c) CHECK(merged.cores[c].output_wait == 0);
}

TEST_CASE("a channel that sends in turn is held up by the receiver without room",
          "[aie2][movement]") {
  const device d = mesh(4);
  const std::vector<std::int64_t> uneven{500, 1, 1};
  const flow_run apart = simulate_flow(scatter(10, 64, uneven, false), d);
  const flow_run in_turn = simulate_flow(scatter(10, 64, uneven, true), d);
  // Scripts of cores alternate with those of the memory tile.
  CHECK(apart.cores[2].finished > 4000);
  CHECK(in_turn.cores[2].input_wait > 3000);
  CHECK(in_turn.cycles >= apart.cycles);
  CHECK(in_turn.cycles <= apart.cycles + 10 * 3 * 17);
}

TEST_CASE("a member of a packet stream without its object is named where the flow stands still",
          "[aie2][movement]") {
  flow_graph g = scatter(3, 64, {1, 1}, true);
  g.cores[1].actions[0].count = 2;  // the first row gets two of three
  CHECK_THROWS_WITH(simulate_flow(g, mesh(4)),
                    Catch::Contains("transfer to row 1 waits for transfer to row 0 on packet "
                                    "stream in turn"));
}

TEST_CASE("ports, packet ids and channels of a column are limits", "[aie2][movement]") {
  const device d = mesh(8);
  // Four wires lead down a column, whatever the memory tile's channels.
  CHECK_THROWS_WITH(simulate_flow(gather(5, 1, 64, 1, false), d),
                    Catch::Contains("memory tile (0, 0): 5 streams from its cores") &&
                        Catch::Contains("8x8 mesh has 4"));
  CHECK_NOTHROW(simulate_flow(gather(8, 1, 64, 1, true), d));
  CHECK_THROWS_WITH(simulate_flow(scatter(1, 64, {1, 1, 1, 1, 1, 1, 1}, false), d),
                    Catch::Contains("7 outgoing DMA channels"));
  CHECK_NOTHROW(simulate_flow(scatter(1, 64, {1, 1, 1, 1, 1, 1, 1}, true), d));
  device few = d;
  few.transport.packet_ids = 3;
  CHECK_THROWS_WITH(simulate_flow(gather(4, 1, 64, 1, true), few),
                    Catch::Contains("packet stream merged: 4 transfers share it, it carries 3"));
}

TEST_CASE("a packet stream joins pools at one channel, or is refused", "[aie2][movement]") {
  const device d = mesh(4);
  flow_graph g = gather(2, 1, 64, 1, true);
  g.transfers[0].stream = 7;
  CHECK_THROWS_AS(simulate_flow(g, d), shape_error);
  g = gather(2, 1, 64, 1, true);
  g.transfers[0].to.push_back(g.transfers[0].to.front());  // a merge has one receiver
  CHECK_THROWS_AS(simulate_flow(g, d), shape_error);
  g = gather(2, 1, 64, 1, true);
  g.transfers[1].to.front() = g.add_pool("elsewhere", {tile_kind::memory, 1, 0}, 1, 64);
  CHECK_THROWS_WITH(simulate_flow(g, d), Catch::Contains("has a channel on memory tile (0, 0)"));
  g = gather(2, 1, 64, 1, true);
  g.transfers[0].to.clear();  // to DRAM
  CHECK_THROWS_AS(simulate_flow(g, d), shape_error);
}

}  // namespace aie2_packet_test
