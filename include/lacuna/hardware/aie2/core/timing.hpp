// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <lacuna/hardware/aie2/core/operation.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Slots of a bundle as bits, and the one SRS unit that two of them share. `lng` takes scalar and
/// move. S AIE2Slots.td, AIE2CompositeFormats.td; "up to six operations" M [AM020 ch. 4].
enum class slot : std::uint8_t {
  load_a = 1,
  load_b = 2,
  store = 4,
  scalar = 8,
  move = 16,
  vector = 32,
  srs_unit = 64,
};
using slot_mask = std::uint8_t;
[[nodiscard]] constexpr slot_mask operator|(slot a, slot b) noexcept {
  return static_cast<slot_mask>(static_cast<slot_mask>(a) | static_cast<slot_mask>(b));
}
[[nodiscard]] constexpr slot_mask only(slot a) noexcept { return static_cast<slot_mask>(a); }
inline constexpr slot_mask lng = slot::scalar | slot::move;

/// What the scheduler and the simulator know of an operation.
struct timing {
  std::array<slot_mask, 2> slots{};  ///< alternatives; 0 is none
  std::int64_t ready{1};             ///< bundles until others may read the result
  std::int64_t ready_mac{1};         ///< until a multiply-add may read it as its accumulator
  std::int64_t memory{0};            ///< the bundle (from 0) after issue in which a bank is touched
  std::int64_t bytes{0};             ///< of that access
  bool loads{false};
  bool stores{false};
};

/// Slots, latencies and memory cycle of an operation on device `d`. A multiply-add reads its
/// accumulator at stage 3, so a result is ready for it two bundles earlier (latency = def - use +
/// 1), and one earlier still from an integer multiply-add by bypass. S AIE2Schedule.td.
[[nodiscard]] constexpr timing timing_of(opcode code, const core_parameters& core) noexcept {
  const latencies& l = core.latency;
  constexpr std::int64_t accumulator_use = 2;  // stage 3
  const std::int64_t touch = l.memory_cycle - 1;
  const std::int64_t late_touch = l.srs_memory_cycle - 1;
  const auto on = [](slot s) { return std::array<slot_mask, 2>{only(s), 0}; };
  const std::array<slot_mask, 2> either_load{only(slot::load_b), only(slot::load_a)};
  const std::array<slot_mask, 2> any_scalar{only(slot::scalar), only(slot::move)};
  switch (code) {
    case opcode::load_vector:
      return {either_load, l.vector_load, l.vector_load, touch, core.load_bytes, true, false};
    case opcode::load_accumulator:
      return {on(slot::load_a),
              l.accumulator_load + accumulator_use,
              l.accumulator_load,
              touch,
              core.load_bytes,
              true,
              false};
    case opcode::load_ups8:
    case opcode::load_ups16:
      return {on(slot::load_a),
              l.ups_load,
              l.ups_load - accumulator_use,
              touch,
              core.load_bytes,
              true,
              false};
    case opcode::load_conv:
      return {on(slot::load_a),
              l.conv_load,
              l.conv_load - accumulator_use,
              touch,
              core.load_bytes,
              true,
              false};
    case opcode::load_sparse8:
      return {on(slot::load_b), l.vector_load, l.vector_load, touch, 40, true, false};
    case opcode::load_scalar:
      return {on(slot::load_a), l.scalar_load, l.scalar_load, touch, 4, true, false};
    case opcode::store_vector:
    case opcode::store_accumulator:
      return {on(slot::store), 1, 1, touch, core.store_bytes, false, true};
    case opcode::store_scalar:
      return {on(slot::store), 1, 1, touch, 4, false, true};
    case opcode::store_srs8:
    case opcode::store_srs16:
    case opcode::store_conv:
      return {{slot::store | slot::srs_unit, 0}, 1, 1, late_touch, core.store_bytes, false, true};
    case opcode::mac_i8_4x8x8:
    case opcode::mac_i8_sparse_4x16x8:
    case opcode::mac_i16_i8_4x4x8:
    case opcode::mac_i8_lanes:
    case opcode::mac_i16_lanes:
      return {on(slot::vector), l.mac, l.mac_chain};
    case opcode::mac_bf16_4x8x4:
    case opcode::mac_bf16_lanes:
      return {on(slot::vector), l.bf_mac, l.bf_mac_chain};
    case opcode::add_accumulators:
      return {on(slot::vector), l.accumulator_add, l.accumulator_add - accumulator_use};
    case opcode::add_accumulators_f:
      return {on(slot::vector), l.bf_accumulator_add, l.bf_accumulator_add - accumulator_use};
    case opcode::clear:
      return {on(slot::move), l.shuffle, 1};
    case opcode::srs8:
    case opcode::srs16:
      return {{slot::move | slot::srs_unit, slot::store | slot::srs_unit}, l.srs, l.srs};
    case opcode::ups8:
      return {on(slot::move), l.ups, l.ups - accumulator_use};
    case opcode::add8:
    case opcode::add16:
    case opcode::max8:
    case opcode::max16:
      return {on(slot::vector), l.vector_alu, l.vector_alu};
    case opcode::shuffle_rows:
    case opcode::shuffle_transpose_8x8:
    case opcode::shuffle_interleave:
    case opcode::shift_pair:
    case opcode::move_accumulator:
    case opcode::broadcast8:
    case opcode::broadcast16:
    case opcode::move_vector:
      return {on(slot::move), l.shuffle, l.shuffle};
    case opcode::move_scalar:
    case opcode::add_scalar:
      return {any_scalar, l.scalar, l.scalar};
    case opcode::multiply_scalar:
      return {on(slot::scalar), l.scalar_multiply, l.scalar_multiply};
    case opcode::set_address:
    case opcode::set_step:
    case opcode::set_loop_bounds:
      return {{lng, 0}, l.scalar, l.scalar};
    case opcode::add_pointer:  // PADDS; the load units could add too, but are what runs short
      return {{only(slot::store), only(slot::move)}, l.scalar, l.scalar};
    case opcode::set_loop_count:
      return {any_scalar, l.scalar, l.scalar};
    case opcode::branch_not_zero:
    case opcode::event:
      return {on(slot::scalar), 1, 1};
  }
  return {};
}

