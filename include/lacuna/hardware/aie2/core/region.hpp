// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <lacuna/hardware/aie2/core/modulo_schedule.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A scheduled zero-overhead loop.
struct scheduled_loop {
  const std::vector<operation>* ops{nullptr};
  loop_schedule schedule;
  std::int64_t trips{0};

  [[nodiscard]] std::int64_t fill() const noexcept { return (schedule.stages - 1) * schedule.ii; }
};

/// The bundles between two loops: the drain of the one before, the fill of the one after, and a
/// block of operations among them, on one table of slots and banks.
struct region {
  std::int64_t length{0};
  std::vector<std::int64_t> time;  ///< of the block's operations, from the region's start
  std::vector<slot_mask> slots;
  struct copy {  ///< of an operation of a loop
    std::size_t op{0};
    std::int64_t time{0};
    slot_mask slots{0};
  };
  std::vector<copy> drain;
  std::vector<copy> fill;
};

namespace detail {

/// What a region is made of. Time 0 is its start: the last kernel pass of `before` ends there.
class region_scheduler {
 public:
  region_scheduler(const core_kernel& k, const core_parameters& core, const scheduled_loop* before,
                   const std::vector<operation>& block, const scheduled_loop* after,
                   std::size_t ahead)
      : kernel_(&k), core_(&core), before_(before), after_(after), ahead_(ahead) {
    if (before != nullptr) all_ = *before->ops;
    first_ = all_.size();
    all_.insert(all_.end(), block.begin(), block.end());
    last_ = all_.size();
    if (after != nullptr) all_.insert(all_.end(), after->ops->begin(), after->ops->end());
    edges_ = dependences(all_, core, false);
    in_.resize(all_.size());
    for (const dependence& e : edges_) in_[static_cast<std::size_t>(e.to)].push_back(&e);
    height_ = *heights(all_.size(), edges_, 0);
  }

  [[nodiscard]] std::optional<region> try_length(std::int64_t length) const {
    region r;
    r.length = length;
    reservation_table table(*kernel_, *core_);
    std::vector<std::int64_t> time(all_.size(), unplaced);
    std::vector<slot_mask> slots(all_.size(), 0);
    if (before_ != nullptr) place_drain(r, table, time);
    if (after_ != nullptr && !place_fill(r, table, time)) return std::nullopt;
    if (!place_block(table, time, slots)) return std::nullopt;
    for (const dependence& e : edges_) {
      const auto from = static_cast<std::size_t>(e.from);
      const auto to = static_cast<std::size_t>(e.to);
      if (to < first_ || from >= last_) continue;  // inside one loop: its schedule's business
      if (time[static_cast<std::size_t>(e.to)] <
          time[static_cast<std::size_t>(e.from)] + e.latency) {
        return std::nullopt;
      }
    }
    for (std::size_t i = first_; i < last_; ++i) {
      const opcode code = all_[i].code;
      const bool setup = code == opcode::set_loop_bounds || code == opcode::set_loop_count;
      if (after_ != nullptr && setup &&
          time[i] >
              std::min(length - 1, length + after_->schedule.ii - core_->loop_setup_bundles)) {
        return std::nullopt;
      }
      if (time[i] >= length) return std::nullopt;
    }
    const auto from = static_cast<std::ptrdiff_t>(first_);
    const auto to = static_cast<std::ptrdiff_t>(last_);
    r.time.assign(time.begin() + from, time.begin() + to);
    r.slots.assign(slots.begin() + from, slots.begin() + to);
    for (const region::copy& c : r.drain) {
      if (c.time >= length) return std::nullopt;
    }
    return r;
  }

 private:
  static constexpr std::int64_t unplaced = std::numeric_limits<std::int64_t>::min();

