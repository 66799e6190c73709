// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include <lacuna/hardware/aie2/core/datapath.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

/// Load and store units: addresses, and values on their way in and out.
class load_store_units : public datapath {
 public:
  using datapath::datapath;

  /// The address of an access; moves its pointer at the end of the bundle.
  [[nodiscard]] std::int32_t address(const instruction& i) {
    address_generator& p = state_->pointers[static_cast<std::size_t>(i.pointer)];
    if (i.after == post::immediate) later(p.address, p.address + i.step);
    if (i.after == post::walk) later(p.address, p.next());
    if (i.after == post::offset) later(p.address, p.address + scalar(i, 1));
    if (i.after != post::none) return p.address;
    return p.address + i.step +
           (i.src[1] >= 0 && i.src_file[1] == register_file::offset ? scalar(i, 1) : 0);
  }

  /// Puts the bytes a load finds into its register, as wide as it makes them.
  void load_value(const instruction& i, const std::uint8_t* from, std::int64_t issued) {
    switch (i.code) {
      case opcode::load_vector:
        std::memcpy(vector_result(i, issued, 32), from, 32);
        return;
      case opcode::load_sparse8:
        std::memcpy(vector_result(i, issued, 32), from + 8, 32);
        std::memcpy(queue_.add(issued + i.ready,
                               reinterpret_cast<std::uint8_t*>(
                                   &state_->masks[static_cast<std::size_t>(i.mask)]),
                               8),
                    from, 8);
        return;
      case opcode::load_accumulator: {
        accumulate(i, issued, 32, [&](std::uint8_t* to) { std::memcpy(to, from, 32); });
        return;
      }
      case opcode::load_ups8: {
        std::array<std::int32_t, 32> wide;
        for (std::size_t l = 0; l < 32; ++l) {
          wide[l] = static_cast<std::int8_t>(from[l]) * (std::int32_t{1} << i.imm);
        }
        accumulate(i, issued, 128, [&](std::uint8_t* to) { std::memcpy(to, wide.data(), 128); });
        return;
      }
      case opcode::load_ups16: {
        std::array<std::int16_t, 16> narrow;
        std::array<std::int32_t, 16> wide;
        std::memcpy(narrow.data(), from, 32);
        for (std::size_t l = 0; l < 16; ++l) wide[l] = narrow[l] * (std::int32_t{1} << i.imm);
        accumulate(i, issued, 64, [&](std::uint8_t* to) { std::memcpy(to, wide.data(), 64); });
        return;
      }
      case opcode::load_conv: {
        std::array<std::uint16_t, 16> narrow;
        std::array<float, 16> wide;
        std::memcpy(narrow.data(), from, 32);
        for (std::size_t l = 0; l < 16; ++l) wide[l] = from_bf16(narrow[l]);
        accumulate(i, issued, 64, [&](std::uint8_t* to) { std::memcpy(to, wide.data(), 64); });
        return;
      }
      default: {  // load_scalar
        std::int32_t value = 0;
        std::memcpy(&value, from, 4);
        std::uint8_t* to = reinterpret_cast<std::uint8_t*>(
            i.dst_file == register_file::offset
                ? &state_->offsets[static_cast<std::size_t>(i.dst)]
                : &state_->scalars[static_cast<std::size_t>(i.dst)]);
        std::memcpy(queue_.add(issued + i.ready, to, 4), &value, 4);
      }
    }
  }

  /// The bytes that a store issued now will write.
  void store_value(const instruction& i, std::uint8_t* to) const {
    const std::uint8_t* acc = state_->accumulators.data() + i.src[0];
    switch (i.code) {
      case opcode::store_vector:
        std::memcpy(to, state_->vectors.data() + i.src[0], 32);
        return;
      case opcode::store_accumulator:
        std::memcpy(to, acc, 32);
        return;
      case opcode::store_srs8:
        narrow<std::int8_t, 32>(to, acc, i.imm);
        return;
      case opcode::store_srs16:
        narrow<std::int16_t, 16>(to, acc, i.imm);
        return;
      case opcode::store_conv: {
        std::array<float, 16> wide;
        std::array<std::uint16_t, 16> out;
        std::memcpy(wide.data(), acc, 64);
        for (std::size_t l = 0; l < 16; ++l) out[l] = to_bf16(wide[l]);
        std::memcpy(to, out.data(), 32);
        return;
      }
      default: {
        const std::int32_t value = scalar(i, 0);
        std::memcpy(to, &value, 4);
      }
    }
  }
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
