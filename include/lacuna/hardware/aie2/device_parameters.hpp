// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <lacuna/version.hpp>

// The parameters of an AIE2 (AIE-ML, XDNA1) device. After each stands its source and level:
//   H  measured on silicon: [ignite] jdominick05/ignite-xdna docs/SILICON.md (Ryzen 7 8700G),
//      [xdna-emu] FIM43-Redeye/xdna-emu docs (Phoenix), [Taka] arXiv 2512.13282
//   M  manual: [AM020] AMD Versal AIE-ML Architecture Manual, [AM025] register reference,
//      [aie-rt] Xilinx/aie-rt, [target] mlir-aie AIETargetModel, [VT] Vitis-Tutorials, [UG1603] AMD
//      AI Engine-ML Kernel and Graph Programming Guide
//   S  schedule: llvm-aie AIE2Schedule.td, latency = def - use + 1 less a shared bypass
//   D  derived from one of these
namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// What a vector lane holds.
enum class element : std::uint8_t { int4, int8, int16, int32, bf16 };
inline constexpr std::size_t elements = 5;

[[nodiscard]] constexpr std::string_view to_string(element e) noexcept {
  constexpr std::array<std::string_view, elements> names{"int4", "int8", "int16", "int32", "bf16"};
  return names[static_cast<std::size_t>(e)];
}
[[nodiscard]] constexpr std::int64_t bits_of(element e) noexcept {
  constexpr std::array<std::int64_t, elements> bits{4, 8, 16, 32, 16};
  return bits[static_cast<std::size_t>(e)];
}

/// Cycles from a bundle to the first one that may use its result. There are no interlocks: who
/// reads earlier gets the old value (H [ignite]: closer than 2 resp. 4 is silently wrong).
struct latencies {
  std::int64_t vector_load{7};          ///< VLDA, VLDB to a vector operand; S
  std::int64_t accumulator_load{5};     ///< to the accumulator of a VMAC: def 7, use 3; S
  std::int64_t scalar_load{7};          ///< S, H [ignite]
  std::int64_t ups_load{9};             ///< VLDA.UPS; S
  std::int64_t conv_load{7};            ///< VLDA.CONV; S
  std::int64_t ups{3};                  ///< VUPS; S
  std::int64_t srs{4};                  ///< VSRS to a vector operand; S
  std::int64_t mac{5};                  ///< integer VMUL, VMAC to SRS or store; S
  std::int64_t mac_chain{2};            ///< integer VMAC to VMAC, one accumulator; S, H [ignite]
  std::int64_t bf_mac{6};               ///< VMAC.f to store or conversion; S
  std::int64_t bf_mac_chain{4};         ///< VMAC.f to VMAC.f, one accumulator; S, H [ignite]
  std::int64_t accumulator_add{5};      ///< VACC; S
  std::int64_t bf_accumulator_add{6};   ///< VACC.f (VADD.f, VSUB.f); S
  std::int64_t shuffle{2};              ///< VSHUFFLE, VSHIFT, VSEL, VBCST, VMOV; 1 by bypass; S
  std::int64_t vector_alu{2};           ///< VADD, VSUB, VMAX, VCMP, VPACK, VCONV; S
  std::int64_t unpack{7};               ///< VUNPACK; S
  std::int64_t scalar{1};               ///< scalar ALU and moves; S
  std::int64_t scalar_multiply{2};      ///< S
  std::int64_t memory_cycle{5};         ///< a load or VST touches its bank in this cycle, from 1; S
  std::int64_t srs_memory_cycle{7};     ///< VST.SRS, VST.CONV; S
  std::int64_t narrow_store_cycle{11};  ///< 8- and 16-bit stores read at 5 and write at 11; S
};

