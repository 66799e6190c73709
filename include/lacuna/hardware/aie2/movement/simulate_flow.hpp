// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <lacuna/hardware/aie2/movement/flow_limits.hpp>
#include <lacuna/hardware/aie2/movement/flow_run.hpp>
#include <lacuna/hardware/aie2/movement/flow_state.hpp>
#include <lacuna/hardware/aie2/movement/who_waits.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

namespace detail {

class flow_simulator {
 public:
  flow_simulator(const flow_graph& g, const device& d) : graph_(&g), device_(&d), at_(g) {
    for (const transfer& t : g.transfers) out_.transfers.push_back({t.name, 0, 0});
    for (const core_script& c : g.cores) out_.cores.push_back({c.tile});
  }

  flow_run run() {
    for (;;) {
      while (start_all()) {
      }
      if (!advance()) break;
    }
    for (std::size_t c = 0; c < at_.cores.size(); ++c) {
      if (at_.cores[c].next < graph_->cores[c].actions.size())
        throw deadlock_error(who_waits(*graph_, at_));
    }
    for (std::size_t p = 0; p < at_.pools.size(); ++p) {
      if (at_.pools[p].full > 0 && drains(static_cast<int>(p)))
        throw deadlock_error(who_waits(*graph_, at_));
    }
    for (core_time& c : out_.cores) {
      c.finished = at_.now - (c.compute + c.first_wait + c.input_wait + c.output_wait);
    }
    out_.cycles = at_.now;
    return out_;
  }

 private:
  [[nodiscard]] bool drains(int p) const {
    return std::any_of(graph_->transfers.begin(), graph_->transfers.end(),
                       [&](const transfer& t) { return t.from == p && t.to.empty(); });
  }
  [[nodiscard]] bool is_dram(const transfer& t) const { return t.from < 0 || t.to.empty(); }

  /// Starts whatever can start now; whether anything did.
  bool start_all() {
    bool any = false;
    for (std::size_t i = 0; i < at_.moves.size(); ++i) any = start_move(i) || any;
    for (std::size_t c = 0; c < at_.cores.size(); ++c) any = step_core(c) || any;
    return any;
  }
  /// Whether a transfer has something to send.
  [[nodiscard]] bool has_object(std::size_t i) const {
    const transfer& t = graph_->transfers[i];
    return at_.moves[i].sent > 0 || at_.pools[static_cast<std::size_t>(t.from)].full > 0;
  }
  /// Whether a transfer holds its packet stream, or is granted it now.
  bool has_turn(std::size_t i) {
    const auto which = static_cast<std::size_t>(graph_->transfers[i].stream);
    flow_state::stream& s = at_.streams[which];
    if (!s.taken) {
      const std::size_t n = s.members.size();
      std::size_t step = 0;
      if (!graph_->streams[which].in_turn) {
        while (step < n && !has_object(s.members[(s.turn + step) % n])) ++step;
        if (step == n) return false;
      }
      s.turn = (s.turn + step) % n;
      s.taken = true;
    }
    return s.members[s.turn] == i;
  }
  bool start_move(std::size_t i) {
    const transfer& t = graph_->transfers[i];
    flow_state::move& m = at_.moves[i];
    if (m.busy || (t.from < 0 && m.objects == t.objects)) return false;
    if (t.stream >= 0 && !has_turn(i)) return false;
    if (t.from >= 0 && m.sent == 0 && at_.pools[static_cast<std::size_t>(t.from)].full == 0)
      return false;
    for (const int p : t.to) {
      if (at_.pools[static_cast<std::size_t>(p)].empty == 0) return false;
    }
    if (t.from >= 0 && m.sent == 0) --at_.pools[static_cast<std::size_t>(t.from)].full;
    for (const int p : t.to) --at_.pools[static_cast<std::size_t>(p)].empty;
    const double bytes = static_cast<double>(t.bytes) / static_cast<double>(t.pieces);
    m.busy = true;
    m.started = at_.now;
    m.dram = is_dram(t);
    if (m.dram) {  // the fixed part is that of a task: descriptors that follow at once overlap it
      const transport_parameters& x = device_->transport;
      const double fixed = t.from < 0 ? x.shim_mm2s_fixed_cycles : x.shim_s2mm_fixed_cycles;
      m.fixed_until = at_.now + (m.task_open ? 0 : fixed);
      m.task_open = true;
      m.left = bytes;
      out_.dram_bytes += bytes;
    } else {
      const transport_parameters& x = device_->transport;
      const double header = t.stream < 0 ? 0 : static_cast<double>(x.packet_header_bytes);
      m.ends =
          at_.now + std::ceil((bytes + header) / static_cast<double>(x.stream_bytes_per_cycle));
    }
    out_.transfers[i].bytes += static_cast<std::int64_t>(bytes);
    return true;
  }
  void end_move(std::size_t i) {
    const transfer& t = graph_->transfers[i];
    flow_state::move& m = at_.moves[i];
    m.busy = false;
    out_.transfers[i].busy += at_.now - m.started;
    for (const int p : t.to) ++at_.pools[static_cast<std::size_t>(p)].full;
    if (t.stream >= 0) {
      flow_state::stream& s = at_.streams[static_cast<std::size_t>(t.stream)];
      s.taken = false;
      s.turn = (s.turn + 1) % s.members.size();
    }
    if (++m.sent == t.pieces * t.repeats) {
      m.sent = 0;
      ++m.objects;
      if (t.from >= 0) ++at_.pools[static_cast<std::size_t>(t.from)].empty;
    }
  }

