// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/core/data_memory.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A DMA channel that reads or writes a tile's memory while a kernel runs: `bytes` in a row from
/// `address` on, the first after cycle `start`. One bank access carries the 16 bytes of 4 stream
/// beats, H [xdna-emu].
struct dma_stream {
  std::int64_t address{0};
  std::int64_t bytes{0};
  std::int64_t start{0};
};

/// What a channel met at the banks.
struct dma_stream_run {
  std::int64_t accesses{0};
  std::int64_t losses{0};  ///< to the core, each retried a cycle later
  std::int64_t cycles{0};  ///< from `start` to the end of the last access
};

/// Arbitration of banks between a core and the DMA channels of its tile.
///
/// Each bank has one port and the loser tries again a cycle later (M [AM020 ch. 2]). The core wins
/// over a DMA access that is not urgent, and losing costs the DMA nothing (H [xdna-emu]): an access
/// is taken to be urgent once the next 4 beats have come, D, `unverified`; then it takes the bank
/// and the core stalls. With `core_beats_dma` unset every access is urgent at once.
class dma_traffic {
 public:
  /// `period` is cycles between a channel's accesses. @throws shape_error where a stream leaves the
  /// memory.
  dma_traffic(std::vector<dma_stream> streams, const data_memory& memory, std::int64_t access_bytes,
              std::int64_t period)
      : streams_(std::move(streams)),
        memory_(&memory),
        access_bytes_(access_bytes),
        period_(period),
        runs_(streams_.size()) {
    for (const dma_stream& s : streams_) {
      if (s.address < 0 || s.bytes < 0 || s.start < 0 || s.address + s.bytes > memory.size()) {
        throw shape_error(message("DMA stream: bytes ", s.address, " ... ", s.address + s.bytes,
                                  " from cycle ", s.start, ", data memory has ", memory.size()));
      }
    }
  }

  [[nodiscard]] const std::vector<dma_stream_run>& runs() const noexcept { return runs_; }

  /// Cycle `now`, in which the core uses `core_banks` (a bit each). @return the banks that the core
  /// loses to urgent accesses.
  std::uint32_t cycle(std::int64_t now, std::uint32_t core_banks) {
    std::uint32_t taken = 0;  // by channels, which give way to one another
    std::uint32_t lost = 0;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      const dma_stream& s = streams_[i];
      dma_stream_run& r = runs_[i];
      const std::int64_t due = s.start + r.accesses * period_;
      if (r.accesses * access_bytes_ >= s.bytes || due > now) continue;
      const std::int64_t line =
          (s.address + r.accesses * access_bytes_) / memory_->parameters().bank_width_bytes;
      const std::uint32_t bank = 1U << memory_->banks()[static_cast<std::size_t>(line)];
      const bool urgent = !memory_->parameters().core_beats_dma || now >= due + period_;
      if ((taken & bank) != 0 || ((core_banks & bank) != 0 && !urgent)) {
        ++r.losses;
        continue;
      }
      lost |= core_banks & bank;
      taken |= bank;
      ++r.accesses;
      r.cycles = now + 1 - s.start;
    }
    return lost;
  }

  /// Lets what is left pass without the core, from cycle `now` on.
  void finish(std::int64_t now) {
    const auto waits = [&] {
      for (std::size_t i = 0; i < streams_.size(); ++i) {
        if (runs_[i].accesses * access_bytes_ < streams_[i].bytes) return true;
      }
      return false;
    };
    for (; waits(); ++now) (void)cycle(now, 0);
  }

 private:
  std::vector<dma_stream> streams_;
  const data_memory* memory_;
  std::int64_t access_bytes_;
  std::int64_t period_;
  std::vector<dma_stream_run> runs_;
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