/// How a bf16 multiply-add sums its accumulator and products.
enum class float_sum : std::uint8_t {
  /// All terms are aligned to the largest one's exponent, rounded there to 24 bits each, added
  /// exactly and rounded once (`aligned_sum`). H [ignite SILICON 1.2: VMAC.f 4x8x4, all of 3,200
  /// probes], M in kind [AM020 ch. 4: mantissas of multiplier and accumulator lanes are shifted
  /// down]. `unverified`: element-wise multiply-adds, and a network whose outputs differ from its
  /// source's emulator by something unexplained.
  aligned,
  in_order,  ///< one after the other in the order of k, rounded each time, as plain loops do
};

/// One core: slots are fixed (load A, load B, store, scalar, move, vector), sizes are not.
struct core_parameters {
  std::int64_t load_bytes{32};   ///< each of two load units; M [AM020 ch. 2]
  std::int64_t store_bytes{32};  ///< the store unit; M
  latencies latency;
  std::int64_t branch_delay_slots{5};      ///< H [ignite], S
  std::int64_t loop_setup_bundles{7};      ///< 112 B before a zero-overhead loop ends; S
  std::int64_t program_bytes{16384};       ///< 1024 bundles of 128 bits; M
  std::int64_t accumulators{9};            ///< cm, 1024 bits; M [AM020 ch. 4], S
  std::int64_t vectors{12};                ///< x, 512 bits; M, S
  std::int64_t masks{4};                   ///< q, 128 bits; M, S
  std::int64_t scalars{32};                ///< r, 32 bits; M, S
  std::int64_t pointers{8};                ///< p, 20 bits, with m, dn, dj, dc for each; M, S
  std::int64_t sparse_k_factor{2};         ///< 2:4 doubles K, not the multipliers; M [aie_api]
  std::int64_t sparse_loads_per_cycle{1};  ///< load unit B only; S
  std::int64_t call_cycles{20};            ///< an empty kernel call, 19.1-20.4; H [ignite]
  float_sum bf16_sum{float_sum::aligned};  ///< H, see there
};

/// Data memory of a compute tile: bank = 2 * ((address >> 14) & 3) + ((address >> 4) & 1), so that
/// a pair of banks makes a logical bank of 16 KB interleaved at 16 B; H [xdna-emu].
struct data_memory_parameters {
  std::int64_t bytes{65536};          ///< M [AM020 ch. 2]
  std::int64_t banks{8};              ///< of 8 KB, one port; M, H
  std::int64_t bank_width_bytes{16};  ///< M, H
  std::int64_t logical_banks{4};      ///< M [target]
  std::int64_t conflict_cycles{1};    ///< the loser retries a cycle later; M, H [ignite]
  bool core_beats_dma{true};          ///< until urgent; H [xdna-emu], exact order unverified
  std::int64_t locks{16};             ///< M [AM020]
  std::int64_t lock_bits{6};          ///< M
  std::int64_t acquire_cycles{4};     ///< semaphore busy E2-E5; S

  [[nodiscard]] constexpr std::int64_t bank_of(std::int64_t address) const noexcept {
    const std::int64_t pair = address / (bytes / logical_banks) % logical_banks;
    return pair * (banks / logical_banks) + address / bank_width_bytes % (banks / logical_banks);
  }
  [[nodiscard]] constexpr std::int64_t logical_bank_of(std::int64_t address) const noexcept {
    return address / (bytes / logical_banks) % logical_banks;
  }
};

/// DMA engine of a tile, memory tile or shim.
struct dma_parameters {
  std::int64_t s2mm_channels{2};  ///< stream to memory; M [aie-rt], [AM025]
  std::int64_t mm2s_channels{2};  ///< memory to stream
  std::int64_t descriptors{16};   ///< buffer descriptors
  std::int64_t dimensions{3};     ///< and an iteration dimension
  std::int64_t queue_depth{4};    ///< tasks waiting at a channel
  std::int64_t max_repeat{256};
  std::int64_t max_words{16383};    ///< length of a descriptor, in 4 B; M [AM025]
  std::int64_t granule_bytes{4};    ///< M: an int8 transpose is out of reach
  std::int64_t access_bytes{16};    ///< a bank access every 4 stream beats; H [xdna-emu]
  std::int64_t max_wrap{255};       ///< of a dimension but the outermost, 8 bits; M [AM025]
  std::int64_t max_step{8192};      ///< words, 13 bits; M [AM025]
  std::int64_t max_iterations{64};  ///< wrap of the iteration dimension, 6 bits; M
  std::array<std::int64_t, 3> max_padding{};  ///< zeros before and after, dimensions 0-2
};

