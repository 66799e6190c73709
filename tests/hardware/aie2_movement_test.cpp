// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/movement, array_gemm.hpp and report.hpp
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <lacuna/hardware/aie2/array_gemm.hpp>
#include <lacuna/hardware/aie2/movement/zero_compression.hpp>
#include <lacuna/hardware/aie2/report.hpp>

#include "support/catch.hpp"

namespace aie2_movement_test {

using namespace lacuna;
using namespace lacuna::hardware;
using namespace lacuna::hardware::aie2;
using kind = action::kind;

namespace {

const device npu = phoenix();
const tile_id core0{tile_kind::core, 0, 0};
const tile_id core1{tile_kind::core, 0, 1};
const tile_id memory0{tile_kind::memory, 0, 0};
const tile_id shim0{tile_kind::shim, 0, 0};

/// A memory tile core "produces" objects: here a core writes them, a transfer moves them, another
/// core reads them. `depth` buffers on the reader's side.
flow_graph pipeline(std::int64_t objects, std::int64_t bytes, std::int64_t depth,
                    std::int64_t produce, std::int64_t consume) {
  flow_graph g;
  const int out = g.add_pool("out", core0, 2, bytes);
  const int in = g.add_pool("in", core1, depth, bytes);
  g.transfers.push_back({"move", out, {in}, {}, bytes});
  g.cores.push_back({core0,
                     {{kind::loop, -1, objects},
                      {kind::acquire_empty, out, 0},
                      {kind::compute, -1, produce},
                      {kind::release_full, out, 0},
                      {kind::end_loop, -1, 0}}});
  g.cores.push_back({core1,
                     {{kind::loop, -1, objects},
                      {kind::acquire_full, in, 0},
                      {kind::compute, -1, consume},
                      {kind::release_empty, in, 0},
                      {kind::end_loop, -1, 0}}});
  return g;
}

}  // namespace

TEST_CASE("ping-pong hides a transfer behind work, a single buffer does not", "[aie2][movement]") {
  // 1024 bytes take 256 cycles; the reader works 256 an object, the writer 10.
  const flow_run two = simulate_flow(pipeline(10, 1024, 2, 10, 256), npu);
  CHECK(two.cycles == 10 + 256 + 10 * 256);
  const flow_run one = simulate_flow(pipeline(10, 1024, 1, 10, 256), npu);
  CHECK(one.cycles == 10 + 10 * (256 + 256));
  CHECK(one.cores[1].input_wait == 9 * 256);
  CHECK(one.cores[1].first_wait == 266);
}

TEST_CASE("the slowest stage sets the pace and waits sum to the whole", "[aie2][movement]") {
  const std::int64_t consume = GENERATE(1, 100, 256, 300, 1000);
  const std::int64_t produce = GENERATE(1, 200, 700);
  const flow_run r = simulate_flow(pipeline(50, 1024, 2, produce, consume), npu);
  const auto pace = static_cast<double>(std::max({consume, produce, std::int64_t{256}}));
  CHECK(r.cycles >= 50 * pace);
  CHECK(r.cycles <= 50 * pace + static_cast<double>(consume + produce) + 256);
  for (const core_time& c : r.cores) {
    CHECK(c.compute + c.first_wait + c.input_wait + c.output_wait + c.finished == r.cycles);
    CHECK(c.finished >= 0);
  }
  CHECK_NOTHROW(require_consistent(to_report(r, npu, "pipeline", 0)));
}

TEST_CASE("a broadcast waits for its slowest receiver", "[aie2][movement]") {
  flow_graph g;
  const int from = g.add_pool("from", memory0, 2, 512);
  std::vector<int> to;
  for (int row = 0; row < 4; ++row) {
    const tile_id at{tile_kind::core, 0, row};
    to.push_back(g.add_pool("to", at, 2, 512));
    g.cores.push_back({at,
                       {{kind::loop, -1, 100},
                        {kind::acquire_full, to.back(), 0},
                        {kind::compute, -1, row == 2 ? 1000 : 10},
                        {kind::release_empty, to.back(), 0},
                        {kind::end_loop, -1, 0}}});
  }
  g.transfers.push_back({"in", -1, {from}, shim0, 512, 1, 1, 100});
  g.transfers.push_back({"out", from, to, {}, 512});
  const flow_run r = simulate_flow(g, npu);
  CHECK(r.cycles > 100 * 1000);
  CHECK(r.cores[0].input_wait > 90 * 1000);
  CHECK(r.cores[2].input_wait == 0);
}

TEST_CASE("a cycle of waits is reported as who waits for whom", "[aie2][movement]") {
  flow_graph g;
  const int there = g.add_pool("there", core0, 1, 64);
  const int back = g.add_pool("back", core1, 1, 64);
  g.cores.push_back({core0, {{kind::acquire_full, back, 0}, {kind::release_full, there, 0}}});
  g.cores.push_back({core1, {{kind::acquire_full, there, 0}, {kind::release_full, back, 0}}});
  CHECK_THROWS_AS(simulate_flow(g, npu), deadlock_error);
  CHECK_THROWS_WITH(simulate_flow(g, npu),
                    Catch::Contains("core tile (0, 0) waits for a full object of back") &&
                        Catch::Contains("from core tile (0, 1)") &&
                        Catch::Contains("core tile (0, 1) waits for a full object of there"));
}

TEST_CASE("a consumer that asks for more than is sent deadlocks and says so", "[aie2][movement]") {
  flow_graph g = pipeline(5, 64, 2, 1, 1);
  g.cores[1].actions[0].count = 6;
  CHECK_THROWS_WITH(simulate_flow(g, npu),
                    Catch::Contains("core tile (0, 1)") && Catch::Contains("transfer move"));
}

TEST_CASE("DRAM is shared among flows and bounds them", "[aie2][movement]") {
  flow_graph g;
  for (int col = 0; col < 4; ++col) {
    const int pool = g.add_pool("in", {tile_kind::memory, col, 0}, 2, 65536);
    g.transfers.push_back({"a", -1, {pool}, {tile_kind::shim, col, 0}, 65536, 1, 1, 16});
    const tile_id at{tile_kind::core, col, 0};
    const int in = g.add_pool("tile", at, 2, 16384);
    g.transfers.push_back({"b", pool, {in}, {}, 65536, 4});
    g.cores.push_back({at,
                       {{kind::loop, -1, 64},
                        {kind::acquire_full, in, 0},
                        {kind::release_empty, in, 0},
                        {kind::end_loop, -1, 0}}});
  }
  device slow = npu;
  slow.transport.dram_bytes_per_s = 4e9;  // a byte a cycle and flow
  const flow_run starved = simulate_flow(g, slow);
  // The first task's latency, all bytes, and the last object on its way to the core.
  CHECK(starved.cycles == Approx(747 + 16 * 65536 + 16384));
  device fast = npu;
  fast.transport.dram_bytes_per_s = 1e12;  // then the channel's 4 / 1.05 bytes a cycle
  CHECK(simulate_flow(g, fast).cycles == Approx(747 + 16 * 65536 * 1.05 / 4 + 16384));
}

TEST_CASE("graphs that a device cannot hold name tile, resource and amount", "[aie2][movement]") {
  flow_graph g = pipeline(5, 40000, 2, 1, 1);
  CHECK_THROWS_WITH(simulate_flow(g, npu), Catch::Contains("core tile (0, 0)") &&
                                               Catch::Contains("80000 bytes of buffers") &&
                                               Catch::Contains("65536"));
  g = pipeline(5, 64, 2, 1, 1);
  g.transfers.push_back(g.transfers[0]);
  g.transfers.push_back(g.transfers[0]);
  CHECK_THROWS_WITH(simulate_flow(g, npu), Catch::Contains("3 outgoing DMA channels") ||
                                               Catch::Contains("3 incoming DMA channels"));
  g = pipeline(5, 64, 2, 1, 1);
  g.pools[0].tile.col = 7;
  CHECK_THROWS_WITH(simulate_flow(g, npu), Catch::Contains("is not on Phoenix"));
  g = pipeline(5, 64, 2, 1, 1);
  g.cores[0].actions.pop_back();
  CHECK_THROWS_AS(simulate_flow(g, npu), shape_error);
  g = pipeline(5, 64, 2, 1, 1);
  g.cores[0].actions[1].pool = 9;
  CHECK_THROWS_AS(simulate_flow(g, npu), shape_error);
  g = pipeline(0, 64, 2, 1, 1);
  CHECK_THROWS_AS(simulate_flow(g, npu), shape_error);
}

TEST_CASE("streams move 4 bytes a cycle", "[aie2][movement]") {
  const transport_parameters t;
  CHECK(stream_cycles(2048, t) == 512);
  CHECK(stream_cycles(32768, t) == 8192);
  CHECK(stream_cycles(1, t) == 1);
  CHECK(stream_cycles(0, t) == 0);
}

TEST_CASE("descriptors walk their dimensions from the innermost", "[aie2][movement]") {
  buffer_descriptor d{100, 12, {{2, 1}, {3, 8}, {2, 2}}, false};
  std::vector<std::int64_t> words;
  for_each_word(d, [&](std::int64_t w) { words.push_back(w); });
  CHECK(words ==
        std::vector<std::int64_t>{100, 101, 108, 109, 116, 117, 102, 103, 110, 111, 118, 119});
  CHECK_NOTHROW(require_valid(d, npu.dma, npu.memory.bytes, "tile"));
  d.words = 11;
  CHECK_THROWS_AS(require_valid(d, npu.dma, npu.memory.bytes, "tile"), shape_error);
  d = {0, 16384, {}, false};
  CHECK_THROWS_WITH(require_valid(d, npu.dma, npu.memory.bytes, "core tile (1, 1)"),
                    Catch::Contains("core tile (1, 1)") && Catch::Contains("16383"));
  d = {0, 16, {{2, 1}, {2, 1}, {2, 1}, {2, 1}}, false};
  CHECK_THROWS_AS(require_valid(d, npu.dma, npu.memory.bytes, "tile"), unsupported_error);
  CHECK_NOTHROW(require_valid(d, npu.memory_tile.dma, npu.memory_tile.bytes, "memory tile"));
  d = {16380, 8, {}, false};
  CHECK_THROWS_AS(require_valid(d, npu.dma, npu.memory.bytes, "tile"), shape_error);
}

TEST_CASE("zero-compression keeps every byte and has its stated size", "[aie2][movement]") {
  const int keep = GENERATE(0, 10, 50, 90, 100);
  const auto size = static_cast<std::size_t>(GENERATE(0, 1, 31, 32, 33, 64, 1000));
  std::mt19937 g(static_cast<unsigned>(keep));
  std::vector<std::uint8_t> bytes(size);
  for (auto& b : bytes) {
    b = static_cast<int>(g() % 100) < keep ? static_cast<std::uint8_t>(1 + g() % 255) : 0;
  }
  const auto stream = zero_compress(bytes);
  CHECK(zero_decompress(stream, size) == bytes);
  std::int64_t want = 0;
  for (std::size_t w = 0; w < size; w += 32) {
    const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(std::min(w + 32, size));
    want += compressed_bytes(std::count_if(bytes.begin() + static_cast<std::ptrdiff_t>(w), end,
                                           [](std::uint8_t b) { return b != 0; }));
  }
  CHECK(static_cast<std::int64_t>(stream.size()) == want);
  if (size > 0) {
    auto cut = stream;
    cut.pop_back();
    CHECK_THROWS_AS(zero_decompress(cut, size), format_error);
    auto longer = stream;
    longer.push_back(0);
    CHECK_THROWS_AS(zero_decompress(longer, size), format_error);
  }
}

TEST_CASE("an array's product is bound by compute or by DRAM", "[aie2][movement]") {
  array_gemm_options o;
  const core_run kernel = time_gemm_kernel(npu, o.tile, o.kernel);
  const network::gemm_extents g{896, 896, 896};
  const flow_graph f = array_gemm_flow(npu, g, o, kernel.cycles());
  device fast = npu;
  fast.transport.dram_bytes_per_s = 1e12;
  const flow_run r = simulate_flow(f, fast);
  const double calls = 2 * 2 * 8;
  CHECK(r.cycles > calls * static_cast<double>(kernel.cycles()));
  device slow = npu;
  slow.transport.dram_bytes_per_s = 1e9;
  const flow_run starved = simulate_flow(f, slow);
  CHECK(starved.cycles >= starved.dram_bytes);
  CHECK(starved.dram_bytes == 2 * 2 * 896 * 896 + 896 * 896);
  const report text = to_report(starved, slow, "gemm", 896.0 * 896 * 896);
  CHECK_NOTHROW(require_consistent(text));
  CHECK(text.bound()->resource == "DRAM bandwidth");
  CHECK(text.cycles[cycle_cause::off_chip_bandwidth] > text.cycles[cycle_cause::compute]);
  CHECK_THROWS_AS(array_gemm_flow(npu, {900, 896, 896}, o, 1), shape_error);
}

}  // namespace aie2_movement_test
