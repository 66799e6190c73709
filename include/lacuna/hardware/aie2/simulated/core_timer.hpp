// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include <lacuna/hardware/aie2/kernels/elementwise.hpp>
#include <lacuna/hardware/aie2/kernels/pooling.hpp>
#include <lacuna/hardware/aie2/simulated/core_call.hpp>

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

/// An iteration of a convolution or series: rows of kept (block, tap) entries on a tile.
struct convolution_iteration {
  core_call call;
  convolution_rows rows;
  index_t layers{0};  ///< of 2:4 values besides, of a series
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

  /// @throws what run_call does.
  iteration_run convolution(const convolution_iteration& i) {
    const convolution_layout& l = i.call.layout;
    const convolution_image image = to_image(i.rows, {}, l);
    iteration_run r = timed(key_of(i, image.entries, image.equal_rows),
                            [&] { return run_call(device_, i.call, image, operands(l)).run; });
    count_filling(r, image.kept, l.tile.out_blocks * image.entries, l);
    return r;
  }
  /// @throws what run_call does.
  iteration_run series(const convolution_iteration& i) {
    const convolution_layout& l = i.call.layout;
    index_t entries = 0;
    index_t kept = 0;
    for (const auto& row : i.rows) {
      kept += static_cast<index_t>(row.size());
      entries = std::max(entries, static_cast<index_t>(row.size()));
    }
    iteration_run r = timed(key_of(i, entries, false), [&] {
      const index_t taps = l.tile.window.kernel_h * l.tile.window.kernel_w;
      const std::vector<two_four_layer> layers(
          static_cast<std::size_t>(i.layers),
          random_layer(8 * l.tile.out_blocks, 8 * l.tile.in_blocks * taps));
      return run_call(device_, i.call, to_image(i.rows, layers, {}, l), operands(l)).run;
    });
    count_filling(r, kept, static_cast<index_t>(i.rows.size()) * entries, l);
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

  /// What a convolution's time depends on.
  static key key_of(const convolution_iteration& i, index_t entries, bool equal_rows) {
    const convolution_layout& l = i.call.layout;
    const convolution_tile& t = l.tile;
    const conv_window& w = t.window;
    return {{0,
             i.layers,
             t.in_blocks,
             t.out_blocks,
             t.h,
             t.w,
             w.kernel_h,
             w.kernel_w,
             w.stride.h,
             w.stride.w,
             w.dilation.h,
             w.dilation.w,
             entries,
             l.lanes_h,
             l.sweep_h * 16 + l.sweep_w,
             equal_rows,
             i.call.how.relu,
             i.call.how.from_partial,
             i.call.how.to_partial,
             i.call.input_halves,
             i.call.weight_halves}};
  }
  /// Of `all` entries of a call's rows `kept` are not filling.
  static void count_filling(iteration_run& r, index_t kept, index_t all,
                            const convolution_layout& l) {
    const index_t sweeps = l.sweeps_h() * l.sweeps_w() * l.groups();
    r.filling = std::min(r.vmacs, static_cast<double>((all - kept) * sweeps));
    r.vmacs -= r.filling;
  }

  static std::int32_t put(data_memory& memory, const char* name, index_t bytes, int bank) {
    return static_cast<std::int32_t>(memory.place(name, bytes, bank).address);
  }
  void randomise(data_memory& memory, std::int32_t at, index_t bytes) {
    std::vector<std::uint8_t> values(static_cast<std::size_t>(bytes));
    for (std::uint8_t& v : values) v = static_cast<std::uint8_t>(random_());
    memory.write(at, values.data(), bytes);
  }

  [[nodiscard]] call_operands operands(const convolution_layout& l) {
    call_operands o;
    o.x.resize(static_cast<std::size_t>(l.in_bytes()));
    for (std::int8_t& v : o.x) v = static_cast<std::int8_t>(random_());
    return o;
  }
  [[nodiscard]] two_four_layer random_layer(index_t rows, index_t cols) {
    dense_matrix<std::int8_t> w = dense_matrix<std::int8_t>::Zero(rows, cols);
    for (index_t o = 0; o < rows; ++o) {
      for (index_t k = 0; k < cols; k += 2) {  // one of each two: two of four
        w(o, k + static_cast<index_t>(random_() % 2)) = static_cast<std::int8_t>(random_());
      }
    }
    return to_n_m<2, 4>(w);
  }

  aie2::device device_;
  bool remember_;
  std::mt19937 random_{1};
  std::map<key, iteration_run> known_;
  std::int64_t executed_{0};
  double executed_cycles_{0};
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