  bool step_core(std::size_t c) {
    flow_state::core& s = at_.cores[c];
    const auto& actions = graph_->cores[c].actions;
    if (s.next >= actions.size() || s.busy_until > at_.now) return false;
    const action& a = actions[s.next];
    const auto pool = static_cast<std::size_t>(a.pool < 0 ? 0 : a.pool);
    switch (a.what) {
      case action::kind::acquire_full:
      case action::kind::acquire_empty: {
        std::int64_t& count =
            a.what == action::kind::acquire_full ? at_.pools[pool].full : at_.pools[pool].empty;
        if (count == 0) {
          if (s.waits_since < 0) s.waits_since = at_.now;
          return false;
        }
        --count;
        if (s.waits_since >= 0) {
          core_time& time = out_.cores[c];
          (!s.has_computed                        ? time.first_wait
           : a.what == action::kind::acquire_full ? time.input_wait
                                                  : time.output_wait) += at_.now - s.waits_since;
          s.waits_since = -1;
        }
        break;
      }
      case action::kind::release_empty:
        ++at_.pools[pool].empty;
        break;
      case action::kind::release_full:
        ++at_.pools[pool].full;
        break;
      case action::kind::compute:
        s.busy_until = at_.now + static_cast<double>(a.count);
        s.has_computed = true;
        out_.cores[c].compute += static_cast<double>(a.count);
        break;
      case action::kind::loop:
        s.loops.emplace_back(s.next, a.count);
        break;
      case action::kind::end_loop:
        if (--s.loops.back().second > 0) {
          s.next = s.loops.back().first + 1;
          return true;
        }
        s.loops.pop_back();
        break;
    }
    ++s.next;
    return true;
  }

  /// Bytes a cycle of each flow from or to DRAM: an equal share, at most a channel's rate.
  [[nodiscard]] double dram_rate(const transfer& t, std::size_t flows) const {
    const transport_parameters& x = device_->transport;
    const double per_word = t.from < 0 ? x.shim_mm2s_cycles_per_word : x.shim_s2mm_cycles_per_word;
    const double channel = static_cast<double>(x.shim_bytes_per_cycle) / per_word;
    const double share = x.dram_bytes_per_s / device_->clock_hz / static_cast<double>(flows);
    return std::min(channel, share);
  }

  /// To the next moment at which something ends; false where nothing is under way.
  bool advance() {
    std::size_t flows = 0;
    for (const flow_state::move& m : at_.moves)
      flows += m.busy && m.dram && m.fixed_until <= at_.now ? 1 : 0;
    double next = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < at_.moves.size(); ++i) {
      const flow_state::move& m = at_.moves[i];
      if (!m.busy) continue;
      if (!m.dram)
        next = std::min(next, m.ends);
      else if (m.fixed_until > at_.now)
        next = std::min(next, m.fixed_until);
      else
        next = std::min(next, at_.now + m.left / dram_rate(graph_->transfers[i], flows));
    }
    for (const flow_state::core& s : at_.cores) {
      if (s.busy_until > at_.now) next = std::min(next, s.busy_until);
    }
    if (next == std::numeric_limits<double>::infinity()) return false;
    const double passed = next - at_.now;
    constexpr double rounding = 1e-6;
    for (std::size_t i = 0; i < at_.moves.size(); ++i) {
      flow_state::move& m = at_.moves[i];
      if (m.busy && m.dram && m.fixed_until <= at_.now) {
        m.left -= passed * dram_rate(graph_->transfers[i], flows);
      }
    }
    const double before = at_.now;
    at_.now = next;
    for (std::size_t i = 0; i < at_.moves.size(); ++i) {
      flow_state::move& m = at_.moves[i];
      if (!m.busy) continue;
      if (m.dram ? m.fixed_until <= before && m.left <= rounding : m.ends <= at_.now) end_move(i);
    }
    return true;
  }

  const flow_graph* graph_;
  const device* device_;
  flow_state at_;
  flow_run out_;
};

}  // namespace detail

/// Runs a graph from event to event: transfers move 4 bytes a cycle on streams, one at a time and
/// with a header each on a packet stream; flows to and from DRAM share its bandwidth; cores wait
/// for locks. @throws what `require_valid` does; deadlock_error where some core can never go on,
/// with who waits for whom.
[[nodiscard]] inline flow_run simulate_flow(const flow_graph& g, const device& d) {
  require_valid(d);
  require_valid(g, d);
  return detail::flow_simulator(g, d).run();
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
