// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <lacuna/hardware/aie2/core/dependence.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Which slots and which known banks each bundle uses; with `ii` > 0 bundles repeat every ii.
class reservation_table {
 public:
  reservation_table(const core_kernel& k, const core_parameters& core, std::int64_t ii = 0)
      : kernel_(&k), core_(&core), ii_(ii) {}

  /// The slots that `op` would take at bundle `time`, `preferred` if it can, or 0 where none of its
  /// choices is free.
  [[nodiscard]] slot_mask choice(const operation& op, std::int64_t time, slot_mask preferred = 0) {
    const timing t = timing_of(op.code, *core_);
    if (const std::uint32_t bank = bank_bit(op); bank != 0 && (row(time + t.memory).banks & bank)) {
      return 0;
    }
    if (preferred != 0 && (row(time).slots & preferred) == 0) return preferred;
    for (const slot_mask wanted : t.slots) {
      if (wanted != 0 && (row(time).slots & wanted) == 0) return wanted;
    }
    return 0;
  }
  void take(const operation& op, std::int64_t time, slot_mask slots) {
    row(time).slots = static_cast<slot_mask>(row(time).slots | slots);
    row(time + timing_of(op.code, *core_).memory).banks |= bank_bit(op);
  }
  void give_back(const operation& op, std::int64_t time, slot_mask slots) {
    row(time).slots = static_cast<slot_mask>(row(time).slots & ~slots);
    row(time + timing_of(op.code, *core_).memory).banks &= ~bank_bit(op);
  }

 private:
  struct use {
    slot_mask slots{0};
    std::uint32_t banks{0};
  };
  /// Vector accesses take both banks of a pair, so a logical bank serves one of them a cycle.
  [[nodiscard]] std::uint32_t bank_bit(const operation& op) const {
    if (op.buffer < 0) return 0;
    const int bank = kernel_->buffers[static_cast<std::size_t>(op.buffer)].logical_bank;
    return bank < 0 ? 0U : 1U << static_cast<unsigned>(bank);
  }
  [[nodiscard]] use& row(std::int64_t time) {
    std::int64_t at = time + (ii_ > 0 ? 0 : before_);
    if (ii_ > 0) {
      at = ((at % ii_) + ii_) % ii_;
    } else if (at < 0) {  // epilogues start before the region does
      rows_.insert(rows_.begin(), static_cast<std::size_t>(-at), use{});
      before_ += -at;
      at = 0;
    }
    if (at >= static_cast<std::int64_t>(rows_.size()))
      rows_.resize(static_cast<std::size_t>(at) + 1);
    return rows_[static_cast<std::size_t>(at)];
  }

  const core_kernel* kernel_;
  const core_parameters* core_;
  std::int64_t ii_;
  std::int64_t before_{0};
  std::vector<use> rows_;
};

/// A loop body in time: operation i issues `time[i]` bundles after its iteration began; iterations
/// begin `ii` bundles apart, and `stages` of them overlap.
struct loop_schedule {
  std::int64_t ii{0};
  std::int64_t stages{0};
  std::vector<std::int64_t> time;
  std::vector<slot_mask> slots;
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
