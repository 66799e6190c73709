// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <lacuna/hardware/aie2/core/load_store.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

/// All units of the core: read registers as they are now, put results in the landing queue.
class execution_units : public load_store_units {
 public:
  execution_units(core_state& s, srs_control srs, float_sum bf16_sum)
      : load_store_units(s, srs), bf16_sum_(bf16_sum) {}

  void execute(const instruction& i, std::int64_t now) {
    if (is_mac(i.code)) return multiply(i, now);
    switch (i.code) {
      case opcode::add_accumulators:
        return add_lanes<std::uint32_t>(i, now);
      case opcode::add_accumulators_f:
        return add_lanes<float>(i, now);
      case opcode::clear:
        return accumulate(i, now, i.size, [&](std::uint8_t* to) { std::memset(to, 0, i.size); });
      case opcode::srs8:
        return narrow<std::int8_t, 32>(vector_result(i, now, 32),
                                       state_->accumulators.data() + i.src[0], i.imm);
      case opcode::srs16:
        return narrow<std::int16_t, 16>(vector_result(i, now, 32),
                                        state_->accumulators.data() + i.src[0], i.imm);
      case opcode::ups8: {
        std::array<std::int32_t, 32> wide;
        for (std::size_t l = 0; l < 32; ++l) {
          wide[l] = static_cast<std::int8_t>(vector(i, 0)[l]) * (std::int32_t{1} << i.imm);
        }
        return accumulate(i, now, 128,
                          [&](std::uint8_t* to) { std::memcpy(to, wide.data(), 128); });
      }
      case opcode::add8:
        return lanes_of<std::int8_t>(i, now, [](int a, int b) { return a + b; });
      case opcode::add16:
        return lanes_of<std::int16_t>(i, now, [](int a, int b) { return a + b; });
      case opcode::max8:
        return lanes_of<std::int8_t>(i, now, [](int a, int b) { return std::max(a, b); });
      case opcode::max16:
        return lanes_of<std::int16_t>(i, now, [](int a, int b) { return std::max(a, b); });
      case opcode::shuffle_rows: {
        std::uint8_t* to = vector_result(i, now, 32);
        for (std::size_t r = 0; r < 4; ++r) {
          std::memcpy(to + 8 * r, vector(i, 0) + 16 * r + 8 * i.imm, 8);
        }
        return;
      }
      case opcode::shuffle_transpose_8x8:
        return lanes::transpose_8x8(vector_result(i, now, 64), vector(i, 0));
      case opcode::shuffle_interleave: {
        std::uint8_t* to = vector_result(i, now, 64);
        for (std::size_t r = 0; r < 4; ++r) {
          std::memcpy(to + 16 * r, vector(i, 0) + 8 * r, 8);
          std::memcpy(to + 16 * r + 8, vector(i, 1) + 8 * r, 8);
        }
        return;
      }
      case opcode::shift_pair: {
        std::array<std::uint8_t, 2 * unit_bytes> both;
        std::memcpy(both.data(), vector(i, 0), unit_bytes);
        std::memcpy(both.data() + unit_bytes, vector(i, 1), unit_bytes);
        const auto from = static_cast<std::size_t>(i.src[2] >= 0 ? scalar(i, 2) : i.imm);
        std::memcpy(vector_result(i, now, unit_bytes), both.data() + from % (unit_bytes + 1),
                    unit_bytes);
        return;
      }
      case opcode::move_accumulator:
        return accumulate(i, now, i.size, [&](std::uint8_t* to) {
          std::memcpy(to, state_->accumulators.data() + i.src[0], i.size);
        });
      case opcode::broadcast8: {
        std::memset(vector_result(i, now, i.size), i.src[0] >= 0 ? scalar(i, 0) : i.imm, i.size);
        return;
      }
      case opcode::broadcast16: {
        const auto value = static_cast<std::uint16_t>(i.src[0] >= 0 ? scalar(i, 0) : i.imm);
        std::uint8_t* to = vector_result(i, now, i.size);
        for (std::size_t b = 0; b < i.size; b += 2) std::memcpy(to + b, &value, 2);
        return;
      }
      case opcode::move_vector:
        std::memcpy(vector_result(i, now, i.size), vector(i, 0), i.size);
        return;
      case opcode::move_scalar:
        return scalar_result(i, i.src[0] >= 0 ? scalar(i, 0) : i.imm);
      case opcode::add_scalar:
        return scalar_result(i, scalar(i, 0) + (i.src[1] >= 0 ? scalar(i, 1) : i.imm));
      case opcode::multiply_scalar: {  // 2 bundles: through the queue
        const std::int32_t value = scalar(i, 0) * (i.src[1] >= 0 ? scalar(i, 1) : i.imm);
        auto* to =
            reinterpret_cast<std::uint8_t*>(&state_->scalars[static_cast<std::size_t>(i.dst)]);
        std::memcpy(queue_.add(now + i.ready, to, 4), &value, 4);
        return;
      }
      case opcode::set_address: {
        const std::int32_t value =
            i.src[0] < 0 ? i.imm
            : i.src_file[0] == register_file::pointer
                ? state_->pointers[static_cast<std::size_t>(i.src[0])].address + i.imm
                : scalar(i, 0);
        return later(state_->pointers[static_cast<std::size_t>(i.dst)].address, value);
      }
      case opcode::set_step: {
        address_generator& p = state_->pointers[static_cast<std::size_t>(i.dst)];
        p.walk[static_cast<std::size_t>(i.field)] = i.imm;
        p.counter0 = p.counter1 = 0;
        return;
      }
      case opcode::add_pointer: {
        address_generator& p = state_->pointers[static_cast<std::size_t>(i.dst)];
        return later(p.address, p.address + (i.src[1] >= 0 ? scalar(i, 1) : i.imm));
      }
      default:
        return;
    }
  }

