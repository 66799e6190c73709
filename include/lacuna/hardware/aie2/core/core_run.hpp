// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <lacuna/hardware/aie2/core/dma_traffic.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// What a run of a kernel took: cycles = bundles + stalls, as measured on silicon (H [ignite] 1.2).
struct core_run {
  std::int64_t bundles{0};
  std::int64_t bank_stalls{0};     ///< MEMORY_STALL: a port lost its bank
  std::int64_t dma_stalls{0};      ///< of these, lost to an urgent access of the DMA
  std::int64_t mac_bundles{0};     ///< with a multiply in the vector slot
  std::int64_t vector_bundles{0};  ///< with anything in it
  std::int64_t loop_gaps{0};  ///< of zero-overhead loops, with nothing in it: loads or stores bind
  std::int64_t macs{0};
  std::int64_t loads{0};  ///< over both units
  std::int64_t stores{0};
  std::array<std::int64_t, 8> conflicts{};  ///< CONFLICT_DM_BANK_n
  std::vector<std::int64_t> events;         ///< cycles of event marks
  std::vector<dma_stream_run> dma;          ///< of the channels that ran beside the kernel

  [[nodiscard]] std::int64_t cycles() const noexcept { return bundles + bank_stalls; }
  /// Multiply-adds a cycle.
  [[nodiscard]] double macs_per_cycle() const noexcept {
    return cycles() == 0 ? 0 : static_cast<double>(macs) / static_cast<double>(cycles());
  }
  /// Another run after this one, whose events count from its own start.
  core_run& operator+=(const core_run& o) {
    bundles += o.bundles;
    bank_stalls += o.bank_stalls;
    dma_stalls += o.dma_stalls;
    mac_bundles += o.mac_bundles;
    vector_bundles += o.vector_bundles;
    loop_gaps += o.loop_gaps;
    macs += o.macs;
    loads += o.loads;
    stores += o.stores;
    for (std::size_t b = 0; b < conflicts.size(); ++b) conflicts[b] += o.conflicts[b];
    events.insert(events.end(), o.events.begin(), o.events.end());
    return *this;
  }
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