struct memory_tile_parameters {
  std::int64_t bytes{524288};  ///< M [AM020 ch. 5]
  std::int64_t banks{16};      ///< of 2 k words of 128 bits, interleaved at 16 B; M
  std::int64_t locks{64};      ///< M
  /// Wraps of 10 bits, steps of 17, padding of 6, 5 and 4 bits; M [AM025], [AM020]
  dma_parameters dma{6, 6, 48, 4, 4, 256, 131071, 4, 16, 1023, 131072, 64, {63, 31, 15}};
};

/// Streams, cascade, shim and what lies behind it.
struct transport_parameters {
  std::int64_t stream_bytes_per_cycle{4};  ///< M [AM020], H
  std::int64_t local_to_local_cycles{3};   ///< M [AM020]
  std::int64_t local_to_external_cycles{4};
  std::int64_t external_to_local_cycles{3};
  std::int64_t external_to_external_cycles{4};
  std::int64_t column_streams_up{6};         ///< northward ports between two switches; M [target]
  std::int64_t column_streams_down{4};       ///< southward ports; M [target]
  std::int64_t packet_header_bytes{4};       ///< a word before each packet; M [UG1603]
  std::int64_t packet_ids{32};               ///< streams that one channel can carry; M [UG1603]
  std::int64_t cascade_bytes_per_cycle{64};  ///< M
  std::int64_t cascade_fifo_depth{4};        ///< 2 on each side; M
  std::int64_t shim_s2mm_channels{2};        ///< M [AM020 ch. 3]
  std::int64_t shim_mm2s_channels{2};
  std::int64_t shim_bytes_per_cycle{4};     ///< a channel; M
  std::int64_t axi_bytes_per_cycle{16};     ///< shared by the channels of a direction; M
  double shim_mm2s_fixed_cycles{747};       ///< H [xdna-emu], jitter 700-2000
  double shim_mm2s_cycles_per_word{1.05};   ///< H [xdna-emu]
  double shim_s2mm_fixed_cycles{171};       ///< H [xdna-emu]
  double shim_s2mm_cycles_per_word{1.00};   ///< H [xdna-emu]
  std::int64_t task_gap_mm2s_cycles{2700};  ///< between tasks the host starts; H [xdna-emu]
  std::int64_t task_gap_s2mm_cycles{2870};  ///< H [xdna-emu]
  double dram_bytes_per_s{15e9};            ///< both directions, as GEMM sees it; H [Taka 5.2.1]
  std::int64_t compress_mask_bytes{4};      ///< a mask before each word; M [AM020 ch. 1]
  std::int64_t compress_word_bytes{32};     ///< M
};

/// Dense multiply-adds a cycle and core of A x B; 0 where the core has no such multiply. M [VT
/// AIE-ML Design_Tutorials/01]; a 2:4 B does `sparse_k_factor` times as many in effect.
using mac_table = std::array<std::array<std::int64_t, elements>, elements>;
inline constexpr mac_table aie2_macs_per_cycle{{
    // B: int4, int8, int16, int32, bf16
    {0, 0, 0, 0, 0},        // A int4
    {512, 256, 128, 0, 0},  // A int8
    {0, 128, 64, 32, 0},    // A int16
    {0, 0, 32, 16, 0},      // A int32
    {0, 0, 0, 0, 128},      // A bf16
}};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
