// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/core/region.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// An operation with its bundle and slots; `target` is the bundle that a branch goes to.
struct placed_operation {
  operation op;
  std::int64_t bundle{0};
  slot_mask slots{0};
  std::int64_t target{0};
  int loop{-1};  ///< the zero-overhead loop that it is a copy from, drain and fill included
};

/// A zero-overhead loop in the program: kernel bundles [start, end).
struct placed_loop {
  scheduled_loop loop;
  std::int64_t start{0};
  std::int64_t end{0};
  std::int64_t passes{0};
};

/// Bundles [start, end) that a branch repeats.
struct placed_range {
  std::int64_t start{0};
  std::int64_t end{0};
  std::int64_t trips{0};
};

/// A kernel in bundles, still on virtual registers.
struct layout {
  core_kernel source;
  std::vector<placed_operation> ops;
  std::vector<placed_loop> loops;
  std::vector<placed_range> branches;
  std::int64_t bundles{0};
  std::deque<std::vector<operation>> bodies;  ///< what scheduled loops point to
};

namespace detail {

class layout_maker {
 public:
  layout_maker(core_kernel k, const core_parameters& core, std::int64_t extra_ii, std::size_t ahead)
      : core_(core), extra_ii_(extra_ii), ahead_(ahead) {
    out_.source = std::move(k);
  }
  [[nodiscard]] layout make() && {
    sequence(out_.source.steps, reg{});
    return std::move(out_);
  }

 private:
  [[nodiscard]] reg make_scalar() {
    auto& all = out_.source.registers;
    all.push_back({static_cast<std::int16_t>(all.size()), register_file::scalar, 0, 1});
    return all.back();
  }
  [[nodiscard]] scheduled_loop schedule(const step& s) {
    out_.bodies.push_back(s.body.front().ops);
    const std::vector<operation>& ops = out_.bodies.back();
    scheduled_loop l{&ops, {}, s.trips};
    if (s.fixed_ii > 0) {
      l.schedule = by_hand(s, ops);
    } else if (s.mode == loop_mode::sequential) {
      l.schedule = sequential_schedule(ops, out_.source, core_, ahead_);
    } else {
      const std::int64_t least = std::max(s.at_least, resource_interval(ops, out_.source, core_));
      l.schedule = modulo_schedule(ops, out_.source, core_, s.trips, least + extra_ii_);
    }
    return l;
  }
  [[nodiscard]] loop_schedule by_hand(const step& s, const std::vector<operation>& ops) const {
    const std::int64_t last =
        s.fixed_time.empty() ? 0 : *std::max_element(s.fixed_time.begin(), s.fixed_time.end());
    loop_schedule out{s.fixed_ii, last / s.fixed_ii + 1, s.fixed_time, {}};
    if (ops.size() != s.fixed_time.size() || s.trips < out.stages) {
      throw shape_error(message("kernel ", out_.source.name, ": a loop by hand of ", ops.size(),
                                " operations and ", s.trips, " trips has ", s.fixed_time.size(),
                                " times and ", out.stages, " stages"));
    }
    std::vector<slot_mask> used(static_cast<std::size_t>(s.fixed_ii), 0);
    for (std::size_t i = 0; i < ops.size(); ++i) {
      slot_mask& row = used[static_cast<std::size_t>(s.fixed_time[i] % s.fixed_ii)];
      slot_mask taken = 0;
      for (const slot_mask wanted : timing_of(ops[i].code, core_).slots) {
        if (taken == 0 && wanted != 0 && (row & wanted) == 0) taken = wanted;
      }
      if (taken == 0) {
        throw unsupported_error(message("kernel ", out_.source.name, ": no slot for ",
                                        to_string(ops[i].code), " at bundle ", s.fixed_time[i],
                                        " of a loop by hand"));
      }
      row = static_cast<slot_mask>(row | taken);
      out.slots.push_back(taken);
    }
    return out;
  }
  static operation immediate(opcode code, std::int64_t value, reg dst = {}, reg a = {}) {
    operation op;
    op.code = code;
    op.dst = dst;
    op.src[0] = a;
    op.imm = static_cast<std::int32_t>(value);
    return op;
  }

  /// Steps one after another; `counter` is what a branch back to the start counts down.
  void sequence(const std::vector<step>& steps, reg counter, std::int64_t trips = 1) {
    const std::int64_t start = out_.bundles;
    std::vector<operation> block;
    int before = -1;
    for (const step& s : steps) {
      if (!s.is_loop()) {
        block.insert(block.end(), s.ops.begin(), s.ops.end());
      } else if (s.is_innermost() && s.trips == 1) {
        block.insert(block.end(), s.body.front().ops.begin(), s.body.front().ops.end());
      } else if (s.is_innermost()) {
        const scheduled_loop l = schedule(s);
        block.push_back(immediate(opcode::set_loop_bounds, 0));
        block.push_back(immediate(opcode::set_loop_bounds, 1));
        block.push_back(immediate(opcode::set_loop_count, l.trips - l.schedule.stages + 1));
        place_region(before, block, &l, false, reg{}, start);
        before = place_kernel(l);
        block.clear();
      } else {
        const reg inner = s.trips > 1 ? make_scalar() : reg{};
        if (inner.exists()) block.push_back(immediate(opcode::move_scalar, s.trips, inner));
        place_region(before, block, nullptr, true, reg{}, start);
        before = -1;
        block.clear();
        sequence(s.body, inner, s.trips);
      }
    }
    if (counter.exists()) block.push_back(immediate(opcode::add_scalar, -1, counter, counter));
    place_region(before, block, nullptr, counter.exists() || before >= 0, counter, start, trips);
  }