[[nodiscard]] constexpr bool is_mac(opcode c) noexcept {
  return c >= opcode::mac_i8_4x8x8 && c <= opcode::mac_bf16_lanes;
}
/// Whether source 0 is read at the accumulator's stage.
[[nodiscard]] constexpr bool reads_late(opcode c, std::size_t source) noexcept {
  return (is_mac(c) && source == 0) || c == opcode::add_accumulators ||
         c == opcode::add_accumulators_f;
}
/// Multiply-adds that one execution does in the lanes; a sparse one counts those it executes.
[[nodiscard]] constexpr std::int64_t macs_of(opcode c) noexcept {
  switch (c) {
    case opcode::mac_i8_4x8x8:
    case opcode::mac_i8_sparse_4x16x8:
      return 256;
    case opcode::mac_i16_i8_4x4x8:
    case opcode::mac_bf16_4x8x4:
      return 128;
    case opcode::mac_i8_lanes:
    case opcode::mac_i16_lanes:
      return 32;
    case opcode::mac_bf16_lanes:
      return 16;
    default:
      return 0;
  }
}

[[nodiscard]] constexpr std::string_view to_string(opcode c) noexcept {
  constexpr std::array<std::string_view, 48> names{"VLD",
                                                   "VLDA.acc",
                                                   "VLDA.UPS.8",
                                                   "VLDA.UPS.16",
                                                   "VLDA.CONV",
                                                   "LDA",
                                                   "VLDB.SPARSE",
                                                   "VST",
                                                   "VST.acc",
                                                   "VST.SRS.8",
                                                   "VST.SRS.16",
                                                   "VST.CONV",
                                                   "ST",
                                                   "VMAC.4x8x8",
                                                   "VMAC.sparse.4x16x8",
                                                   "VMAC.i16.4x4x8",
                                                   "VMAC.f.4x8x4",
                                                   "VMAC.i8",
                                                   "VMAC.i16",
                                                   "VMAC.f",
                                                   "VACC",
                                                   "VACC.f",
                                                   "VCLR",
                                                   "VSRS.8",
                                                   "VSRS.16",
                                                   "VUPS.8",
                                                   "VADD.8",
                                                   "VADD.16",
                                                   "VMAX.8",
                                                   "VMAX.16",
                                                   "VSHUFFLE.rows",
                                                   "VSHUFFLE.T",
                                                   "VSHUFFLE.2x8",
                                                   "VSHIFT",
                                                   "VBCST.8",
                                                   "VBCST.16",
                                                   "VMOV",
                                                   "VMOV.acc",
                                                   "MOV",
                                                   "ADD",
                                                   "MUL",
                                                   "MOVXM.p",
                                                   "MOVXM.m",
                                                   "PADD",
                                                   "MOVXM.loop",
                                                   "MOV.lc",
                                                   "JNZ",
                                                   "EVENT"};
  static_assert(names.size() == static_cast<std::size_t>(opcode::event) + 1);
  return names[static_cast<std::size_t>(c)];
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
