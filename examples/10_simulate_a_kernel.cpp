// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// A kernel of one's own on an AIE2 core: y = relu(a * x + b) on int8, one operation after another
// on virtual registers. The scheduler puts it in bundles; the simulator runs them on real data.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <vector>

#include <lacuna/hardware/aie2/core/check_schedule.hpp>
#include <lacuna/hardware/aie2/report.hpp>
#include <lacuna/hardware/report_text.hpp>

using namespace lacuna::hardware;
using namespace lacuna::hardware::aie2;

int main() {
  constexpr std::int64_t count = 4096;
  constexpr int shift = 4;
  const device npu = phoenix();

  kernel_builder k("relu(a * x + b)");
  const auto x_data = k.add_buffer("x", 0), b_data = k.add_buffer("b", 1);  // in banks of their own
  const auto y_data = k.add_buffer("y", 2);
  const reg px = k.argument(), pb = k.argument(), py = k.argument();
  const reg a = k.argument(register_file::scalar);
  const reg factors = k.vector(1), zeros = k.vector(1);
  k.apply(opcode::broadcast8, factors, a);
  k.apply(opcode::broadcast8, zeros, {}, {}, 0);
  k.loop(count / 32, loop_mode::pipelined, [&] {
    const reg x = k.vector(1), narrow = k.vector(1), y = k.vector(1);
    const reg b = k.accumulator(), sum = k.accumulator();
    k.load(opcode::load_vector, x, px, x_data, post::immediate, 32);
    k.load(opcode::load_ups8, b, pb, b_data, post::immediate, 32, shift);
    k.mac_from(opcode::mac_i8_lanes, sum, b, x, factors);
    k.apply(opcode::srs8, narrow, sum, {}, shift);
    k.apply(opcode::max8, y, narrow, zeros);
    k.store(opcode::store_vector, y, py, y_data, post::immediate, 32);
  });
  const core_kernel mine = std::move(k).finish();

  const layout l = make_layout(mine, npu.core);
  const loop_schedule& loop = l.loops.front().loop.schedule;
  std::cout << mine.name << ": " << loop.ii << " bundles an iteration, " << loop.stages
            << " iterations under way\n";
  if (const auto fault = check(l, npu.core)) {
    std::cout << fault->text << "\n";
    return 1;
  }

  data_memory memory(npu.memory, "tile");
  std::vector<std::int8_t> x(count), b(count), y(count);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<std::int8_t>(i * 7);
    b[i] = static_cast<std::int8_t>(i * 13);
  }
  const auto place = [&](const char* name, int bank) {
    return static_cast<std::int32_t>(memory.place(name, count, bank).address);
  };
  const std::vector<std::int32_t> arguments{place("x", 0), place("b", 1), place("y", 2), 5};
  memory.write(arguments[0], x.data(), count);
  memory.write(arguments[1], b.data(), count);
  const core_run run = simulate_core(compile(mine, npu.core), memory, npu.core, arguments);
  memory.read(arguments[2], y.data(), count);

  std::cout << to_report(run, npu, mine.name);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const int want = std::clamp((5 * x[i] + 16 * b[i]) >> shift, 0, 127);
    if (y[i] != want) return 1;
  }
  return 0;
}
