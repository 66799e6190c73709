// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include <lacuna/hardware/aie2/core/simulate_core.hpp>
#include <lacuna/hardware/aie2/kernels/convolution.hpp>
#include <lacuna/hardware/aie2/kernels/elementwise.hpp>
#include <lacuna/hardware/aie2/kernels/pooling.hpp>
#include <lacuna/hardware/aie2/simulated/weight_mask.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A core's time for one iteration, from running its kernel.
struct iteration_run {
  double cycles{0};
  double vmacs{0};    ///< multiplies of kept blocks; vector operations of pooling and additions
  double filling{0};  ///< of zeros that fill rows up to the fullest
  double gaps{0};     ///< bundles of loops that only load or store
  double stalls{0};   ///< of banks
  iteration_run& operator+=(const iteration_run& o) noexcept {
    cycles += o.cycles;
    vmacs += o.vmacs;
    filling += o.filling;
    gaps += o.gaps;
    stalls += o.stalls;
    return *this;
  }
};

/// A convolution's iteration: rows of kept (block, tap) entries on a tile.
struct convolution_iteration {
  convolution_tile tile;
  convolution_rows rows;
  convolution_options how;
  int input_halves{1};  ///< 2: double buffers, of which the halves nearest to each other are timed
  int weight_halves{1};
};

/// Runs kernels in the core simulator and remembers their times: what takes time in them depends on
/// shapes, the number of entries and banks, not on values, so equal iterations run once.
class core_timer {
 public:
  explicit core_timer(const device& d, bool remember = true) : device_(d), remember_(remember) {}

  [[nodiscard]] const aie2::device& device() const noexcept { return device_; }
  /// Iterations executed so far, and their cycles.
  [[nodiscard]] std::int64_t executed() const noexcept { return executed_; }
  [[nodiscard]] double executed_cycles() const noexcept { return executed_cycles_; }

  /// @throws what compile and simulate_core do.
  iteration_run convolution(const convolution_iteration& i, const convolution_layout& l) {
    const convolution_image image = to_image(i.rows, {}, l);
    const conv_window& w = i.tile.window;
    const key k{{0,
                 i.tile.in_blocks,
                 i.tile.out_blocks,
                 i.tile.h,
                 i.tile.w,
                 w.kernel_h,
                 w.kernel_w,
                 w.stride.h,
                 w.stride.w,
                 w.dilation.h,
                 w.dilation.w,
                 image.entries,
                 l.lanes_h,
                 l.sweep_h * 16 + l.sweep_w,
                 image.equal_rows,
                 i.how.relu,
                 i.how.from_partial,
                 i.how.to_partial,
                 i.input_halves,
                 i.weight_halves}};
    iteration_run r = timed(k, [&] { return run(i, l, image); });
    const auto sweeps = static_cast<double>(l.sweeps_h() * l.sweeps_w() * l.groups());
    const double all = r.vmacs + r.filling;
    r.vmacs = std::min(all, static_cast<double>(image.kept) * sweeps);
    r.filling = all - r.vmacs;
    return r;
  }
  iteration_run pooling(const convolution_layout& l, bool average) {
    const conv_window& w = l.tile.window;
    const key k{{1, l.tile.out_blocks, l.tile.h, l.tile.w, w.kernel_h, w.kernel_w, w.stride.h,
                 w.stride.w, l.lanes_h, average}};
    return timed(k, [&] {
      pooling_options o;
      o.average = average;
      data_memory memory(device_.memory, "compute tile");
      const std::int32_t y = put(memory, "Y", l.out_bytes(), 0);
      const std::int32_t x = put(memory, "X", l.in_bytes(), -1);
      randomise(memory, x, l.in_bytes());
      return simulate_core(compile(pooling_kernel(l, o), device_.core), memory, device_.core,
                           {x, y});
    });
  }
  iteration_run addition(index_t values) {
    const index_t count = round_up(values, 32);
    return timed(key{{2, count}}, [&] {
      data_memory memory(device_.memory, "compute tile");
      const std::int32_t a = put(memory, "a", count, 0);
      const std::int32_t b = put(memory, "b", count, 1);
      const std::int32_t c = put(memory, "c", count, 2);
      randomise(memory, a, count);
      randomise(memory, b, count);
      return simulate_core(compile(add_int8_kernel(count, true, 1), device_.core), memory,
                           device_.core, {a, b, c});
    });
  }

