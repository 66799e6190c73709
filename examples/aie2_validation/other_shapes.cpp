// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <ctime>
#include <iostream>
#include <random>

#include <lacuna/format/convert.hpp>
#include <lacuna/hardware/aie2/array_gemm.hpp>
#include <lacuna/hardware/aie2/kernels/elementwise.hpp>
#include <lacuna/hardware/aie2/kernels/run.hpp>
#include <lacuna/hardware/aie2/report.hpp>
#include <lacuna/hardware/report_text.hpp>

#include "cases.hpp"

using namespace lacuna;
using namespace lacuna::hardware::aie2;

const char* const other_shapes_usage =
    "       aie2_validation --gemm i8-i8|i8-i16|i8-i32|bf16 M K N [ROWS COLS]\n"
    "         one core: cycles of C (M, N) += A (M, K) B (K, N) in its memory, TYPES "
    "operands-result;\n"
    "         ROWS x COLS instruction tiles of 4 x 8 x 8 (bf16 4 x 8 x 4) stay in accumulators (4 "
    "2)\n"
    "       aie2_validation --array TYPES M K N TILE_M TILE_K TILE_N K_MEMORY COLS ROWS CLOCK_HZ "
    "DRAM_B/S\n"
    "         a whole array: C (M, N) = A B, padded to tiles; TILE_* of a core, K_MEMORY the part "
    "of K\n"
    "         that memory tiles hold at once (a multiple of TILE_K)\n"
    "       aie2_validation --block-sparse M K N KEEP_PERCENT COLUMNS\n"
    "         one core: int8, random 8x8 blocks kept, COLUMNS (1, 2, 4) blocks of columns at once\n"
    "       aie2_validation --scale|--add-bf16|--add-int8 COUNT\n"
    "         one core: c = factor a of int16, or c = a + b\n"
    "       aie2_validation --copy BYTES OBJECT_BYTES COLS CLOCK_HZ DRAM_B/S\n"
    "         DRAM to memory tiles and back in double-buffered objects, BYTES shared by COLS "
    "columns\n"
    "       aie2_validation --stream BYTES | --shim WORDS\n"
    "         one DMA channel between tiles; a shim's from and to DRAM\n"
    "       aie2_validation --speed\n"
    "examples:\n"
    "       aie2_validation --gemm bf16 64 64 64\n"
    "       aie2_validation --array i8-i8 4032 4032 4032 112 112 112 448 4 4 1e9 15e9\n"
    "       aie2_validation --copy 1048576 4096 4 1.8e9 28e9\n";

