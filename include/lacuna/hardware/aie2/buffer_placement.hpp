// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <lacuna/hardware/aie2/device.hpp>
#include <lacuna/hardware/aie2/tile_shape.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Bytes that one core holds, both halves of what swaps included.
struct core_buffers {
  index_t input{0};
  index_t weights{0};
  index_t output{0};
  index_t accumulators{0};  ///< int32 partial sums, where input channels are split
  index_t reserved{1024};   ///< stack and constants (the published systems set 11,264 bits aside)

  [[nodiscard]] constexpr index_t total() const noexcept {
    return input + weights + output + accumulators + reserved;
  }
};

/// Where they lie: [begin, end) in data memory.
struct buffer_range {
  index_t begin{0};
  index_t end{0};
};
struct buffer_placement {
  buffer_range weights, accumulators, output, input, reserved;
  bool loads_conflict{false};   ///< weights and inputs share a logical bank: two loads, one port
  bool stores_conflict{false};  ///< outputs share a logical bank with either
};

/// Whether buffers fit: each starts on a vector load, inputs end at the top.
[[nodiscard]] inline bool fits(const core_buffers& b, index_t bytes) noexcept {
  constexpr index_t vector = 32;
  const auto up = [](index_t x) { return round_up(x, vector); };
  const index_t below = up(b.weights) + up(b.accumulators) + up(b.output) + up(b.reserved);
  return b.input <= bytes && below <= (bytes - b.input) / vector * vector;
}

/// Places buffers: weights from the bottom, inputs against the top, results between. Two vector
/// loads of one bundle then meet in a bank only where no placement could keep them apart, and the
/// halves of one buffer share banks, which costs nothing: the core reads one of them. Ranges start
/// on a vector load. Cost: constant. @return whether it fits.
[[nodiscard]] inline bool place_buffers(const core_buffers& b, const data_memory_parameters& m,
                                        buffer_placement& out) noexcept {
  constexpr index_t vector = 32;
  const index_t bank = m.bytes / m.logical_banks;
  const auto up = [](index_t x) { return round_up(x, vector); };
  const auto to_bank = [&](index_t x) { return round_up(x, bank); };
  const index_t input_begin = (m.bytes - b.input) / vector * vector;
  out = {};
  out.input = {input_begin, input_begin + b.input};
  out.weights = {0, b.weights};
  index_t at = up(b.weights);
  // Results start in a bank of their own where that still leaves room below the inputs.
  const index_t results = up(b.accumulators) + up(b.output) + up(b.reserved);
  if (to_bank(at) + results <= input_begin) at = to_bank(at);
  out.accumulators = {at, at + b.accumulators};
  at += up(b.accumulators);
  out.output = {at, at + b.output};
  at += up(b.output);
  out.reserved = {at, at + b.reserved};
  at += up(b.reserved);
  const auto meet = [&](const buffer_range& x, const buffer_range& y) {
    if (x.begin == x.end || y.begin == y.end) return false;
    return x.begin / bank <= (y.end - 1) / bank && y.begin / bank <= (x.end - 1) / bank;
  };
  out.loads_conflict = meet(out.weights, out.input);
  const buffer_range stored{out.accumulators.begin, out.output.end};
  out.stores_conflict = meet(stored, out.weights) || meet(stored, out.input);
  return input_begin >= 0 && at <= input_begin;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
