// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/core/simulate_core.hpp>
#include <lacuna/hardware/aie2/kernels/gemm.hpp>
#include <lacuna/hardware/aie2/movement/simulate_flow.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// C (m, n) = A (m, k) B (k, n) on a whole array, output stationary (the mapping of arXiv
/// 2512.13282): core (col, row) owns a tile of C; A is broadcast along rows, B along columns, both
/// through memory tiles; A and B are double-buffered on cores and memory tiles, C is single.
struct array_gemm_options {
  network::gemm_extents tile{112, 112, 112};  ///< of a core
  std::int64_t k_memory{448};                 ///< reduction that a memory tile holds at once
  int cols{4};
  int rows{4};
  gemm_kernel_options kernel;
};

/// The flow of that product; `kernel_cycles` is one call on one core's tile.
/// @throws shape_error unless the extents divide into the tiles of the array.
[[nodiscard]] inline flow_graph array_gemm_flow(const device& d, const network::gemm_extents& g,
                                                const array_gemm_options& o,
                                                std::int64_t kernel_cycles) {
  const network::gemm_extents& t = o.tile;
  if (t.m < 1 || t.k < 1 || t.n < 1 || o.cols < 1 || o.rows < 1 || o.k_memory < t.k || g.m < 1 ||
      g.k < 1 || g.n < 1 || g.m % (t.m * o.rows) != 0 || g.n % (t.n * o.cols) != 0 ||
      g.k % o.k_memory != 0 || o.k_memory % t.k != 0) {
    throw shape_error(message("array gemm: (", g.m, ", ", g.k, ") x (", g.k, ", ", g.n,
                              ") is not made of tiles (", t.m * o.rows, ", ", o.k_memory, ") x (",
                              o.k_memory, ", ", t.n * o.cols, "), themselves of k = ", t.k));
  }
  const std::int64_t a_bytes = bits_of(o.kernel.shape.a) / 8;
  const std::int64_t b_bytes = bits_of(o.kernel.shape.b) / 8;
  const std::int64_t c_bytes = t.m * t.n * bits_of(o.kernel.c) / 8;
  const std::int64_t tiles = g.m / (t.m * o.rows) * (g.n / (t.n * o.cols));
  const std::int64_t pieces = o.k_memory / t.k;
  const std::int64_t loads = tiles * (g.k / o.k_memory);

  flow_graph f;
  const auto core = [](int col, int row) { return tile_id{tile_kind::core, col, row}; };
  std::vector<int> a_core, b_core, c_core;
  for (int row = 0; row < o.rows; ++row) {
    for (int col = 0; col < o.cols; ++col) {
      const std::string at = message(" of core (", col, ", ", row, ")");
      a_core.push_back(f.add_pool("A" + at, core(col, row), 2, t.m * t.k * a_bytes));
      b_core.push_back(f.add_pool("B" + at, core(col, row), 2, t.k * t.n * b_bytes));
      c_core.push_back(f.add_pool("C" + at, core(col, row), 1, c_bytes));
    }
  }
  // Operand `name` for line `line` of the array enters through memory tile `col`.
  const auto feed = [&](const char* name, int line, int col, std::int64_t bytes,
                        std::vector<int> receivers) {
    const std::string at = message(name, " ", line);
    const tile_id memory{tile_kind::memory, col, 0};
    const int pool = f.add_pool(at, memory, 2, bytes);
    f.transfers.push_back({at + " from DRAM",
                           -1,
                           {pool},
                           {tile_kind::shim, col % static_cast<int>(d.shim_cols), 0},
                           bytes,
                           1,
                           1,
                           loads});
    f.transfers.push_back({at + " to cores", pool, std::move(receivers), {}, bytes, pieces});
  };
  const auto index = [&](int col, int row) { return static_cast<std::size_t>(row * o.cols + col); };
  for (int row = 0; row < o.rows; ++row) {
    std::vector<int> receivers;
    for (int col = 0; col < o.cols; ++col) receivers.push_back(a_core[index(col, row)]);
    feed("A row", row, row % o.cols, t.m * o.k_memory * a_bytes, std::move(receivers));
  }
  for (int col = 0; col < o.cols; ++col) {
    std::vector<int> receivers;
    for (int row = 0; row < o.rows; ++row) receivers.push_back(b_core[index(col, row)]);
    feed("B column", col, col, o.k_memory * t.n * b_bytes, std::move(receivers));
  }
  for (int col = 0; col < o.cols; ++col) {
    const std::string at = message("C column ", col);
    const int pool = f.add_pool(at, {tile_kind::memory, col, 0}, o.rows, c_bytes);
    for (int row = 0; row < o.rows; ++row) {
      f.transfers.push_back(
          {message(at, " from row ", row), c_core[index(col, row)], {pool}, {}, c_bytes});
    }
    f.transfers.push_back({at + " to DRAM",
                           pool,
                           {},
                           {tile_kind::shim, col % static_cast<int>(d.shim_cols), 0},
                           c_bytes});
  }
  const std::int64_t call = kernel_cycles + d.core.call_cycles;
  const std::int64_t clear = c_bytes / d.core.store_bytes + d.core.call_cycles;  // a store a bundle
  using kind = action::kind;
  for (int row = 0; row < o.rows; ++row) {
    for (int col = 0; col < o.cols; ++col) {
      const std::size_t i = index(col, row);
      f.cores.push_back({core(col, row),
                         {{kind::loop, -1, tiles},
                          {kind::acquire_empty, c_core[i], 0},
                          {kind::compute, -1, clear},
                          {kind::loop, -1, g.k / t.k},
                          {kind::acquire_full, a_core[i], 0},
                          {kind::acquire_full, b_core[i], 0},
                          {kind::compute, -1, call},
                          {kind::release_empty, a_core[i], 0},
                          {kind::release_empty, b_core[i], 0},
                          {kind::end_loop, -1, 0},
                          {kind::release_full, c_core[i], 0},
                          {kind::end_loop, -1, 0}}});
    }
  }
  return f;
}

/// Cycles of one kernel call on a tile, run on a core.
[[nodiscard]] inline core_run time_gemm_kernel(const device& d, const network::gemm_extents& tile,
                                               const gemm_kernel_options& o) {
  const program p = compile(gemm_kernel(tile, o), d.core);
  data_memory memory(d.memory, "compute tile");
  const std::int64_t a = tile.m * tile.k * bits_of(o.shape.a) / 8;
  const std::int64_t b = tile.k * tile.n * bits_of(o.shape.b) / 8;
  const std::int64_t c = tile.m * tile.n * bits_of(o.c) / 8;
  const auto place = [&](const char* name, std::int64_t bytes, int bank) {
    return static_cast<std::int32_t>(memory.place(name, bytes, bank).address);
  };
  const std::int32_t at_a = place("A", a, o.a_bank);
  const std::int32_t at_b = place("B", b, o.b_bank);
  const std::int32_t at_c = place("C", c, o.c_bank);
  return simulate_core(p, memory, d.core, {at_a, at_b, at_c});
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
