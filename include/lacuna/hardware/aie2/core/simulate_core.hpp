// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/core/core_run.hpp>
#include <lacuna/hardware/aie2/core/dma_traffic.hpp>
#include <lacuna/hardware/aie2/core/execute.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

namespace detail {

/// `BesideDma` keeps what channels need out of runs without them, which would take an eighth more
/// time.
template <bool BesideDma>
class core_simulator {
 public:
  core_simulator(const program& p, data_memory& memory, const core_parameters& core,
                 dma_traffic traffic)
      : program_(&p),
        memory_(&memory),
        core_(&core),
        units_(state_, p.srs, core.bf16_sum),
        traffic_(std::move(traffic)) {}

  core_run run(const std::vector<std::int32_t>& arguments, std::int64_t most_cycles) {
    set_arguments(arguments);
    core_run out;
    const std::int64_t bundles = program_->bundles();
    std::int64_t now = 0;
    for (std::int64_t pc = 0; pc < bundles; ++now) {
      if (out.bundles + out.bank_stalls >= most_cycles) {
        throw unsupported_error(message("kernel ", program_->name, " did not end within ",
                                        most_cycles, " cycles: it is at bundle ", pc, " of ",
                                        bundles));
      }
      units_.queue().land(now);
      out.bank_stalls += touch_memory(now, out);
      for (std::int32_t i = program_->first[static_cast<std::size_t>(pc)],
                        end = program_->first[static_cast<std::size_t>(pc) + 1];
           i < end; ++i) {
        issue(program_->instructions[static_cast<std::size_t>(i)], now, pc, out);
      }
      ++out.bundles;
      if (program_->uses_vector_slot[static_cast<std::size_t>(pc)])
        ++out.vector_bundles;
      else if (loop_count_ > 0 && pc >= loop_start_ && pc <= loop_end_)
        ++out.loop_gaps;
      units_.commit_scalars();
      pc = next(pc);
    }
    traffic_.finish(out.cycles());
    out.dma = traffic_.runs();
    for (std::int64_t late = 0; late < static_cast<std::int64_t>(landing_queue::ahead); ++late) {
      units_.queue().land(now + late);  // stores under way reach memory while the core returns
      (void)touch_memory(now + late, out, false);
    }
    return out;
  }
  [[nodiscard]] const core_state& state() const noexcept { return state_; }
  [[nodiscard]] core_state& state() noexcept { return state_; }

 private:
  struct access {
    const instruction* what;
    std::int32_t address;
    std::int64_t issued;
    alignas(32) std::array<std::uint8_t, 32> data;
  };
  struct cycle_accesses {
    std::size_t count{0};
    std::array<access, 8> items;
  };

  void set_arguments(const std::vector<std::int32_t>& values) {
    if (values.size() != program_->arguments.size()) {
      throw shape_error(message("kernel ", program_->name, " takes ", program_->arguments.size(),
                                " arguments, got ", values.size()));
    }
    for (std::size_t a = 0; a < values.size(); ++a) {
      const auto [file, index] = program_->arguments[a];
      const auto at = static_cast<std::size_t>(index);
      if (file == register_file::pointer)
        state_.pointers[at].address = values[a];
      else
        state_.scalars[at] = values[a];
    }
  }

  void issue(const instruction& i, std::int64_t now, std::int64_t pc, core_run& out) {
    if (i.memory != 0) {
      cycle_accesses& c =
          accesses_[static_cast<std::size_t>(now + i.memory) % landing_queue::ahead];
      access& a = c.items[c.count++];
      a.what = &i;
      a.issued = now;
      a.address = units_.address(i);
      const std::int32_t end = a.address + i.bytes;
      const std::int32_t align = i.bytes == 40 ? 8 : i.bytes;  // a sparse pop: mask and data
      if (a.address < 0 || end > memory_->size() || a.address % align != 0) {
        throw shape_error(message("kernel ", program_->name, ", bundle ", pc, ": ",
                                  to_string(i.code), " of ", int{i.bytes}, " bytes at ", a.address,
                                  ", data memory has ", memory_->size(), " and wants alignment"));
      }
      if (i.slots & (slot::load_a | slot::load_b))
        ++out.loads;
      else {
        ++out.stores;
        units_.store_value(i, a.data.data());
      }
      return;
    }
    switch (i.code) {
      case opcode::set_loop_bounds:
        (i.imm == 0 ? loop_start_ : loop_end_) = i.target;
        break;
      case opcode::set_loop_count:
        loop_count_ = i.src[0] >= 0 ? units_.scalar(i, 0) : i.imm;
        break;
      case opcode::branch_not_zero:
        if (units_.scalar(i, 0) != 0) {
          branch_to_ = i.target;
          branch_in_ = core_->branch_delay_slots + 1;
        }
        break;
      case opcode::event:
        out.events.push_back(out.bundles + out.bank_stalls);
        break;
      default:
        if (const std::int64_t macs = macs_of(i.code); macs != 0) {
          ++out.mac_bundles;
          out.macs += macs;
        }
        units_.execute(i, now);
    }
  }