 private:
  struct key {
    std::vector<index_t> values;
    friend auto operator<=>(const key&, const key&) = default;
  };

  template <class Run>
  iteration_run timed(const key& k, Run&& execute) {
    if (remember_) {
      if (const auto found = known_.find(k); found != known_.end()) return found->second;
    }
    const core_run run = execute();
    ++executed_;
    executed_cycles_ += static_cast<double>(run.cycles());
    iteration_run r;
    r.cycles = static_cast<double>(run.cycles());
    r.vmacs = static_cast<double>(run.mac_bundles > 0 ? run.mac_bundles : run.vector_bundles);
    r.gaps = static_cast<double>(run.loop_gaps);
    r.stalls = static_cast<double>(run.bank_stalls);
    known_[k] = r;
    return r;
  }

  static std::int32_t put(data_memory& memory, const char* name, index_t bytes, int bank) {
    return static_cast<std::int32_t>(memory.place(name, bytes, bank).address);
  }
  void randomise(data_memory& memory, std::int32_t at, index_t bytes) {
    std::vector<std::uint8_t> values(static_cast<std::size_t>(bytes));
    for (std::uint8_t& v : values) v = static_cast<std::uint8_t>(random_());
    memory.write(at, values.data(), bytes);
  }

  /// Weights from the bottom of memory, the input against its top, results and partial sums
  /// between, as the mapping places them.
  core_run run(const convolution_iteration& i, const convolution_layout& l,
               const convolution_image& image) {
    const auto up = [](index_t n) { return round_up(n, 32); };
    const auto weights = static_cast<index_t>(image.weights.size());
    const auto biases = static_cast<index_t>(4 * image.bias.size());
    const auto steps = static_cast<index_t>(4 * image.x_step.size());
    const index_t piece = up(weights) + up(biases) + up(steps);
    const index_t at_w = (i.weight_halves - 1) * piece;
    const index_t at_bias = at_w + up(weights);
    const index_t at_steps = at_bias + up(biases);
    const index_t at_x = (device_.memory.bytes - i.input_halves * l.in_bytes()) / 32 * 32;
    const index_t bank = device_.memory.bytes / device_.memory.logical_banks;
    const bool partial = i.how.from_partial || i.how.to_partial;
    const index_t results = up(i.how.to_partial ? 0 : l.out_bytes());
    const index_t between = results + (partial ? up(l.partial_bytes()) : 0);
    index_t at_y = at_w + piece;
    if (round_up(at_y, bank) + between <= at_x) at_y = round_up(at_y, bank);
    const index_t at_partial = at_y + results;
    if (at_y + between > at_x) {
      throw unsupported_error(
          message("compute tile: ", at_y + between + i.input_halves * l.in_bytes(),
                  " bytes of operands, data memory has ", device_.memory.bytes));
    }
    convolution_options o = i.how;
    o.equal_rows = image.equal_rows;
    // The scheduler keeps apart what meets in a bank as far as buffers lie in one.
    o.w_bank = at_y <= bank ? 0 : -1;
    o.x_bank = at_x >= device_.memory.bytes - bank
                   ? static_cast<int>(device_.memory.logical_banks) - 1
                   : -1;
    data_memory memory(device_.memory, "compute tile");
    randomise(memory, static_cast<std::int32_t>(at_x), l.in_bytes());
    memory.write(at_w, image.weights.data(), weights);
    memory.write(at_bias, image.bias.data(), biases);
    memory.write(at_steps, image.x_step.data(), steps);
    const auto as = [](index_t n) { return static_cast<std::int32_t>(n); };
    return simulate_core(
        compile(convolution_kernel(l, image.entries, o), device_.core), memory, device_.core,
        {as(at_w), as(at_steps), as(at_x + image.first_x),
         as(i.how.from_partial ? at_partial : at_bias), as(i.how.to_partial ? at_partial : at_y)});
  }

  aie2::device device_;
  bool remember_;
  std::mt19937 random_{1};
  std::map<key, iteration_run> known_;
  std::int64_t executed_{0};
  double executed_cycles_{0};
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
