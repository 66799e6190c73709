// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/kernels/convolution_layout.hpp>
#include <lacuna/hardware/aie2/kernels/gemm.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// What pooling does with a window's values.
struct pooling_options {
  bool average{false};  ///< srs(factor x sum), else the maximum
  int factor{1};        ///< of an average, int8: about 2^shift / taps
  int shift{0};
  int x_bank{-1};  ///< logical banks
  int y_bank{-1};
};

/// Where a pooling's tile lies: channels stay where they are, so blocks in and out are equal.
[[nodiscard]] inline convolution_layout lay_out_pooling(
    index_t blocks, index_t h, index_t w, const conv_window& window,
    const convolution_layout* within = nullptr) {
  return lay_out({blocks, blocks, h, w, window}, 1, 1, within);
}

/// Pooling of a tile in the convolution's layout with sweeps of one group: 32 values (4 pixels x 8
/// channels) for each tap in one load and one vector operation; pipelined are maxima of small
/// windows over a row of groups, maxima of large ones and sums over the rows of a window.
/// Arguments: addresses of X and Y. Padding is already in X. @throws shape_error where the layout
/// is not lay_out_pooling's or the factor no int8.
[[nodiscard]] inline core_kernel pooling_kernel(const convolution_layout& l,
                                                const pooling_options& o = {}) {
  const convolution_tile& t = l.tile;
  if (t.in_blocks != t.out_blocks || l.groups() != 1 || o.factor < -128 || o.factor > 127) {
    throw shape_error(message("pooling kernel: ", t.in_blocks, " to ", t.out_blocks,
                              " blocks in sweeps of ", l.groups(), " groups, factor ", o.factor));
  }
  kernel_builder k(message(o.average ? "average" : "maximum", " int8, ", t.window.kernel_h, "x",
                           t.window.kernel_w, ", ", t.out_blocks * 8, " channels, ", t.h, "x",
                           t.w));
  const std::int16_t x_buffer = k.add_buffer("X", o.x_bank);
  const std::int16_t y_buffer = k.add_buffer("Y", o.y_bank);
  const reg px = k.argument();
  const reg py = k.argument();
  const reg factors = o.average ? k.vector(1) : reg{};
  if (o.average) k.apply(opcode::broadcast8, factors, reg{}, reg{}, o.factor);
  const conv_window& w = t.window;
  const auto load = [&](reg x, index_t bytes) {
    k.load(opcode::load_vector, x, px, x_buffer, post::immediate, static_cast<std::int32_t>(bytes));
  };
  const auto move = [&](index_t bytes) {
    if (bytes != 0) k.apply(opcode::add_pointer, px, px, reg{}, static_cast<std::int32_t>(bytes));
  };
  const auto repeated = [&](index_t trips, auto&& body) {
    if (trips == 1) {
      body();
    } else {
      k.loop(trips, loop_mode::sequential, body);
    }
  };
  const index_t tap_row = w.dilation.h * l.cols * 32;
  const index_t group = l.step_w * 32;
  const index_t taps = w.kernel_h * w.kernel_w;
  const auto small_maxima = [&] {
    k.loop(l.groups_w, loop_mode::pipelined, [&] {
      reg best{};
      for (index_t tap = 0; tap < taps; ++tap) {
        const reg x = k.vector(1);
        load(x, (tap + 1 < taps ? l.offset(tap + 1, 0) : group) - l.offset(tap, 0));
        const reg larger = tap == 0 ? x : k.vector(1);
        if (tap > 0) k.apply(opcode::max8, larger, best, x);
        best = larger;
      }
      k.store(opcode::store_vector, best, py, y_buffer, post::immediate, 32);
    });
  };
  // A chain over taps is slower than loads, which would hold a whole window in registers: a loop
  // over the window's rows holds one of them.
  const auto over_window = [&](auto&& take) {
    k.loop(w.kernel_h, loop_mode::pipelined, [&] {
      for (index_t tap = 0; tap < w.kernel_w; ++tap) {
        const reg x = k.vector(1);
        const index_t next = tap + 1 < w.kernel_w ? l.offset(tap + 1, 0) : tap_row;
        load(x, next - l.offset(tap, 0));
        take(x);
      }
    });
    move(group - w.kernel_h * tap_row);
  };
  const auto large_maxima = [&] {
    repeated(l.groups_w, [&] {
      const reg best = k.vector(1);
      k.apply(opcode::broadcast8, best, reg{}, reg{}, -128);
      over_window([&](reg x) { k.apply(opcode::max8, best, best, x); });
      k.store(opcode::store_vector, best, py, y_buffer, post::immediate, 32);
    });
  };
  const auto averages = [&] {
    repeated(l.groups_w, [&] {
      const reg sum = k.accumulator();
      k.apply(opcode::clear, sum);
      over_window([&](reg x) { k.mac(opcode::mac_i8_lanes, sum, x, factors); });
      k.store(opcode::store_srs8, sum, py, y_buffer, post::immediate, 32, o.shift);
    });
  };
  constexpr index_t small = 16;  // taps whose loads, 7 bundles ahead of a chain of 2, fit registers
  const index_t down = l.step_h * l.cols * 32;
  repeated(t.out_blocks, [&] {
    repeated(l.groups_h, [&] {
      if (o.average) {
        averages();
      } else if (taps <= small) {
        small_maxima();
      } else {
        large_maxima();
      }
      move(down - l.groups_w * group);
    });
    move(l.in_plane() - l.groups_h * down);
  });
  return std::move(k).finish();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
