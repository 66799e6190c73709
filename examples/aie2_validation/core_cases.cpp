// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <utility>

#include <lacuna/hardware/aie2/array_gemm.hpp>
#include <lacuna/hardware/aie2/core/check_schedule.hpp>
#include <lacuna/hardware/aie2/kernels/elementwise.hpp>
#include <lacuna/hardware/aie2/kernels/gemm_4x16x8.hpp>
#include <lacuna/hardware/aie2/kernels/sparse_2_4.hpp>

#include "cases.hpp"

using namespace lacuna;
using namespace lacuna::hardware::aie2;

namespace {

const device npu = phoenix();

core_run run(const core_kernel& k, const std::vector<std::int32_t>& arguments) {
  data_memory memory(npu.memory);
  return simulate_core(compile(k, npu.core), memory, npu.core, arguments);
}

/// The least spacing of two multiplies into one accumulator at which both count.
double least_spacing(opcode mac, int units) {
  for (std::int64_t spacing = 1;; ++spacing) {
    kernel_builder k("chain");
    const reg x = k.vector();
    const reg sum = k.accumulator(units);
    k.loop_by_hand(4, spacing, {0}, [&] { k.mac(mac, sum, x, x); });
    if (!check(make_layout(std::move(k).finish(), npu.core), npu.core)) {
      return static_cast<double>(spacing);
    }
  }
}

/// Cycles an iteration of a loop of `bundles` with `macs` multiplies and `loads` loads, of which
/// one pair shares bundle and bank where `conflict` is set.
double loop_cycles(opcode mac, int units, std::int64_t bundles, int macs, int loads,
                   bool conflict) {
  const auto total = [&](std::int64_t trips) {
    kernel_builder k("loop");
    const auto data = k.add_buffer("data");
    const auto other = k.add_buffer("other");
    const reg p = k.argument();
    const reg q = k.argument();
    const reg x = k.vector(1);
    const reg y = k.vector(1);
    const reg a = k.vector();
    const reg sum = k.accumulator(units);
    std::vector<std::int64_t> time;
    for (int l = 0; l < loads; ++l) time.push_back(l == 0 ? 0 : (l - 1) % bundles);
    for (int m = 0; m < macs; ++m) time.push_back(m);
    k.loop_by_hand(trips, bundles, time, [&] {
      for (int l = 0; l < loads; ++l) {
        k.load(opcode::load_vector, l == 0 ? x : y, l == 0 ? q : p, l == 0 ? other : data);
      }
      for (int m = 0; m < macs; ++m) k.mac(mac, sum, a, a);
    });
    return run(std::move(k).finish(), {0, conflict ? 64 : 16384}).cycles();
  };
  return static_cast<double>(total(300) - total(100)) / 200;
}

double between_marks(const core_kernel& k, const std::vector<std::int32_t>& arguments) {
  const core_run r = run(k, arguments);
  return static_cast<double>(r.events.at(1) - r.events.at(0));
}

double gemm_cycles(network::gemm_extents g, element c) {
  gemm_kernel_options o;
  o.c = c;
  if (c == element::bf16) {
    o.shape = bf16_mmul;
    o.cols = 4;
  }
  return static_cast<double>(time_gemm_kernel(npu, g, o).cycles());
}

double tutorial_cycles(int rows, element c, bool as_published = true) {
  gemm_4x16x8_options o;
  o.rows = rows;
  o.c = c;
  o.as_published = as_published;
  return static_cast<double>(run(gemm_4x16x8_kernel({64, 64, 64}, o), {0, 16384, 32768}).cycles());
}

/// mlir-aie's mm.cc at 64^3 with its inner loop at the cycles that were measured of it.
double mm_cycles(bool floats, std::int64_t loop_cycles) {
  gemm_kernel_options o;
  o.loop_bundles = loop_cycles;
  if (floats) {
    o.shape = bf16_mmul;
    o.c = element::bf16;
    o.cols = 4;
  }
  return static_cast<double>(time_gemm_kernel(npu, {64, 64, 64}, o).cycles());
}

/// Dense-equivalent multiply-adds a cycle of the longest 2:4 product that fits.
double sparse_rate() {
  const core_run r = run(sparse_2_4_kernel(16, 1008, 16), {0, 16384, 32768});
  return 2 * r.macs_per_cycle();
}

}  // namespace