  void place_drain(region& r, reservation_table& table, std::vector<std::int64_t>& time) const {
    const loop_schedule& s = before_->schedule;
    for (std::size_t i = 0; i < before_->ops->size(); ++i) {
      time[i] = s.time[i] - s.ii;  // of the last iteration
      for (std::int64_t t = time[i]; t > -16; t -= s.ii) {
        table.take((*before_->ops)[i], t, s.slots[i]);
        if (t >= 0) r.drain.push_back({i, t, s.slots[i]});
      }
    }
  }
  bool place_fill(region& r, reservation_table& table, std::vector<std::int64_t>& time) const {
    const loop_schedule& s = after_->schedule;
    for (std::size_t i = 0; i < after_->ops->size(); ++i) {
      const operation& op = (*after_->ops)[i];
      std::int64_t t = r.length + s.time[i] - after_->fill();  // of the first iteration
      time[last_ + i] = t;
      for (; t < r.length; t += s.ii) {
        const slot_mask choice = t < 0 ? slot_mask{0} : table.choice(op, t, s.slots[i]);
        if (choice == 0) return false;
        table.take(op, t, choice);
        r.fill.push_back({i, t, choice});
      }
    }
    return true;
  }
  /// List scheduling: of the operations whose predecessors are placed, the one with most to follow.
  /// Nothing issues before what stands `ahead_` operations or more ahead of it in the kernel.
  bool place_block(reservation_table& table, std::vector<std::int64_t>& time,
                   std::vector<slot_mask>& slots) const {
    std::vector<std::int64_t> latest(last_ - first_, 0);  // of the first so many operations
    std::size_t issued = 0;                               // so many from the first on
    for (std::size_t placed = first_; placed < last_; ++placed) {
      std::size_t pick = last_;
      std::int64_t pick_earliest = 0;
      for (std::size_t i = first_; i < last_; ++i) {
        if (time[i] != unplaced || (pick < last_ && height_[i] <= height_[pick])) continue;
        const std::size_t behind = i - first_ >= ahead_ ? i - ahead_ - first_ + 1 : 0;
        bool ready = issued >= behind;
        if (!ready) break;  // nor is any later one
        std::int64_t earliest = behind > 0 ? latest[behind - 1] : 0;
        for (const dependence* e : in_[i]) {
          const std::int64_t from = time[static_cast<std::size_t>(e->from)];
          ready = ready && from != unplaced;
          if (from != unplaced) earliest = std::max(earliest, from + e->latency);
        }
        if (ready) {
          pick = i;
          pick_earliest = earliest;
        }
      }
      std::int64_t t = pick_earliest;
      while (table.choice(all_[pick], t) == 0) ++t;
      slots[pick] = table.choice(all_[pick], t);
      time[pick] = t;
      table.take(all_[pick], t, slots[pick]);
      for (; first_ + issued < last_ && time[first_ + issued] != unplaced; ++issued) {
        latest[issued] = std::max(issued > 0 ? latest[issued - 1] : 0, time[first_ + issued]);
      }
    }
    return true;
  }

  const core_kernel* kernel_;
  const core_parameters* core_;
  const scheduled_loop* before_;
  const scheduled_loop* after_;
  std::size_t ahead_;
  std::vector<operation> all_;
  std::size_t first_{0};
  std::size_t last_{0};
  std::vector<dependence> edges_;
  std::vector<std::vector<const dependence*>> in_;
  std::vector<std::int64_t> height_;
};

}  // namespace detail

/// How many operations may overtake one that stands before them in a kernel: all of them. Fewer
/// need fewer registers.
inline constexpr std::size_t any_number_ahead = std::numeric_limits<std::size_t>::max();

/// The shortest region. Either loop may be missing.
[[nodiscard]] inline region schedule_region(const core_kernel& k, const core_parameters& core,
                                            const scheduled_loop* before,
                                            const std::vector<operation>& block,
                                            const scheduled_loop* after,
                                            std::size_t ahead = any_number_ahead) {
  const detail::region_scheduler scheduler(k, core, before, block, after, ahead);
  const std::int64_t most = 4096 + 32 * static_cast<std::int64_t>(block.size());
  for (std::int64_t length = 0; length <= most; ++length) {
    if (auto r = scheduler.try_length(length)) return *std::move(r);
  }
  throw unsupported_error(message("kernel ", k.name, ": no schedule of ", block.size(),
                                  " operations between loops within ", most, " bundles"));
}

/// List schedule of a loop body whose iterations do not overlap.
[[nodiscard]] inline loop_schedule sequential_schedule(const std::vector<operation>& ops,
                                                       const core_kernel& k,
                                                       const core_parameters& core,
                                                       std::size_t ahead = any_number_ahead) {
  const region r = schedule_region(k, core, nullptr, ops, nullptr, ahead);
  loop_schedule s{r.length, 1, r.time, r.slots};
  for (const dependence& e : dependences(ops, core, true)) {
    if (e.distance == 0) continue;
    const auto from = static_cast<std::size_t>(e.from);
    s.ii = std::max(s.ii, s.time[from] + e.latency - s.time[static_cast<std::size_t>(e.to)]);
  }
  return s;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
