// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <lacuna/hardware/aie2/device.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// The register files of a core. A unit is 256 bits of a vector (w; x = 2) or of an accumulator
/// (am; bm = 2, cm = 4), half a mask (64 bits of q), or one scalar, pointer or offset. M [AM020 ch.
/// 4], S AIE2RegisterInfo.td.
enum class register_file : std::uint8_t { vector, accumulator, scalar, pointer, offset, mask };
inline constexpr std::size_t register_files = 6;
inline constexpr int unit_bytes = 32;

[[nodiscard]] constexpr std::string_view to_string(register_file f) noexcept {
  constexpr std::array<std::string_view, register_files> names{"vector",  "accumulator", "scalar",
                                                               "pointer", "offset",      "mask"};
  return names[static_cast<std::size_t>(f)];
}

/// A virtual register or an aligned part of one: `count` units from `first`.
struct reg {
  std::int16_t id{-1};
  register_file file{register_file::scalar};
  std::int8_t first{0};
  std::int8_t count{1};

  [[nodiscard]] constexpr bool exists() const noexcept { return id >= 0; }
  /// Unit `i` alone; of an x its 256-bit halves, of a cm its quarters.
  [[nodiscard]] constexpr reg unit(int i) const noexcept {
    return {id, file, static_cast<std::int8_t>(first + i), 1};
  }
  /// Half `i` of an x (256 bits) or a cm (a bm of 512 bits).
  [[nodiscard]] constexpr reg half(int i) const noexcept {
    const auto n = static_cast<std::int8_t>(count / 2);
    return {id, file, static_cast<std::int8_t>(first + i * n), n};
  }
  friend constexpr bool operator==(const reg&, const reg&) = default;
};

/// What a bundle may hold in its slots. Shapes of products are M x K x N.
enum class opcode : std::uint8_t {
  load_vector,       ///< 256 bits to half an x
  load_accumulator,  ///< 256 bits to a quarter of a cm
  load_ups8,         ///< 32 int8 to 32 x int32 (cm), shifted left by imm
  load_ups16,        ///< 16 int16 to 16 x int32 (bm), shifted left by imm
  load_conv,         ///< 16 bf16 to 16 x fp32 (bm)
  load_scalar,       ///< 32 bits to a scalar, or the low 20 to an offset
  load_sparse8,      ///< 2:4 pop of int8: mask of 64 bits, then 32 kept bytes, to half a q and a w;
                     ///< unit B
  store_vector,      ///< 256 bits
  store_accumulator,     ///< 256 bits
  store_srs8,            ///< cm to 32 int8, shifted right by imm, rounded, saturated
  store_srs16,           ///< bm to 16 int16
  store_conv,            ///< bm of fp32 to 16 bf16
  store_scalar,          ///< 32 bits
  mac_i8_4x8x8,          ///< cm += a (w) b (x)
  mac_i8_sparse_4x16x8,  ///< cm += a (x, 4x16) b (x kept of 16x8, 2:4 along K, columns) by its mask
                         ///< q
  mac_i16_i8_4x4x8,      ///< cm += a (w, int16) b (w, int8)
  mac_bf16_4x8x4,        ///< bm += a (x) b (x)
  mac_i8_lanes,          ///< cm += a (w) * b (w), lane by lane
  mac_i16_lanes,         ///< cm += a (x) * b (x), 32 lanes
  mac_bf16_lanes,        ///< bm += a (w) * b (w), 16 lanes
  add_accumulators,      ///< cm = a + b, int32
  add_accumulators_f,    ///< bm = a + b, fp32
  clear,                 ///< accumulator = 0
  srs8,                  ///< cm to w of int8
  srs16,                 ///< bm to w of int16
  ups8,                  ///< w of int8 to cm
  add8,
  add16,  ///< x = a + b, wrapping
  max8,
  max16,                  ///< x = max(a, b)
  shuffle_rows,           ///< 4x8 of bytes: columns 8 imm ... of a 4x16
  shuffle_transpose_8x8,  ///< an 8x8 of bytes transposed
  shuffle_interleave,     ///< 4x16 of bytes (x) from two 4x8 (w a, w b): T64_2x8 of aie_api
  shift_pair,             ///< 32 of the 64 bytes of w a and w b, from byte imm or scalar src[2] on
  broadcast8,
  broadcast16,  ///< a scalar to all lanes
  move_vector,
  move_accumulator,  ///< 512 bits
  move_scalar,       ///< dst = a, or imm where a is missing
  add_scalar,        ///< dst = a + (b or imm)
  multiply_scalar,
  set_address,      ///< pointer = imm or scalar a
  set_step,         ///< a field of a pointer's walk = imm
  add_pointer,      ///< pointer = pointer + (imm or scalar or offset)
  set_loop_bounds,  ///< ls and le of a zero-overhead loop; two of them
  set_loop_count,   ///< lc = a or imm
  branch_not_zero,
  event,  ///< marks a time: event0(), event1()
};

/// How an access moves its pointer.
enum class post : std::uint8_t {
  none,       ///< [p] or [p + offset]
  immediate,  ///< p += imm
  walk,       ///< the pointer's own 3-D pattern
  offset,     ///< p += src[1], a modifier register
};

/// The fields of a 3-D walk: p += increment each access; after count0 of them also += jump0; after
/// count1 of those also += jump1 (AM020 ch. 4: 3-D post-modify).
enum class walk_field : std::uint8_t { increment, count0, jump0, count1, jump1 };

/// An operation on virtual registers.
struct operation {
  opcode code{opcode::event};
  reg dst{};
  std::array<reg, 3> src{};  ///< for mac: accumulator, a, b
  std::int32_t imm{0};       ///< shift, immediate, field's value
  reg pointer{};             ///< of a memory access
  post after{post::none};
  std::int32_t step{0};     ///< of post::immediate
  std::int16_t buffer{-1};  ///< which buffer is touched: for order and banks
  walk_field field{walk_field::increment};
  bool starts{false};   ///< mac without its accumulator: vmul
  reg mask{};           ///< of a sparse operand: what a pop fills, what a sparse mac reads
  reg zero_if{};        ///< mac that starts while this scalar is not 0
  std::int32_t id{-1};  ///< place in the kernel's program order; -1 for the scheduler's own
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
