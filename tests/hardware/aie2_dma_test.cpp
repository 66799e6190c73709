// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/movement/dma.hpp
#include <cstdint>
#include <random>
#include <vector>

#include <lacuna/hardware/aie2/kernels/tiles.hpp>
#include <lacuna/hardware/aie2/movement/dma.hpp>

#include "support/catch.hpp"

using namespace lacuna;
using namespace lacuna::hardware::aie2;

namespace {

const device npu = phoenix();

std::vector<std::uint8_t> random_bytes(std::size_t count, int zeros_percent) {
  std::mt19937 g(11);
  std::vector<std::uint8_t> out(count);
  for (auto& b : out) {
    b = static_cast<int>(g() % 100) < zeros_percent ? 0 : static_cast<std::uint8_t>(1 + g() % 255);
  }
  return out;
}

}  // namespace

TEST_CASE("a descriptor of three dimensions makes tiles of 8x8 from rows", "[aie2][dma]") {
  const index_t rows = 16, cols = 40;
  const auto bytes = random_bytes(static_cast<std::size_t>(rows * cols), 0);
  data_memory from(npu.memory, "sender");
  data_memory to(npu.memory, "receiver");
  from.write(256, bytes.data(), rows * cols);
  // A row of a tile is 2 words; 8 rows a tile; 5 tiles across; one descriptor a row of tiles.
  for (index_t strip = 0; strip < rows / 8; ++strip) {
    const buffer_descriptor gather{
        64 + strip * 8 * cols / 4, 8 * cols / 4, {{2, 1}, {8, cols / 4}, {cols / 8, 2}}, false};
    const buffer_descriptor line{strip * 8 * cols / 4, 8 * cols / 4, {}, false};
    const dma_run r = transfer_words(gather, from, npu.dma, line, to, npu.dma, npu.transport);
    CHECK(r.cycles == 8 * cols / 4);
    CHECK(r.stream_bytes == 8 * cols);
  }
  std::vector<std::uint8_t> got(bytes.size());
  to.read(0, got.data(), rows * cols);
  CHECK(got == to_tiles(as_view(bytes.data(), rows, cols), 8, 8));
}

TEST_CASE("compression saves stream cycles and no bytes", "[aie2][dma]") {
  const int zeros = GENERATE(0, 50, 90, 100);
  const auto bytes = random_bytes(4096, zeros);
  data_memory from(npu.memory, "sender");
  data_memory to(npu.memory, "receiver");
  from.write(0, bytes.data(), 4096);
  const buffer_descriptor d{0, 1024, {}, true};
  const dma_run r = transfer_words(d, from, npu.dma, d, to, npu.dma, npu.transport);
  std::vector<std::uint8_t> got(4096);
  to.read(0, got.data(), 4096);
  CHECK(got == bytes);
  if (zeros == 0) CHECK(r.cycles == 1024 + 128);  // masks are extra
  if (zeros == 100) CHECK(r.cycles == 128);       // masks alone
  if (zeros == 50) CHECK(r.cycles < 1024);
}

TEST_CASE("ends that disagree are refused", "[aie2][dma]") {
  data_memory m(npu.memory, "tile");
  const auto move = [&](const buffer_descriptor& a, const buffer_descriptor& b) {
    return transfer_words(a, m, npu.dma, b, m, npu.dma, npu.transport);
  };
  CHECK_THROWS_AS(move({0, 4, {}, false}, {0, 5, {}, false}), shape_error);
  CHECK_THROWS_AS(move({0, 4, {}, true}, {0, 4, {}, false}), shape_error);
  CHECK_THROWS_AS(move({16384, 1, {}, false}, {0, 1, {}, false}), shape_error);
  CHECK_THROWS_AS(from_stream({0, 4, {}, false}, {1, 2, 3}, m, npu.dma, "tile"), shape_error);
}
