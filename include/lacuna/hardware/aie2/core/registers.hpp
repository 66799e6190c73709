// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include <lacuna/core/contract.hpp>
#include <lacuna/hardware/aie2/core/program.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A pointer with its 3-D walk.
struct address_generator {
  std::int32_t address{0};
  std::array<std::int32_t, 5> walk{};  ///< by walk_field
  std::int32_t counter0{0};
  std::int32_t counter1{0};

  /// The next address of the walk; advances the counters.
  std::int32_t next() noexcept {
    std::int32_t to = address + walk[0];
    if (walk[1] > 0 && ++counter0 >= walk[1]) {
      counter0 = 0;
      to += walk[2];
      if (walk[3] > 0 && ++counter1 >= walk[3]) {
        counter1 = 0;
        to += walk[4];
      }
    }
    return to;
  }
};

/// What a core holds. A multiply-add reads its accumulator two stages after others read theirs and
/// takes results of its own kind by bypass, so accumulators are kept as both see them.
struct core_state {
  alignas(64) std::array<std::uint8_t, 64 * unit_bytes> vectors{};
  alignas(64) std::array<std::uint8_t, 64 * unit_bytes> accumulators{};
  alignas(64) std::array<std::uint8_t, 64 * unit_bytes> accumulators_mac{};
  std::array<std::uint64_t, 16> masks{};  ///< halves of q
  std::array<std::int32_t, 64> scalars{};
  std::array<std::int32_t, 16> offsets{};
  std::array<address_generator, 16> pointers{};
};

/// Results under way: each lands in the bundle in which others may read it. 16 bundles ahead cover
/// the longest latency (VLDA.UPS, 9; a store's memory cycle, 11).
class landing_queue {
 public:
  static constexpr std::size_t ahead = 16;
  static constexpr std::size_t widest = 4 * unit_bytes;

  /// Room for `size` bytes that appear at `to` in bundle `at`.
  /// `stale`, where given, is a flag for each 32 bytes that is set when they change.
  [[nodiscard]] LACUNA_ALWAYS_INLINE std::uint8_t* add(std::int64_t at, std::uint8_t* to,
                                                       std::size_t size,
                                                       std::uint8_t* stale = nullptr) {
    slot_of_time& s = slots_[static_cast<std::size_t>(at) % ahead];
    if (s.count == s.items.size()) overflow();
    item& i = s.items[s.count++];
    i.to = to;
    i.size = size;
    i.stale = stale;
    return i.data.data();
  }
  void land(std::int64_t now) noexcept {
    slot_of_time& s = slots_[static_cast<std::size_t>(now) % ahead];
    for (std::size_t n = 0; n < s.count; ++n) {
      const item& i = s.items[n];
      switch (i.size) {  // fixed sizes compile to a few moves
        case 32:
          std::memcpy(i.to, i.data.data(), 32);
          break;
        case 64:
          std::memcpy(i.to, i.data.data(), 64);
          break;
        case 128:
          std::memcpy(i.to, i.data.data(), 128);
          break;
        default:
          std::memcpy(i.to, i.data.data(), i.size);
      }
      if (i.stale != nullptr) std::memset(i.stale, 1, i.size / unit_bytes);
    }
    s.count = 0;
  }

 private:
  [[noreturn]] static void overflow() {
    throw contract_violation("more results land in one bundle than slots can issue");
  }
  struct item {
    alignas(32) std::array<std::uint8_t, widest> data;
    std::uint8_t* to;
    std::size_t size;
    std::uint8_t* stale;
  };
  struct slot_of_time {
    std::size_t count{0};
    std::array<item, 12> items;
  };
  std::array<slot_of_time, ahead> slots_{};
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
