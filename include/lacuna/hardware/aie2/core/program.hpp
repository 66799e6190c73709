// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/core/allocate.hpp>
#include <lacuna/hardware/aie2/core/lanes.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// An operation on physical registers, as the simulator runs it. Vectors and accumulators are byte
/// offsets into their files, others are indices; -1 is none.
struct instruction {
  opcode code{opcode::event};
  post after{post::none};
  walk_field field{walk_field::increment};
  bool starts{false};
  std::int16_t dst{-1};
  std::array<std::int16_t, 3> src{-1, -1, -1};
  std::int16_t pointer{-1};
  std::int16_t zero_if{-1};
  std::int16_t mask{-1};
  std::uint8_t ready{1};
  std::uint8_t ready_mac{1};
  std::uint8_t memory{0};
  std::uint8_t bytes{0};
  std::uint8_t size{0};  ///< bytes of the result
  slot_mask slots{0};
  register_file dst_file{register_file::scalar};
  std::array<register_file, 3> src_file{};
  std::int32_t imm{0};
  std::int32_t step{0};
  std::int32_t target{0};
  std::int16_t buffer{-1};
};

/// A kernel ready to run: bundles of instructions, flat.
struct program {
  std::string name;
  std::vector<instruction> instructions;
  std::vector<std::int32_t> first;                       ///< of bundle i: first[i] ... first[i + 1]
  std::vector<std::int64_t> address;                     ///< of bundle i in program memory
  std::vector<bool> uses_vector_slot;                    ///< of each bundle
  std::vector<std::pair<register_file, int>> arguments;  ///< where the caller puts them
  srs_control srs;
  std::int64_t program_bytes{0};

  [[nodiscard]] std::int64_t bundles() const noexcept {
    return static_cast<std::int64_t>(first.size()) - 1;
  }
};

/// Bytes of a bundle: widths of its slots (21, 16, 21, 20, 22, 26 bits; lng 42) in the shortest of
/// the 16-bit multiples up to 128. D from S AIE2Slots.td; headers of formats taken as 2 bits, which
/// gives the addresses in the listing of M [VT AIE-ML Design_Tutorials/01].
inline constexpr std::int64_t widest_bundle = 16;
[[nodiscard]] constexpr std::int64_t bundle_bytes(slot_mask used) noexcept {
  constexpr std::array<int, 6> width{21, 16, 21, 20, 22, 26};
  int bits = 2;
  for (std::size_t s = 0; s < width.size(); ++s) bits += ((used >> s) & 1) != 0 ? width[s] : 0;
  return std::min<std::int64_t>((bits + 15) / 16 * 2, widest_bundle);
}

/// Puts a layout into physical registers and bundles.
/// @throws register_shortage; unsupported_error with the bytes where program memory overflows.
[[nodiscard]] inline program assemble(const layout& l, const core_parameters& core,
                                      srs_control srs = {}) {
  const std::vector<int> place = allocate(l, core);
  const auto where = [&](reg r) -> std::int16_t {
    if (!r.exists()) return -1;
    const int unit = place[static_cast<std::size_t>(r.id)] + r.first;
    const bool wide = r.file == register_file::vector || r.file == register_file::accumulator;
    return static_cast<std::int16_t>(wide ? unit * unit_bytes : unit);
  };
  program p;
  p.name = l.source.name;
  p.srs = srs;
  for (const reg& a : l.source.arguments) p.arguments.emplace_back(a.file, where(a));
  std::vector<std::size_t> order(l.ops.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return l.ops[a].bundle < l.ops[b].bundle; });
  // A zero-overhead loop starts on 16 bytes and ends with a bundle of 16 on 16 (S
  // AIE2InstrInfo.cpp): bundles ahead of either are made longer.
  std::vector<bool> aligned(static_cast<std::size_t>(l.bundles), false);
  std::vector<bool> ends(static_cast<std::size_t>(l.bundles), false);
  for (const placed_loop& loop : l.loops) {
    aligned[static_cast<std::size_t>(loop.start)] = true;
    ends[static_cast<std::size_t>(loop.end - 1)] = true;
  }
  std::size_t next = 0;
  for (std::int64_t bundle = 0; bundle < l.bundles; ++bundle) {
    const auto at = static_cast<std::size_t>(bundle);
    if (aligned[at] || ends[at]) p.program_bytes = round_up(p.program_bytes, widest_bundle);
    p.address.push_back(p.program_bytes);
    p.first.push_back(static_cast<std::int32_t>(p.instructions.size()));
    slot_mask used = 0;
    for (; next < order.size() && l.ops[order[next]].bundle == bundle; ++next) {
      const placed_operation& o = l.ops[order[next]];
      const timing t = timing_of(o.op.code, core);
      instruction i;
      i.code = o.op.code;
      i.after = o.op.after;
      i.field = o.op.field;
      i.starts = o.op.starts;
      i.dst = where(o.op.dst);
      i.dst_file = o.op.dst.file;
      for (std::size_t s = 0; s < 3; ++s) {
        i.src[s] = where(o.op.src[s]);
        i.src_file[s] = o.op.src[s].file;
      }
      i.pointer = where(o.op.pointer);
      i.zero_if = where(o.op.zero_if);
      i.mask = where(o.op.mask);
      i.ready = static_cast<std::uint8_t>(t.ready);
      i.ready_mac = static_cast<std::uint8_t>(t.ready_mac);
      i.memory = static_cast<std::uint8_t>(t.memory);
      i.bytes = static_cast<std::uint8_t>(t.bytes);
      i.size = static_cast<std::uint8_t>(o.op.dst.exists() ? o.op.dst.count * unit_bytes : 0);
      i.slots = o.slots;
      i.imm = o.op.imm;
      i.step = o.op.step;
      i.target = static_cast<std::int32_t>(o.target);
      i.buffer = o.op.buffer;
      used = static_cast<slot_mask>(used | o.slots);
      p.instructions.push_back(i);
    }
    p.program_bytes += ends[at] ? widest_bundle : bundle_bytes(used);
    p.uses_vector_slot.push_back((used & only(slot::vector)) != 0);
  }
  p.first.push_back(static_cast<std::int32_t>(p.instructions.size()));
  if (p.program_bytes > core.program_bytes) {
    throw unsupported_error(message("kernel ", p.name, ": ", p.program_bytes,
                                    " bytes of program, the core has ", core.program_bytes));
  }
  return p;
}

/// Schedules, allocates and assembles. Where registers run short, pipelined loops are widened up to
/// 8 bundles, then what lies between loops is kept ever closer to the kernel's order, before the
/// shortage is reported.
[[nodiscard]] inline program compile(const core_kernel& k, const core_parameters& core,
                                     srs_control srs = {}) {
  constexpr std::int64_t widest = 8;
  std::exception_ptr shortage;
  for (const std::size_t ahead : {any_number_ahead, std::size_t{24}, std::size_t{6}}) {
    for (std::int64_t extra = 0; extra <= widest; ++extra) {
      try {
        return assemble(make_layout(k, core, extra, ahead), core, srs);
      } catch (const register_shortage&) {
        shortage = std::current_exception();
      }
    }
  }
  std::rethrow_exception(shortage);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