  /// The accesses that reach the banks now: loads first, then stores. Each bank has one port: every
  /// further access to it takes a cycle more, and the whole datapath waits (M [AM020 ch. 2]).
  std::int64_t touch_memory(std::int64_t now, core_run& out, bool timed = true) {
    cycle_accesses& c = accesses_[static_cast<std::size_t>(now) % landing_queue::ahead];
    if (c.count == 0) {
      if constexpr (BesideDma) {
        if (timed) (void)traffic_.cycle(out.cycles(), 0);
      }
      return 0;
    }
    for (std::size_t n = 0; n < c.count; ++n) {
      const access& a = c.items[n];
      if (a.what->slots & (slot::load_a | slot::load_b)) {
        units_.load_value(*a.what, memory_->data() + a.address, a.issued);
      }
    }
    for (std::size_t n = 0; n < c.count; ++n) {
      const access& a = c.items[n];
      if ((a.what->slots & (slot::load_a | slot::load_b)) == 0) {
        std::memcpy(memory_->data() + a.address, a.data.data(), a.what->bytes);
      }
    }
    const bool shared = BesideDma && timed;
    const std::int64_t stalls = c.count < 2 && !shared ? 0 : count_conflicts(c, out, timed);
    c.count = 0;
    return stalls;
  }
  std::int64_t count_conflicts(const cycle_accesses& c, core_run& out,
                               [[maybe_unused]] bool timed) {
    const data_memory_parameters& p = memory_->parameters();
    const auto width = static_cast<std::uint32_t>(p.bank_width_bytes);
    std::array<std::uint32_t, 8> banks;
    std::uint32_t used = 0;
    std::uint32_t used_twice = 0;
    for (std::size_t n = 0; n < c.count; ++n) {
      const auto first = static_cast<std::uint32_t>(c.items[n].address) / width;
      const auto last =
          (static_cast<std::uint32_t>(c.items[n].address) + c.items[n].what->bytes - 1) / width;
      std::uint32_t mine =
          0;  // an access takes a bank once: its port's own business if it is wider
      for (std::uint32_t line = first; line <= last; ++line) {
        mine |= 1U << (memory_->banks()[line] & 7U);
      }
      banks[n] = mine;
      used_twice |= used & mine;
      used |= mine;
    }
    if (used_twice == 0 && !(BesideDma && timed)) return 0;
    std::array<std::uint8_t, 8> users{};
    for (std::size_t n = 0; n < c.count; ++n) {
      for (std::size_t b = 0; b < users.size(); ++b) {
        users[b] = static_cast<std::uint8_t>(users[b] + ((banks[n] >> b) & 1U));
      }
    }
    std::uint8_t most = 1;
    for (std::size_t b = 0; b < users.size(); ++b) {
      if (users[b] > 1) out.conflicts[b] += users[b] - 1;
      most = std::max(most, users[b]);
    }
    const std::int64_t stalls = (most - 1) * p.conflict_cycles;
    if constexpr (BesideDma) {
      if (timed) return share_banks(users, stalls, out);
    }
    return stalls;
  }
  /// The same cycles beside the DMA: each bank serves one more of its users a cycle, or an urgent
  /// access of the DMA, which puts all others off.
  std::int64_t share_banks(std::array<std::uint8_t, 8> users, std::int64_t stalls, core_run& out) {
    std::int64_t lost = 0;
    for (std::int64_t cycle = 0; cycle <= stalls + lost; ++cycle) {
      std::uint32_t banks = 0;
      for (std::size_t b = 0; b < users.size(); ++b) banks |= users[b] > 0 ? 1U << b : 0U;
      const std::uint32_t taken = traffic_.cycle(out.cycles() + cycle, banks);
      for (std::size_t b = 0; b < users.size(); ++b) {
        if (((banks & ~taken) >> b & 1U) != 0) --users[b];
      }
      std::uint8_t left = 0;
      for (const std::uint8_t u : users) left = std::max(left, u);
      lost = std::max<std::int64_t>(lost, cycle + left - stalls);
    }
    out.dma_stalls += lost;
    return stalls + lost;
  }

  std::int64_t next(std::int64_t pc) noexcept {
    if (branch_in_ > 0 && --branch_in_ == 0) return branch_to_;
    if (pc == loop_end_ && loop_count_ > 0 && --loop_count_ > 0) return loop_start_;
    return pc + 1;
  }

  const program* program_;
  data_memory* memory_;
  const core_parameters* core_;
  core_state state_;
  execution_units units_;
  dma_traffic traffic_;
  std::array<cycle_accesses, landing_queue::ahead> accesses_{};
  std::int64_t loop_start_{-1};
  std::int64_t loop_end_{-1};
  std::int64_t loop_count_{0};
  std::int64_t branch_to_{0};
  std::int64_t branch_in_{0};
};

}  // namespace detail

/// Runs a kernel on a tile's memory, bundle by bundle, on real data. `arguments` are addresses and
/// scalars in the order of the kernel's. @throws shape_error where it leaves the memory or is
/// called with the wrong arguments; unsupported_error where it does not end within `most_cycles`.
[[nodiscard]] inline core_run simulate_core(const program& p, data_memory& memory,
                                            const core_parameters& core,
                                            const std::vector<std::int32_t>& arguments,
                                            std::int64_t most_cycles = std::int64_t{1} << 32) {
  const auto simulator = std::make_unique<detail::core_simulator<false>>(
      p, memory, core, dma_traffic({}, memory, 1, 1));
  return simulator->run(arguments, most_cycles);
}

/// The same beside DMA channels of the tile, which only count: the kernel's data are its own.
[[nodiscard]] inline core_run simulate_core(const program& p, data_memory& memory, const device& d,
                                            const std::vector<std::int32_t>& arguments,
                                            std::vector<dma_stream> streams,
                                            std::int64_t most_cycles = std::int64_t{1} << 32) {
  const auto simulator = std::make_unique<detail::core_simulator<true>>(
      p, memory, d.core,
      dma_traffic(std::move(streams), memory, d.dma.access_bytes,
                  ceil_div(d.dma.access_bytes, d.transport.stream_bytes_per_cycle)));
  return simulator->run(arguments, most_cycles);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