 private:
  template <class T, class F>
  void lanes_of(const instruction& i, std::int64_t now, F&& f) {
    std::array<T, 64 / sizeof(T)> a;
    std::array<T, 64 / sizeof(T)> b;
    std::array<T, 64 / sizeof(T)> out{};
    std::memcpy(a.data(), vector(i, 0), i.size);
    std::memcpy(b.data(), vector(i, 1), i.size);
    for (std::size_t l = 0; l < i.size / sizeof(T); ++l) out[l] = static_cast<T>(f(a[l], b[l]));
    std::memcpy(vector_result(i, now, i.size), out.data(), i.size);
  }
  template <class T>
  void add_lanes(const instruction& i, std::int64_t now) {
    std::array<T, 128 / sizeof(T)> a;
    std::array<T, 128 / sizeof(T)> b;
    std::memcpy(a.data(), state_->accumulators_mac.data() + i.src[0], i.size);
    std::memcpy(b.data(), state_->accumulators_mac.data() + i.src[1], i.size);
    for (std::size_t l = 0; l < i.size / sizeof(T); ++l) a[l] = a[l] + b[l];
    accumulate(i, now, i.size, [&](std::uint8_t* to) { std::memcpy(to, a.data(), i.size); });
  }

  void multiply(const instruction& i, std::int64_t now) {
    static constexpr std::array<std::uint8_t, 128> zeros{};
    const bool fresh =
        i.starts || (i.zero_if >= 0 && state_->scalars[static_cast<std::size_t>(i.zero_if)] != 0);
    const std::uint8_t* acc = fresh ? zeros.data() : state_->accumulators_mac.data() + i.src[0];
    const auto* a = vector(i, 1);
    const auto* b = vector(i, 2);
    if (i.code == opcode::mac_i8_4x8x8) {  // the hot one: straight into the queue
      auto* to = reinterpret_cast<std::int32_t*>(
          queue_.add(now + i.ready_mac, state_->accumulators_mac.data() + i.dst, 128));
      lanes::mac_i8_4x8x8(to, reinterpret_cast<const std::int32_t*>(acc), widened(i.src[1], 1),
                          widened(i.src[2], 2));
      std::memcpy(queue_.add(now + i.ready, state_->accumulators.data() + i.dst, 128), to, 128);
      return;
    }
    alignas(64) std::array<std::int32_t, 32> before;
    alignas(64) std::array<std::int32_t, 32> after;
    std::memcpy(before.data(), acc, 128);
    const auto as = [](const std::uint8_t* p, auto* to, std::size_t bytes) {
      std::memcpy(to, p, bytes);
    };
    std::size_t size = 128;
    alignas(64) std::array<std::int16_t, 32> a16;
    alignas(64) std::array<std::int16_t, 32> b16;
    alignas(64) std::array<float, 16> sum;
    switch (i.code) {
      case opcode::mac_i8_sparse_4x16x8:
        lanes::mac_i8_sparse_4x16x8(after.data(), before.data(),
                                    reinterpret_cast<const std::int8_t*>(a),
                                    reinterpret_cast<const std::int8_t*>(b),
                                    &state_->masks[static_cast<std::size_t>(i.mask)]);
        break;
      case opcode::mac_i16_i8_4x4x8:
        as(a, a16.data(), 32);
        lanes::mac_i16_i8_4x4x8(after.data(), before.data(), a16.data(),
                                reinterpret_cast<const std::int8_t*>(b));
        break;
      case opcode::mac_i8_lanes:
        lanes::mac_lanes(after.data(), before.data(), reinterpret_cast<const std::int8_t*>(a),
                         reinterpret_cast<const std::int8_t*>(b));
        break;
      case opcode::mac_i16_lanes:
        as(a, a16.data(), 64);
        as(b, b16.data(), 64);
        lanes::mac_lanes(after.data(), before.data(), a16.data(), b16.data());
        break;
      default: {  // bf16: 16 lanes of fp32
        alignas(64) std::array<std::uint16_t, 32> af;
        alignas(64) std::array<std::uint16_t, 32> bf;
        const std::size_t bytes = i.code == opcode::mac_bf16_4x8x4 ? 64 : 32;
        as(a, af.data(), bytes);
        as(b, bf.data(), bytes);
        as(acc, sum.data(), 64);
        if (bytes == 64)
          lanes::mac_bf16_4x8x4(sum.data(), sum.data(), af.data(), bf.data(), bf16_sum_);
        else
          lanes::mac_bf16_lanes(sum.data(), sum.data(), af.data(), bf.data(), bf16_sum_);
        std::memcpy(after.data(), sum.data(), 64);
        size = 64;
      }
    }
    std::memcpy(queue_.add(now + i.ready_mac, state_->accumulators_mac.data() + i.dst, size),
                after.data(), size);
    std::memcpy(queue_.add(now + i.ready, state_->accumulators.data() + i.dst, size), after.data(),
                size);
  }

  float_sum bf16_sum_;
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
