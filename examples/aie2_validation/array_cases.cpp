// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <lacuna/hardware/aie2/array_gemm.hpp>

#include "cases.hpp"

using namespace lacuna;
using namespace lacuna::hardware::aie2;

std::vector<validation_case> array_cases() {
  const device npu = phoenix();
  const transport_parameters& t = npu.transport;
  const auto stream = [&](std::int64_t bytes) {
    return static_cast<double>(stream_cycles(bytes, t));
  };
  const auto shim = [&](bool in) { return static_cast<double>(shim_cycles(16384, in, t)); };
  const array_gemm_options o;
  const std::int64_t kernel = time_gemm_kernel(npu, o.tile, o.kernel).cycles();
  const double n = 4032;
  const flow_graph f = array_gemm_flow(npu, {4032, 4032, 4032}, o, kernel);
  const auto tops = [&](const device& d) {
    return 2 * n * n * n * d.clock_hz / simulate_flow(f, d).cycles * 1e-12;
  };
  device unbound = npu;  // what kernels and array alone allow
  unbound.transport.dram_bytes_per_s = 1e12;
  return {
      {"27", "tile MM2S, 256 words", 244, 258, stream(1024), 0.05, "DMA", "xdna-emu"},
      {"28", "1024 int16 over a channel", 512, 0, stream(2048), 0, "DMA", "mlir-aie guide, 4c"},
      {"29", "32 KB over a channel", 8192, 0, stream(32768), 0, "DMA", "Vitis-Tutorials AIE-ML 13"},
      {"30", "shim MM2S, 16384 words (law fitted by its source)", 17963, 0, shim(true), 0.05,
       "shim", "xdna-emu"},
      {"30", "shim S2MM, 16384 words (law fitted by its source)", 16525, 0, shim(false), 0.05,
       "shim", "xdna-emu"},
      {"31", "i8-i8 4032^3, 16 cores, 15 GB/s, TOPS", 6.52, 0, tops(npu), 0.05, "array",
       "arXiv 2512.13282"},
      {"31", "the same without DRAM's limit, TOPS", 6.80, 0, tops(unbound), 0.05, "array",
       "arXiv 2512.13282"},
  };
}
