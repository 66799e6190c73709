// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/hardware/aie2/device_parameters.hpp>

// AIE2 devices; letters are the sources and levels of device_parameters.hpp.
namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A device as data: change a number and run again. The defaults are one column of Phoenix's array.
struct device {
  std::string name;
  double clock_hz{1e9};            ///< cycles come first, seconds are cycles / clock_hz
  std::int64_t cols{1};            ///< M [target]
  std::int64_t core_rows{4};       ///< M [target]
  std::int64_t mem_rows{1};        ///< M [target]
  std::int64_t shim_cols{1};       ///< columns with a way to the NoC; M [target]
  std::int64_t first_core_row{2};  ///< M [target]
  core_parameters core;
  data_memory_parameters memory;
  dma_parameters dma;
  memory_tile_parameters memory_tile;
  transport_parameters transport;
  mac_table macs_per_cycle{aie2_macs_per_cycle};
  std::vector<std::string> provenance;
  std::vector<std::string> unverified;

  [[nodiscard]] std::int64_t compute_tiles() const noexcept { return cols * core_rows; }
  [[nodiscard]] std::int64_t memory_tiles() const noexcept { return cols * mem_rows; }
  [[nodiscard]] std::int64_t peak_macs(element a, element b) const noexcept {
    return macs_per_cycle[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)];
  }
  [[nodiscard]] double seconds(std::int64_t cycles) const noexcept {
    return static_cast<double>(cycles) / clock_hz;
  }
};

/// @throws shape_error naming the parameter at fault: counts and rates must be positive, and banks
/// must divide the memory.
inline void require_valid(const device& d) {
  const auto positive = [&](std::string_view what, double value) {
    if (!(value > 0)) {
      throw shape_error(
          message("device ", d.name, ": expected a positive ", what, ", got ", value));
    }
  };
  const auto count = [&](std::string_view what, std::int64_t value) {
    positive(what, static_cast<double>(value));
  };
  positive("clock_hz", d.clock_hz);
  positive("dram_bytes_per_s", d.transport.dram_bytes_per_s);
  count("cols", d.cols);
  count("core_rows", d.core_rows);
  count("shim_cols", d.shim_cols);
  count("memory.bytes", d.memory.bytes);
  count("memory.banks", d.memory.banks);
  count("memory.logical_banks", d.memory.logical_banks);
  count("memory.bank_width_bytes", d.memory.bank_width_bytes);
  count("core.program_bytes", d.core.program_bytes);
  count("core.accumulators", d.core.accumulators);
  count("core.vectors", d.core.vectors);
  count("transport.stream_bytes_per_cycle", d.transport.stream_bytes_per_cycle);
  if (d.memory.banks % d.memory.logical_banks != 0 || d.memory.bytes % d.memory.banks != 0) {
    throw shape_error(message("device ", d.name, ": ", d.memory.bytes, " bytes do not divide into ",
                              d.memory.logical_banks, " logical and ", d.memory.banks, " banks"));
  }
}

namespace detail {
inline device with_origin(device d) {
  d.provenance = {
      "AMD AM020 Versal AIE-ML Architecture Manual; AM025 register reference",
      "llvm-aie AIE2Schedule.td, AIE2Slots.td, AIE2RegisterInfo.td (latencies, slots, registers)",
      "mlir-aie AIETargetModel.h (array shape); Vitis-Tutorials AIE-ML (multiply-adds a cycle)",
      "measured by others: ignite-xdna docs/SILICON.md, xdna-emu docs, arXiv 2512.13282"};
  d.unverified = {"order of core and DMA at a contended bank", "DDR latency, NoC contention"};
  return d;
}
}  // namespace detail

/// Phoenix and Hawk Point (NPU1): 5 columns, of which 4 reach the NoC; 1.0 GHz (H [Taka]); a Ryzen
/// 8700G runs at 1.8 GHz and moves 28e9 B/s one way (H [ignite]): set `clock_hz` and DRAM.
[[nodiscard]] inline device phoenix() {
  device d;
  d.name = "Phoenix NPU";
  d.cols = 5;
  d.shim_cols = 4;
  d = detail::with_origin(std::move(d));
  d.unverified.emplace_back("use of the fifth column, which has no way to the NoC");
  return d;
}

/// VE2302: 17 columns of 2 cores.
[[nodiscard]] inline device ve2302() {
  device d;
  d.name = "VE2302";
  d.cols = 17;
  d.core_rows = 2;
  d.shim_cols = 17;
  d = detail::with_origin(std::move(d));
  d.unverified.emplace_back("columns of VE2302 that reach the NoC: all are taken to");
  return d;
}

/// VE2802: 38 columns of 8 cores and 2 memory tiles, 1.25 GHz (M [VT issue 488], [GAMA]).
[[nodiscard]] inline device ve2802() {
  device d;
  d.name = "VE2802";
  d.clock_hz = 1.25e9;
  d.cols = 38;
  d.core_rows = 8;
  d.mem_rows = 2;
  d.shim_cols = 12;
  d.first_core_row = 3;
  return detail::with_origin(std::move(d));
}

/// The c x c mesh of the published weight-block-sparsity estimates (arXiv 2407.09453): c x c cores
/// and a memory tile a column, 1 GHz, 4 GiB/s a link (the estimates' links are one stream each).
/// @throws shape_error unless 2 <= c <= 8.
[[nodiscard]] inline device mesh(std::int64_t c) {
  if (c < 2 || c > 8) {
    throw shape_error(message("expected a mesh of 2 x 2 to 8 x 8, got ", c, " x ", c));
  }
  device d;
  d.name = message(c, "x", c, " mesh");
  d.cols = c;
  d.core_rows = c;
  d.shim_cols = c;
  d.transport.dram_bytes_per_s = static_cast<double>(c) * 2 * 4294967296.0;  // 2 channels a column
  d = detail::with_origin(std::move(d));
  d.provenance.emplace_back("arXiv 2407.09453: mesh, memory tile a column, 4 GiB/s links");
  return d;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
