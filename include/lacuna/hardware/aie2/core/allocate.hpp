// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/core/layout.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A kernel that needs more registers than a file has. `needed` counts units at the fullest bundle.
struct register_shortage : unsupported_error {
  using unsupported_error::unsupported_error;
};

/// Units in each file of registers.
[[nodiscard]] inline std::array<std::int64_t, register_files> file_sizes(const core_parameters& c) {
  return {2 * c.vectors, 4 * c.accumulators, c.scalars, c.pointers, c.pointers, 2 * c.masks};
}

namespace detail {

/// When each unit of each virtual register is taken, bundle by bundle of the program. A value takes
/// its register from the bundle in which it lands to the last that reads it: before it lands the
/// old value is still there for others, as nothing interlocks.
class liveness {
 public:
  liveness(const layout& l, const core_parameters& core) : layout_(&l), core_(&core) {
    const auto& registers = l.source.registers;
    taken_.resize(registers.size());
    span_.assign(registers.size(), {l.bundles, -1});
    for (std::size_t v = 0; v < registers.size(); ++v) {
      taken_[v].assign(static_cast<std::size_t>(registers[v].count),
                       std::vector<bool>(static_cast<std::size_t>(l.bundles), false));
    }
    find_spans();
    find_homes();
    for (std::size_t v = 0; v < registers.size(); ++v) {
      if (span_[v].second < 0) continue;
      if (home_[v] >= 0) {
        mark_local(v, l.loops[static_cast<std::size_t>(home_[v])]);
      } else {
        mark_span(v);
      }
    }
  }
  [[nodiscard]] const std::vector<std::vector<bool>>& of(std::size_t v) const { return taken_[v]; }
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> span(std::size_t v) const { return span_[v]; }

 private:
  void find_spans() {
    const auto extend = [&](reg r, std::int64_t at) {
      auto& s = span_[static_cast<std::size_t>(r.id)];
      at = std::min(at, layout_->bundles - 1);
      s.first = std::min(s.first, at);
      s.second = std::max(s.second, at);
    };
    for (const placed_operation& p : layout_->ops) {
      const timing t = timing_of(p.op.code, *core_);
      for (const register_use& r : reads_of(p.op)) extend(r.what, p.bundle);
      for (const register_write& w : writes_of(p.op, t)) {
        extend(w.what, p.bundle + std::min(w.ready, w.ready_mac));
      }
    }
    for (const reg& a : layout_->source.arguments) extend(a, 0);
  }
  /// A register whose every use is in one zero-overhead loop, each value within an iteration, lives
  /// there; others take whole loops.
  void find_homes() {
    home_.assign(span_.size(), -2);
    for (const placed_operation& p : layout_->ops) {
      const timing t = timing_of(p.op.code, *core_);
      const auto at_home = [&](reg r) {
        int& h = home_[static_cast<std::size_t>(r.id)];
        h = h == -2 || h == p.loop ? p.loop : -1;
      };
      for (const register_use& r : reads_of(p.op)) at_home(r.what);
      for (const register_write& w : writes_of(p.op, t)) at_home(w.what);
    }
    for (const reg& a : layout_->source.arguments) home_[static_cast<std::size_t>(a.id)] = -1;
    for (const placed_loop& l : layout_->loops) {  // read before written: carried
      std::set<std::pair<int, int>> written;
      for (const operation& op : *l.loop.ops) {
        for (const register_use& r : reads_of(op)) {
          for (int u = 0; u < r.what.count; ++u) {
            if (written.count({r.what.id, r.what.first + u}) == 0) {
              home_[static_cast<std::size_t>(r.what.id)] = -1;
            }
          }
        }
        for (const register_write& w : writes_of(op, timing_of(op.code, *core_))) {
          for (int u = 0; u < w.what.count; ++u) written.insert({w.what.id, w.what.first + u});
        }
      }
    }
  }
  void mark_local(std::size_t v, const placed_loop& l) {
    const loop_schedule& s = l.loop.schedule;
    std::vector<std::pair<std::int64_t, std::int64_t>> live(taken_[v].size(), {1 << 30, -1});
    const auto extend = [&](reg r, std::int64_t at) {
      if (static_cast<std::size_t>(r.id) != v) return;
      for (int u = r.first; u < r.first + r.count; ++u) {
        auto& x = live[static_cast<std::size_t>(u)];
        x = {std::min(x.first, at), std::max(x.second, at)};
      }
    };
    for (std::size_t i = 0; i < l.loop.ops->size(); ++i) {
      const operation& op = (*l.loop.ops)[i];
      for (const register_use& r : reads_of(op)) extend(r.what, s.time[i]);
      for (const register_write& w : writes_of(op, timing_of(op.code, *core_))) {
        extend(w.what, s.time[i] + std::min(w.ready, w.ready_mac));
      }
    }
    for (std::size_t u = 0; u < live.size(); ++u) {
      for (std::int64_t t = live[u].first; t <= live[u].second; ++t) {
        mark(v, u, l.start + t % s.ii);
        for (std::int64_t fill = t - l.loop.fill(); fill < 0; fill += s.ii)
          mark(v, u, l.start + fill);
        for (std::int64_t drain = t - s.ii; drain >= 0; drain -= s.ii) mark(v, u, l.end + drain);
      }
    }
  }
  void mark_span(std::size_t v) {
    std::int64_t first = span_[v].first;
    std::int64_t last = span_[v].second;
    for (bool grown = true; grown;) {
      grown = false;
      const auto cover = [&](std::int64_t start, std::int64_t end, bool whole) {
        if (last < start || first >= end || (first <= start && last >= end - 1)) return;
        if (!whole) return;
        first = std::min(first, start);
        last = std::max(last, end - 1);
        grown = true;
      };
      for (const placed_loop& l : layout_->loops) cover(l.start, l.end, true);
      for (const placed_range& b : layout_->branches) {
        cover(b.start, b.end, first < b.start || last >= b.end || carried(v, b));
      }
    }
    for (std::size_t u = 0; u < taken_[v].size(); ++u) {
      for (std::int64_t t = first; t <= last; ++t) mark(v, u, t);
    }
    span_[v] = {first, last};
  }
  /// Whether the first use of a unit inside a repeated range is a read.
  [[nodiscard]] bool carried(std::size_t v, const placed_range& b) const {
    for (std::size_t u = 0; u < taken_[v].size(); ++u) {
      std::int64_t first_read = b.end;
      std::int64_t first_landing = b.end;
      for (const placed_operation& p : layout_->ops) {
        if (p.bundle < b.start || p.bundle >= b.end) continue;
        const auto covers = [&](reg r) {
          return static_cast<std::size_t>(r.id) == v && static_cast<int>(u) >= r.first &&
                 static_cast<int>(u) < r.first + r.count;
        };
        for (const register_use& r : reads_of(p.op)) {
          if (covers(r.what)) first_read = std::min(first_read, p.bundle);
        }
        for (const register_write& w : writes_of(p.op, timing_of(p.op.code, *core_))) {
          if (covers(w.what)) {
            first_landing = std::min(first_landing, p.bundle + std::min(w.ready, w.ready_mac));
          }
        }
      }
      if (first_read < first_landing) return true;
    }
    return false;
  }
  void mark(std::size_t v, std::size_t u, std::int64_t at) {
    if (at >= 0 && at < layout_->bundles) taken_[v][u][static_cast<std::size_t>(at)] = true;
  }

