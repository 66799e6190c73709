// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/movement/dma.hpp
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <lacuna/hardware/aie2/kernels/tiles.hpp>
#include <lacuna/hardware/aie2/movement/dma.hpp>

#include "support/catch.hpp"

namespace aie2_dma_test {

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

TEST_CASE("an iteration dimension moves the base on with each execution", "[aie2][dma]") {
  const auto bytes = random_bytes(256, 0);
  data_memory from(npu.memory, "sender");
  data_memory to(npu.memory, "receiver");
  from.write(0, bytes.data(), 256);
  buffer_descriptor every_third{2, 4, {{2, 1}, {2, 4}}, false};
  every_third.iteration = {3, 12};
  const buffer_descriptor line{0, 4, {}, false};
  for (std::int64_t run = 0; run < 7; ++run) {  // and back to the base after three
    (void)transfer_words(every_third, from, npu.dma, line, to, npu.dma, npu.transport, run);
    const auto base = static_cast<std::size_t>(2 + run % 3 * 12);
    for (const std::size_t word : {0U, 1U, 2U, 3U}) {
      const std::size_t source = base + word / 2 * 4 + word % 2;
      std::vector<std::uint8_t> got(4);
      to.read(static_cast<std::int64_t>(4 * word), got.data(), 4);
      const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(4 * source);
      CHECK(std::equal(got.begin(), got.end(), at));
    }
  }
}

TEST_CASE("a memory tile pads an image with zeros on its way out", "[aie2][dma]") {
  const auto bytes = random_bytes(4 * 3 * 2, 0);  // 2 rows of 3 words
  data_memory from(npu.memory, "memory tile");
  data_memory to(npu.memory, "receiver");
  from.write(0, bytes.data(), 24);
  buffer_descriptor image{0, 6, {{3, 1}, {2, 3}}, false};
  image.padding = {{1, 2}, {1, 0}};
  REQUIRE(image.stream_words() == 6 * 3);
  const buffer_descriptor line{0, 18, {}, false};
  const dma_run r =
      transfer_words(image, from, npu.memory_tile.dma, line, to, npu.dma, npu.transport);
  CHECK(r.stream_bytes == 72);
  CHECK(r.cycles == 18);
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t col = 0; col < 6; ++col) {
      std::vector<std::uint8_t> got(4);
      to.read(static_cast<std::int64_t>(4 * (6 * row + col)), got.data(), 4);
      const bool inside = row >= 1 && col >= 1 && col < 4;
      std::vector<std::uint8_t> want(4, 0);
      for (std::size_t b = 0; b < 4 && inside; ++b)
        want[b] = bytes[12 * (row - 1) + 4 * (col - 1) + b];
      CHECK(got == want);
    }
  }
  // The engine of a compute tile has no padding, and no engine pads what it receives.
  CHECK_THROWS_AS(to_stream(image, from, npu.dma, "core tile"), unsupported_error);
  buffer_descriptor padded{0, 4, {{4, 1}}, false};
  padded.padding = {{0, 1}};
  CHECK_THROWS_AS(from_stream(padded, bytes, to, npu.memory_tile.dma, "tile"), unsupported_error);
}

TEST_CASE("fields beyond a descriptor's registers are refused by name", "[aie2][dma]") {
  const auto valid = [](const buffer_descriptor& d, const dma_parameters& p) {
    require_valid(d, p, 1 << 20, "core tile (1, 1)");
  };
  const auto refused = [&](const buffer_descriptor& d, const char* what, const char* limit) {
    CHECK_THROWS_WITH(valid(d, npu.dma), Catch::Contains("core tile (1, 1)") &&
                                             Catch::Contains(what) && Catch::Contains(limit));
    CHECK_NOTHROW(valid(d, npu.memory_tile.dma));
  };
  refused({0, 512, {{256, 1}, {2, 256}}, false}, "256 accesses", "255");
  CHECK_NOTHROW(valid({0, 512, {{2, 1}, {256, 2}}, false}, npu.dma));  // the outermost
  refused({0, 2, {{2, 8193}}, false}, "8193 words a step", "8192");
  CHECK_THROWS_AS(valid({0, 2, {{2, 0}}, false}, npu.dma), unsupported_error);
  CHECK_THROWS_AS(valid({0, 2, {{0, 1}}, false}, npu.dma), unsupported_error);
  buffer_descriptor d{0, 1, {}, false};
  d.iteration = {65, 1};
  CHECK_THROWS_WITH(valid(d, npu.memory_tile.dma), Catch::Contains("65 iterations"));
  d.iteration = {64, 8192};
  CHECK_THROWS_AS(require_valid(d, npu.dma, npu.memory.bytes, "tile"), shape_error);
  d = {0, 1, {{1, 1}}, false};
  d.padding = {{64, 0}};
  CHECK_THROWS_WITH(valid(d, npu.memory_tile.dma), Catch::Contains("63"));
  d.padding = {{1, 0}, {1, 0}};
  CHECK_THROWS_AS(valid(d, npu.memory_tile.dma), shape_error);
}

}  // namespace aie2_dma_test
