// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/core/layout.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A read that gets another value than the kernel's program order gives it.
struct schedule_fault {
  std::int64_t bundle{0};
  opcode reader{opcode::event};
  reg what{};
  std::string text;  ///< for people: who reads what too early or too late, and by how much
};

namespace detail {

/// Who wrote a value: operation and how many times it had run before.
struct value_origin {
  std::int32_t op{-1};
  std::int64_t run{0};
  friend bool operator==(const value_origin&, const value_origin&) = default;
};
/// Origins of all that an operation read, run after run.
using read_log = std::vector<std::vector<value_origin>>;

/// Follows a kernel twice, in program order and in its bundles, and keeps who wrote what is read.
class origin_tracker {
 public:
  origin_tracker(const layout& l, const core_parameters& core) : layout_(&l), core_(&core) {
    std::int32_t count = 0;
    count_ops(l.source.steps, count);
    runs_.assign(static_cast<std::size_t>(count), 0);
    logs_.resize(static_cast<std::size_t>(count));
  }

  void follow_program_order() { walk(layout_->source.steps); }

  /// The first read that differs. Loops of a flat program are walked by their known trips.
  [[nodiscard]] std::optional<schedule_fault> follow_bundles() {
    std::fill(runs_.begin(), runs_.end(), 0);
    std::vector<std::vector<const placed_operation*>> bundles(
        static_cast<std::size_t>(layout_->bundles));
    for (const placed_operation& p : layout_->ops) {
      bundles[static_cast<std::size_t>(p.bundle)].push_back(&p);
    }
    std::vector<std::int64_t> left(layout_->loops.size() + layout_->branches.size(), 0);
    std::int64_t now = 0;
    for (std::int64_t pc = 0; pc < layout_->bundles; ++now) {
      for (const landing& l : landing_[static_cast<std::size_t>(now % ahead)]) {
        (l.for_mac ? seen_by_mac_ : seen_)[l.unit] = l.origin;
      }
      landing_[static_cast<std::size_t>(now % ahead)].clear();
      const auto& bundle = bundles[static_cast<std::size_t>(pc)];
      for (const placed_operation* p : bundle) {
        if (p->op.id < 0) continue;
        if (auto fault = compare(*p)) return fault;
      }
      for (const placed_operation* p : bundle) {
        if (p->op.id >= 0) write(*p, now);
      }
      pc = next(pc, left);
    }
    return std::nullopt;
  }

 private:
  static constexpr std::int64_t ahead = 16;
  using unit_key = std::pair<int, int>;
  struct landing {
    unit_key unit;
    value_origin origin;
    bool for_mac;
  };

  static void count_ops(const std::vector<step>& steps, std::int32_t& count) {
    for (const step& s : steps) {
      count += static_cast<std::int32_t>(s.ops.size());
      count_ops(s.body, count);
    }
  }
  void walk(const std::vector<step>& steps) {
    for (const step& s : steps) {
      for (const operation& op : s.ops) {
        logs_[static_cast<std::size_t>(op.id)].push_back(origins(op, false));
        const value_origin mine{op.id, runs_[static_cast<std::size_t>(op.id)]++};
        for (const register_write& w : writes_of(op, timing_of(op.code, *core_))) {
          for (int u = 0; u < w.what.count; ++u) seen_[{w.what.id, w.what.first + u}] = mine;
        }
      }
      for (std::int64_t t = 0; t < s.trips; ++t) walk(s.body);
    }
    if (&steps == &layout_->source.steps) seen_.clear();
  }
  [[nodiscard]] std::vector<value_origin> origins(const operation& op, bool two_views) {
    std::vector<value_origin> all;
    for (const register_use& r : reads_of(op)) {
      for (int u = 0; u < r.what.count; ++u) {
        all.push_back((two_views && r.late ? seen_by_mac_ : seen_)[{r.what.id, r.what.first + u}]);
      }
    }
    return all;
  }
  [[nodiscard]] std::optional<schedule_fault> compare(const placed_operation& p) {
    const auto id = static_cast<std::size_t>(p.op.id);
    const auto run = static_cast<std::size_t>(runs_[id]);
    const std::vector<value_origin> got = origins(p.op, true);
    const bool extra = run >= logs_[id].size();
    if (!extra && got == logs_[id][run]) return std::nullopt;
    std::size_t at = 0;
    for (const register_use& r : reads_of(p.op)) {
      for (int u = 0; u < r.what.count; ++u, ++at) {
        if (!extra && got[at] == logs_[id][run][at]) continue;
        schedule_fault f{p.bundle, p.op.code, r.what, {}};
        const auto name = [](value_origin o) {
          return o.op < 0 ? std::string("no operation")
                          : message("operation ", o.op, ", run ", o.run);
        };
        f.text = message("kernel ", layout_->source.name, ", bundle ", p.bundle, ": ",
                         to_string(p.op.code), " (operation ", p.op.id, ", run ", runs_[id],
                         ") reads ", to_string(r.what.file), " register ", r.what.id, " of ",
                         name(got[at]), ", expected that of ",
                         extra ? std::string("no run") : name(logs_[id][run][at]));
        return f;
      }
    }
    return schedule_fault{p.bundle, p.op.code, {}, "an operation runs too often"};
  }
  void write(const placed_operation& p, std::int64_t now) {
    const value_origin mine{p.op.id, runs_[static_cast<std::size_t>(p.op.id)]++};
    for (const register_write& w : writes_of(p.op, timing_of(p.op.code, *core_))) {
      for (int u = 0; u < w.what.count; ++u) {
        const unit_key key{w.what.id, w.what.first + u};
        landing_[static_cast<std::size_t>((now + w.ready) % ahead)].push_back({key, mine, false});
        landing_[static_cast<std::size_t>((now + w.ready_mac) % ahead)].push_back(
            {key, mine, true});
      }
    }
  }
  [[nodiscard]] std::int64_t next(std::int64_t pc, std::vector<std::int64_t>& left) const {
    const auto repeat = [&](std::size_t counter, std::int64_t end, std::int64_t trips) {
      if (pc != end - 1) return false;
      std::int64_t& l = left[counter];
      if (l == 0) l = trips;
      return --l > 0;
    };
    for (std::size_t i = 0; i < layout_->loops.size(); ++i) {
      const placed_loop& l = layout_->loops[i];
      if (repeat(i, l.end, l.passes)) return l.start;
    }
    for (std::size_t i = 0; i < layout_->branches.size(); ++i) {
      const placed_range& b = layout_->branches[i];
      if (repeat(layout_->loops.size() + i, b.end, b.trips)) return b.start;
    }
    return pc + 1;
  }

  const layout* layout_;
  const core_parameters* core_;
  std::vector<std::int64_t> runs_;
  std::vector<read_log> logs_;
  std::map<unit_key, value_origin> seen_;
  std::map<unit_key, value_origin> seen_by_mac_;
  std::array<std::vector<landing>, ahead> landing_;
};

}  // namespace detail

/// Whether every read of a schedule gets the value that program order gives it; else the first that
/// does not, as silicon would read an old (or already new) value without a word. Follows the whole
/// run, on virtual registers: O(operations executed).
[[nodiscard]] inline std::optional<schedule_fault> check(const layout& l,
                                                         const core_parameters& core) {
  detail::origin_tracker tracker(l, core);
  tracker.follow_program_order();
  return tracker.follow_bundles();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