  const layout* layout_;
  const core_parameters* core_;
  std::vector<std::vector<std::vector<bool>>> taken_;
  std::vector<std::pair<std::int64_t, std::int64_t>> span_;
  std::vector<int> home_;
};

}  // namespace detail

/// First unit of each virtual register in its file, first fit; arguments take the lowest pointers
/// and scalars. @throws register_shortage naming kernel, file, need and size.
[[nodiscard]] inline std::vector<int> allocate(const layout& l, const core_parameters& core) {
  const detail::liveness live(l, core);
  const auto& registers = l.source.registers;
  const auto sizes = file_sizes(core);
  std::vector<int> place(registers.size(), -1);
  std::array<std::vector<std::vector<bool>>, register_files> used;
  for (std::size_t f = 0; f < register_files; ++f) {
    used[f].assign(static_cast<std::size_t>(sizes[f]),
                   std::vector<bool>(static_cast<std::size_t>(l.bundles), false));
  }
  std::vector<std::size_t> order;
  for (const reg& a : l.source.arguments) order.push_back(static_cast<std::size_t>(a.id));
  const std::size_t fixed = order.size();
  for (std::size_t v = 0; v < registers.size(); ++v) {
    if (std::find(order.begin(), order.end(), v) == order.end()) order.push_back(v);
  }
  std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(fixed), order.end(),
                   [&](std::size_t a, std::size_t b) {
                     if (registers[a].count != registers[b].count) {
                       return registers[a].count > registers[b].count;
                     }
                     return live.span(a).first < live.span(b).first;
                   });
  for (const std::size_t v : order) {
    const reg& r = registers[v];
    auto& file = used[static_cast<std::size_t>(r.file)];
    const auto& mine = live.of(v);
    const auto fits = [&](std::size_t first) {
      for (std::size_t u = 0; u < mine.size(); ++u) {
        for (std::size_t t = 0; t < mine[u].size(); ++t) {
          if (mine[u][t] && file[first + u][t]) return false;
        }
      }
      return true;
    };
    for (std::size_t first = 0; first + mine.size() <= file.size(); first += mine.size()) {
      if (!fits(first)) continue;
      place[v] = static_cast<int>(first);
      for (std::size_t u = 0; u < mine.size(); ++u) {
        for (std::size_t t = 0; t < mine[u].size(); ++t) {
          if (mine[u][t]) file[first + u][t] = true;
        }
      }
      break;
    }
    if (place[v] < 0) {
      std::int64_t need = 0;
      for (std::int64_t t = 0; t < l.bundles; ++t) {
        std::int64_t now = 0;
        for (std::size_t w = 0; w < registers.size(); ++w) {
          if (registers[w].file != r.file) continue;
          for (const auto& unit : live.of(w)) now += unit[static_cast<std::size_t>(t)] ? 1 : 0;
        }
        need = std::max(need, now);
      }
      throw register_shortage(message("kernel ", l.source.name, ": ", to_string(r.file),
                                      " registers: ", need, " units live at once (in groups of ",
                                      r.count, "), the core has ", file.size()));
    }
  }
  return place;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