std::vector<validation_case> core_cases() {
  const std::vector<std::int32_t> three{0, 16384, 32768};
  gemm_kernel_options long_k;  // the longest reduction that fits: how near the peak it comes
  const core_run best = time_gemm_kernel(npu, {16, 1008, 16}, long_k);
  const char* ignite = "ignite-xdna SILICON";
  const char* guide = "mlir-aie guide, 4c and 4d";
  const char* tutorial = "Vitis-Tutorials AIE-ML 01";
  const char* mm =
      "a lower bound: bundles are published of the inner loop alone; the rest, scheduled by the "
      "model, overlaps where the measured code does not";
  return {
      {"1", "int8 VMAC chain, least spacing", 2, 0, least_spacing(opcode::mac_i8_4x8x8, 4), 0,
       "ISA", ignite},
      {"2", "bf16 VMAC.f chain, least spacing", 4, 0, least_spacing(opcode::mac_bf16_4x8x4, 2), 0,
       "ISA", ignite},
      {"3", "11 bundles, two loads of one bank", 12, 0,
       loop_cycles(opcode::mac_i8_4x8x8, 4, 11, 0, 2, true), 0, "bank", ignite},
      {"3", "the same, two banks", 11, 0, loop_cycles(opcode::mac_i8_4x8x8, 4, 11, 0, 2, false), 0,
       "bank", ignite},
      {"5", "scale int16 1024, pipelined", 72, 0,
       between_marks(scale_int16_kernel(1024), {0, 16384, 3}), 0.05, "kernel", guide,
       "the first load of an iteration to its second store are 15 bundles, so 32 of them 2 apart "
       "are 77, and marks stay outside as Peano keeps them (case 7); 72 means that the tutorial's "
       "compiler, which may move memory accesses across marks (UG1079, scheduling separator), did",
       false, 78},
      {"6", "scale int16 1024, not pipelined", 495, 0,
       between_marks(scale_int16_kernel(1024, loop_mode::sequential), {0, 16384, 3}), 0.03,
       "kernel", guide},
      {"7", "bf16 addition 1024", 78, 0, between_marks(add_bf16_kernel(1024), three), 0.05,
       "kernel", guide},
      {"8", "int8 64^3, 4x16x8, one A a B, int32", 2092, 0, tutorial_cycles(1, element::int32),
       0.03, "kernel", tutorial},
      {"8", "the same, int16", 2089, 0, tutorial_cycles(1, element::int16), 0.03, "kernel",
       tutorial},
      {"9", "int8 64^3, two A a B, int16", 1121, 0, tutorial_cycles(2, element::int16), 0.03,
       "kernel", tutorial,
       message("pointers as in the source; set back by 3-D walks instead: ",
               static_cast<int>(tutorial_cycles(2, element::int16, false)))},
      {"12", "bf16 64^3 (type inferred)", 2535, 0, gemm_cycles({64, 64, 64}, element::bf16), 0.05,
       "kernel", guide},
      {"13", "bf16 loop: 32 bundles, 16 VMAC.f, one conflict", 33, 0,
       loop_cycles(opcode::mac_bf16_4x8x4, 2, 32, 16, 16, true), 0.03, "kernel", ignite},
      {"13", "int8 loop: 9 bundles, 8 VMAC, one conflict", 10, 0,
       loop_cycles(opcode::mac_i8_4x8x8, 4, 9, 8, 8, true), 0.03, "kernel", ignite},
      {"14", "mm.cc bf16 64^3, inner loop of 33 cycles", 5407, 0, mm_cycles(true, 33), 0, "kernel",
       ignite, mm, true, 4822},
      {"14", "mm.cc int8 64^3, inner loop of 10 cycles", 2584, 0, mm_cycles(false, 10), 0, "kernel",
       ignite, mm, true, 1606},
      {"15", "i8-i8 64x232x64", 4078, 0, gemm_cycles({64, 232, 64}, element::int8), 0.08, "kernel",
       "arXiv 2512.13282"},
      {"16", "i8-i16 64x216x64", 4066, 0, gemm_cycles({64, 216, 64}, element::int16), 0.08,
       "kernel", "arXiv 2512.13282"},
      {"17", "i8-i32 48x280x48", 3360, 0, gemm_cycles({48, 280, 48}, element::int32), 0.08,
       "kernel", "arXiv 2512.13282"},
      {"18", "bf16 64x104x64", 3783, 0, gemm_cycles({64, 104, 64}, element::bf16), 0.08, "kernel",
       "arXiv 2512.13282"},
      {"34", "multiply-adds a cycle, int8, k = 1008", 256, 0, best.macs_per_cycle(), 0, "bound",
       "Vitis-Tutorials", "", true, 246},
      {"34", "effective multiply-adds a cycle, int8 2:4 (upper bound)", 512, 0, sparse_rate(), 0,
       "bound", "aie_api", "", true, 427},
  };
}