namespace {

const device npu = phoenix();

gemm_kernel_options options_of(const std::string& types) {
  gemm_kernel_options o;
  if (types == "i8-i8") return o;
  if (types == "i8-i16")
    o.c = element::int16;
  else if (types == "i8-i32")
    o.c = element::int32;
  else if (types == "bf16") {
    o.shape = bf16_mmul;
    o.c = element::bf16;
    o.cols = 4;
  } else {
    throw unsupported_error("types: expected i8-i8, i8-i16, i8-i32 or bf16, got " + types);
  }
  return o;
}

int gemm(const std::vector<std::string>& a) {
  gemm_kernel_options o = options_of(a.at(1));
  if (a.size() > 6) {
    o.rows = std::stoi(a[5]);
    o.cols = std::stoi(a[6]);
  }
  const core_run r =
      time_gemm_kernel(npu, {std::stol(a.at(2)), std::stol(a.at(3)), std::stol(a.at(4))}, o);
  std::cout << r.cycles() << " cycles, " << r.macs_per_cycle() << " multiply-adds a cycle\n"
            << to_report(r, npu, "gemm " + a[1]);
  return 0;
}

int array(const std::vector<std::string>& a) {
  array_gemm_options o;
  o.kernel = options_of(a.at(1));
  o.tile = {std::stol(a.at(5)), std::stol(a.at(6)), std::stol(a.at(7))};
  o.k_memory = std::stol(a.at(8));
  o.cols = std::stoi(a.at(9));
  o.rows = std::stoi(a.at(10));
  device d = o.cols > 4 || o.rows > 4 ? ve2802() : npu;
  d.clock_hz = std::stod(a.at(11));
  d.transport.dram_bytes_per_s = std::stod(a.at(12));
  const auto up = [](std::int64_t n, std::int64_t to) { return ceil_div(n, to) * to; };
  const network::gemm_extents asked{std::stol(a.at(2)), std::stol(a.at(3)), std::stol(a.at(4))};
  const network::gemm_extents g{up(asked.m, o.tile.m * o.rows), up(asked.k, o.k_memory),
                                up(asked.n, o.tile.n * o.cols)};
  const core_run kernel = time_gemm_kernel(d, o.tile, o.kernel);
  const flow_run r = simulate_flow(array_gemm_flow(d, g, o, kernel.cycles()), d);
  const double macs =
      static_cast<double>(asked.m) * static_cast<double>(asked.k) * static_cast<double>(asked.n);
  std::cout << "padded to " << g.m << " x " << g.k << " x " << g.n << ", kernel " << kernel.cycles()
            << " cycles, " << 2e-12 * macs * d.clock_hz / r.cycles << " TOPS\n"
            << to_report(r, d, "array gemm " + a[1], macs);
  return 0;
}

int block_sparse(const std::vector<std::string>& a) {
  const index_t m = std::stol(a.at(1)), k = std::stol(a.at(2)), n = std::stol(a.at(3));
  const auto keep = static_cast<unsigned>(std::stoul(a.at(4)));
  block_sparse_options o;
  o.columns = std::stoi(a.at(5));
  std::mt19937 g(1);
  dense_matrix<std::int8_t> w(m, k), x(k, n);
  for (index_t i = 0; i < w.size(); ++i) w.data()[i] = static_cast<std::int8_t>(g() % 15);
  for (index_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<std::int8_t>(g() % 15);
  const auto sparse =
      to_block_csr_where<8, 8>(w, [&](index_t, index_t) { return g() % 100 < keep; });
  const auto r = run_block_sparse(npu, sparse, as_view(x), o);
  std::cout << sparse.blocks() << " blocks, " << r.run.cycles() << " cycles\n"
            << to_report(r.run, npu, "block-sparse");
  return 0;
}

int element_wise(const std::vector<std::string>& a) {
  const index_t count = std::stol(a.at(1));
  const bool scale = a[0] == "--scale";
  const core_kernel k = scale                  ? scale_int16_kernel(count)
                        : a[0] == "--add-bf16" ? add_bf16_kernel(count)
                                               : add_int8_kernel(count);
  data_memory memory(npu.memory);
  const std::vector<std::int32_t> arguments =
      scale ? std::vector<std::int32_t>{0, 16384, 3} : std::vector<std::int32_t>{0, 16384, 32768};
  std::cout << to_report(simulate_core(compile(k, npu.core), memory, npu.core, arguments), npu,
                         k.name);
  return 0;
}

/// Each column's share passes its memory tile as in object FIFOs of depth 2.
int copy(const std::vector<std::string>& a) {
  const std::int64_t bytes = std::stol(a.at(1)), object = std::stol(a.at(2));
  const int cols = std::stoi(a.at(3));
  device d = cols > static_cast<int>(npu.shim_cols) ? ve2802() : npu;
  d.clock_hz = std::stod(a.at(4));
  d.transport.dram_bytes_per_s = std::stod(a.at(5));
  if (cols < 1 || object < 4 || bytes < 1 || bytes % (object * cols) != 0) {
    throw shape_error(message("copy: ", bytes, " bytes are not whole objects of ", object,
                              " bytes in ", cols, " columns"));
  }
  flow_graph f;
  for (int c = 0; c < cols; ++c) {
    const tile_id shim{tile_kind::shim, c, 0};
    const int pool =
        f.add_pool(message("objects of column ", c), {tile_kind::memory, c, 0}, 2, object);
    f.transfers.push_back({message("column ", c, " from DRAM"),
                           -1,
                           {pool},
                           shim,
                           object,
                           1,
                           1,
                           bytes / (object * cols)});
    f.transfers.push_back({message("column ", c, " to DRAM"), pool, {}, shim, object});
  }
  const flow_run r = simulate_flow(f, d);
  std::cout << r.cycles << " cycles, " << static_cast<double>(bytes) / r.cycles
            << " bytes a cycle each way, "
            << static_cast<double>(bytes) * d.clock_hz / r.cycles * 1e-9 << " GB/s\n"
            << to_report(r, d, "copy", 0);
  return 0;
}

int speed() {
  const program p = compile(gemm_kernel({64, 232, 64}), npu.core);
  data_memory memory(npu.memory);
  std::int64_t cycles = 0;
  const std::clock_t begin = std::clock();  // of this process alone
  for (int i = 0; i < 1000; ++i) {
    cycles += simulate_core(p, memory, npu.core, {0, 16384, 32768}).cycles();
  }
  const double passed = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  std::cout << static_cast<double>(cycles) / passed * 1e-6
            << " million simulated cycles a second, int8 gemm 64x232x64\n";
  return 0;
}

}  // namespace

int run_other_shape(const std::vector<std::string>& a) {
  if (a[0] == "--gemm") return gemm(a);
  if (a[0] == "--array") return array(a);
  if (a[0] == "--block-sparse") return block_sparse(a);
  if (a[0] == "--scale" || a[0] == "--add-bf16" || a[0] == "--add-int8") return element_wise(a);
  if (a[0] == "--stream") {
    std::cout << stream_cycles(std::stol(a.at(1)), npu.transport) << " cycles\n";
    return 0;
  }
  if (a[0] == "--shim") {
    std::cout << shim_cycles(std::stol(a.at(1)), true, npu.transport) << " cycles in, "
              << shim_cycles(std::stol(a.at(1)), false, npu.transport) << " out\n";
    return 0;
  }
  if (a[0] == "--copy") return copy(a);
  if (a[0] == "--speed") return speed();
  return -1;
}
