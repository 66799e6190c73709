// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/core/dma_traffic.hpp
#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/core/simulate_core.hpp>
#include <lacuna/hardware/aie2/kernels/gemm.hpp>

#include "support/catch.hpp"

namespace aie2_dma_traffic_test {

using namespace lacuna;
using namespace lacuna::hardware::aie2;

namespace {

/// A kernel that loads 32 bytes of logical bank 0 every `bundles`-th bundle, 400 times.
program loads_every(std::int64_t bundles, const device& d) {
  kernel_builder k("loads");
  const auto data = k.add_buffer("data", 0);
  const reg p = k.argument();
  const reg x = k.vector(1);
  k.loop_by_hand(400, bundles, {0}, [&] { k.load(opcode::load_vector, x, p, data); });
  return compile(std::move(k).finish(), d.core);
}

core_run run(const program& p, const device& d, std::vector<dma_stream> streams) {
  data_memory memory(d.memory);
  return simulate_core(p, memory, d, {0}, std::move(streams));
}

constexpr std::int64_t accesses = 50;
constexpr std::int64_t stream_bytes = 16 * accesses;
constexpr std::int64_t alone = 4 * (accesses - 1) + 1;  // an access every 4 beats of 4 B

}  // namespace

TEST_CASE("a DMA in another bank meets nobody", "[aie2][dma_traffic]") {
  const device npu = phoenix();
  const program p = loads_every(1, npu);
  const core_run quiet = run(p, npu, {});
  const core_run beside = run(p, npu, {{16384, stream_bytes, 20}, {32768, stream_bytes, 0}});
  CHECK(quiet.dma.empty());
  CHECK(beside.cycles() == quiet.cycles());
  for (const dma_stream_run& r : beside.dma) {
    CHECK(r.accesses == accesses);
    CHECK(r.losses == 0);
    CHECK(r.cycles == alone);
  }
}

TEST_CASE("a DMA that loses to the core waits and costs neither anything", "[aie2][dma_traffic]") {
  const device npu = phoenix();
  const program p = loads_every(3, npu);
  const core_run quiet = run(p, npu, {});
  const core_run beside = run(p, npu, {{4096, stream_bytes, 30}});
  CHECK(beside.cycles() == quiet.cycles());
  CHECK(beside.dma_stalls == 0);
  CHECK(beside.dma[0].losses > 0);
  CHECK(beside.dma[0].cycles <= alone + 1);
}

TEST_CASE("a bank that the core never leaves is lent to an urgent DMA access",
          "[aie2][dma_traffic]") {
  const device npu = phoenix();
  const program p = loads_every(1, npu);
  const core_run quiet = run(p, npu, {});
  const core_run beside = run(p, npu, {{4096, stream_bytes, 30}});
  // A load takes both banks of its pair and retries only the one it lost: the DMA's next access,
  // to the other bank, passes in the cycle of the stall. So every second one has to wait.
  CHECK(beside.dma_stalls == accesses / 2);
  CHECK(beside.bank_stalls == accesses / 2);
  CHECK(beside.cycles() == quiet.cycles() + accesses / 2);
  CHECK(beside.dma[0].losses == 4 * accesses / 2);  // each while its 4 beats gather
  CHECK(beside.dma[0].cycles == alone + 1);
}

TEST_CASE("a device whose DMA goes first stalls the core at each meeting", "[aie2][dma_traffic]") {
  device eager = phoenix();
  eager.memory.core_beats_dma = false;
  const program p = loads_every(1, eager);
  const core_run beside = run(p, eager, {{4096, stream_bytes, 30}});
  CHECK(beside.dma[0].losses == 0);
  CHECK(beside.dma[0].cycles == alone);
  CHECK(beside.dma_stalls == accesses);
}

TEST_CASE("two channels of one bank take turns, and outlast a short kernel",
          "[aie2][dma_traffic]") {
  const device npu = phoenix();
  const program p = loads_every(11, npu);
  const core_run beside = run(p, npu, {{4096, 32768, 0}, {4096, 32768, 0}});
  CHECK(beside.dma[0].accesses == 2048);
  CHECK(beside.dma[1].accesses == 2048);
  CHECK(beside.dma[1].losses >= beside.dma[0].losses + 1024);
  CHECK(beside.dma[1].cycles > beside.cycles());
  CHECK(beside.dma[1].cycles <= 4 * 2047 + 3);
}

TEST_CASE("a product's time holds beside the DMA that fills its other halves",
          "[aie2][dma_traffic]") {
  const device npu = phoenix();
  gemm_kernel_options o;
  const program p = compile(gemm_kernel({64, 104, 64}, o), npu.core);
  const auto cycles = [&](std::vector<dma_stream> streams) {
    data_memory memory(npu.memory);
    return simulate_core(p, memory, npu, {0, 16384, 32768}, std::move(streams));
  };
  const core_run quiet = cycles({});
  const core_run far = cycles({{49152, 6656, 0}, {57344, 6656, 0}});  // a bank of its own
  CHECK(far.cycles() == quiet.cycles());
  const core_run near = cycles({{8192, 6656, 0}, {24576, 6656, 0}});  // in the operands' banks
  CHECK(near.cycles() == quiet.cycles());  // its loads leave each bank every other bundle
  CHECK(near.dma[0].losses + near.dma[1].losses > 0);
}

TEST_CASE("a stream outside the memory is refused", "[aie2][dma_traffic]") {
  const device npu = phoenix();
  const program p = loads_every(1, npu);
  CHECK_THROWS_AS(run(p, npu, {{65536 - 16, 32, 0}}), shape_error);
  CHECK_THROWS_AS(run(p, npu, {{-16, 32, 0}}), shape_error);
  CHECK_THROWS_AS(run(p, npu, {{0, 32, -1}}), shape_error);
}

}  // namespace aie2_dma_traffic_test