  int place_kernel(const scheduled_loop& l) {
    const int id = static_cast<int>(out_.loops.size());
    const std::int64_t start = out_.bundles;
    for (std::size_t i = 0; i < l.ops->size(); ++i) {
      out_.ops.push_back(
          {(*l.ops)[i], start + l.schedule.time[i] % l.schedule.ii, l.schedule.slots[i], 0, id});
    }
    out_.bundles += l.schedule.ii;
    out_.loops.push_back({l, start, out_.bundles, l.trips - l.schedule.stages + 1});
    return id;
  }

  /// `settle`: all results land before the region ends, as code beyond a branch needs.
  void place_region(int before_id, const std::vector<operation>& block, const scheduled_loop* after,
                    bool settle, reg counter, std::int64_t sequence_start, std::int64_t trips = 1) {
    const scheduled_loop* before =
        before_id >= 0 ? &out_.loops[static_cast<std::size_t>(before_id)].loop : nullptr;
    region r = schedule_region(out_.source, core_, before, block, after, ahead_);
    if (after == nullptr && before != nullptr) {
      for (std::size_t i = 0; i < before->ops->size(); ++i) {
        wait_for(r, (*before->ops)[i], before->schedule.time[i] - before->schedule.ii, settle);
      }
    }
    for (std::size_t i = 0; i < block.size() && after == nullptr; ++i) {
      wait_for(r, block[i], r.time[i], settle);
    }
    if (counter.exists()) place_branch(r, block, counter, sequence_start, trips);
    const std::int64_t base = out_.bundles;
    for (std::size_t i = 0; i < block.size(); ++i) {
      out_.ops.push_back({block[i], base + r.time[i], r.slots[i], 0, -1});
      if (block[i].code == opcode::set_loop_bounds) {
        out_.ops.back().target = base + r.length + (block[i].imm == 0 ? 0 : after->schedule.ii - 1);
      }
    }
    for (const region::copy& c : r.drain) {
      out_.ops.push_back({(*before->ops)[c.op], base + c.time, c.slots, 0, before_id});
    }
    for (const region::copy& c : r.fill) {
      out_.ops.push_back(
          {(*after->ops)[c.op], base + c.time, c.slots, 0, static_cast<int>(out_.loops.size())});
    }
    out_.bundles += r.length;
  }
  void wait_for(region& r, const operation& op, std::int64_t time, bool settle) const {
    const timing t = timing_of(op.code, core_);
    r.length = std::max(r.length, time + 1);
    if (!settle) return;
    if (op.dst.exists()) r.length = std::max(r.length, time + std::max(t.ready, t.ready_mac));
    // A store that touches memory late must not be overtaken by a load of the next region.
    if (t.stores)
      r.length = std::max(r.length, time + t.memory - (core_.latency.memory_cycle - 1) + 1);
  }
  /// The branch issues its delay slots ahead of the end, where a scalar slot is free.
  void place_branch(region& r, const std::vector<operation>& block, reg counter,
                    std::int64_t sequence_start, std::int64_t trips) {
    std::int64_t ready = 0;  // when the counter has been counted down
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (block[i].dst == counter) ready = r.time[i] + 1;
    }
    std::int64_t at = std::max(ready, r.length - 1 - core_.branch_delay_slots);
    const auto busy = [&](std::int64_t t) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        if (r.time[i] == t && (r.slots[i] & only(slot::scalar)) != 0) return true;
      }
      return std::any_of(r.drain.begin(), r.drain.end(), [&](const region::copy& c) {
        return c.time == t && (c.slots & only(slot::scalar)) != 0;
      });
    };
    while (busy(at)) ++at;
    r.length = at + 1 + core_.branch_delay_slots;
    operation op = immediate(opcode::branch_not_zero, 0, reg{}, counter);
    out_.ops.push_back({op, out_.bundles + at, only(slot::scalar), sequence_start, -1});
    out_.branches.push_back({sequence_start, out_.bundles + r.length, trips});
  }

  const core_parameters& core_;
  std::int64_t extra_ii_;
  std::size_t ahead_;
  layout out_;
};

}  // namespace detail

/// Schedules a kernel: loops first, then what lies between them. For kernels that would run out of
/// registers `extra_ii` widens pipelined loops and `ahead` keeps operations between them in order.
[[nodiscard]] inline layout make_layout(core_kernel k, const core_parameters& core,
                                        std::int64_t extra_ii = 0,
                                        std::size_t ahead = any_number_ahead) {
  return detail::layout_maker(std::move(k), core, extra_ii, ahead).make();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
