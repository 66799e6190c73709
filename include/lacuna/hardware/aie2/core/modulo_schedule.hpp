// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <lacuna/hardware/aie2/core/reservation.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

namespace detail {

/// Longest latency path from each operation to any end, iterations ii apart. Positive cycles stop
/// after as many rounds as there are operations: ii is then too small.
inline std::optional<std::vector<std::int64_t>> heights(std::size_t count,
                                                        const std::vector<dependence>& edges,
                                                        std::int64_t ii) {
  std::vector<std::int64_t> height(count, 0);
  for (std::size_t round = 0; round <= count; ++round) {
    bool changed = false;
    for (auto e = edges.rbegin(); e != edges.rend(); ++e) {
      const std::int64_t through =
          height[static_cast<std::size_t>(e->to)] + e->latency - ii * e->distance;
      if (through > height[static_cast<std::size_t>(e->from)]) {
        height[static_cast<std::size_t>(e->from)] = through;
        changed = true;
      }
    }
    if (!changed) return height;
  }
  return std::nullopt;
}

/// One attempt of iterative modulo scheduling at a fixed ii.
inline std::optional<loop_schedule> try_modulo(const std::vector<operation>& ops,
                                               const std::vector<dependence>& edges,
                                               const core_kernel& k, const core_parameters& core,
                                               std::int64_t ii) {
  const std::size_t n = ops.size();
  const auto height = heights(n, edges, ii);
  if (!height) return std::nullopt;
  std::vector<std::vector<const dependence*>> in(n);
  std::vector<std::vector<const dependence*>> out(n);
  for (const dependence& e : edges) {
    out[static_cast<std::size_t>(e.from)].push_back(&e);
    in[static_cast<std::size_t>(e.to)].push_back(&e);
  }
  constexpr std::int64_t unplaced = std::numeric_limits<std::int64_t>::min();
  loop_schedule s{ii, 0, std::vector<std::int64_t>(n, unplaced), std::vector<slot_mask>(n, 0)};
  std::vector<std::int64_t> last_tried(n, unplaced);
  reservation_table table(k, core, ii);
  const auto evict = [&](std::size_t i) {
    table.give_back(ops[i], s.time[i], s.slots[i]);
    s.time[i] = unplaced;
  };
  for (std::size_t budget = 100 * n + 200; budget > 0; --budget) {
    std::size_t pick = n;
    for (std::size_t i = 0; i < n; ++i) {
      if (s.time[i] == unplaced && (pick == n || (*height)[i] > (*height)[pick])) pick = i;
    }
    if (pick == n) {  // all placed: begin at 0
      const std::int64_t first = *std::min_element(s.time.begin(), s.time.end());
      std::int64_t last = 0;
      for (std::int64_t& t : s.time) {
        t -= first;
        last = std::max(last, t);
      }
      s.stages = last / ii + 1;
      return s;
    }
    std::int64_t earliest = 0;
    for (const dependence* e : in[pick]) {
      const auto from = static_cast<std::size_t>(e->from);
      if (from == pick || s.time[from] == unplaced) continue;
      earliest = std::max(earliest, s.time[from] + e->latency - ii * e->distance);
    }
    std::int64_t at = unplaced;
    for (std::int64_t t = earliest; t < earliest + ii; ++t) {
      if (table.choice(ops[pick], t) != 0) {
        at = t;
        break;
      }
    }
    if (at == unplaced) {  // force it in, past where it was last
      at = last_tried[pick] == unplaced ? earliest : std::max(earliest, last_tried[pick] + 1);
      for (std::size_t i = n; i-- > 0 && table.choice(ops[pick], at) == 0;) {
        if (s.time[i] == unplaced || i == pick) continue;
        const timing mine = timing_of(ops[pick].code, core);
        const timing other = timing_of(ops[i].code, core);
        const auto same = [&](std::int64_t a, std::int64_t b) { return (a - b) % ii == 0; };
        const bool slots_meet = same(s.time[i], at) && (s.slots[i] & mine.slots[0]) != 0;
        const bool banks_meet = ops[i].buffer >= 0 && ops[pick].buffer >= 0 &&
                                same(s.time[i] + other.memory, at + mine.memory);
        if (slots_meet || banks_meet) evict(i);
      }
      if (table.choice(ops[pick], at) == 0) return std::nullopt;
    }
    s.slots[pick] = table.choice(ops[pick], at);
    s.time[pick] = at;
    last_tried[pick] = at;
    table.take(ops[pick], at, s.slots[pick]);
    for (const dependence* e : out[pick]) {
      const auto to = static_cast<std::size_t>(e->to);
      if (to == pick || s.time[to] == unplaced) continue;
      if (s.time[to] < at + e->latency - ii * e->distance) evict(to);
    }
    for (const dependence* e : in[pick]) {  // overwrites bound it from above too
      const auto from = static_cast<std::size_t>(e->from);
      if (from == pick || s.time[from] == unplaced) continue;
      if (at < s.time[from] + e->latency - ii * e->distance) evict(from);
    }
  }
  return std::nullopt;
}

}  // namespace detail

/// The least initiation interval that slots allow: resource bound of a loop.
[[nodiscard]] inline std::int64_t resource_interval(const std::vector<operation>& ops,
                                                    const core_kernel& k,
                                                    const core_parameters& core) {
  std::int64_t loads = 0;
  std::vector<std::int64_t> slots(8, 0);
  std::vector<std::int64_t> banks(64, 0);
  for (const operation& op : ops) {
    const timing t = timing_of(op.code, core);
    loads += t.loads ? 1 : 0;
    if (t.slots[1] == 0) {
      for (std::size_t b = 0; b < slots.size(); ++b) slots[b] += (t.slots[0] >> b) & 1;
    }
    if (op.buffer >= 0) {
      const int bank = k.buffers[static_cast<std::size_t>(op.buffer)].logical_bank;
      if (bank >= 0) ++banks[static_cast<std::size_t>(bank)];
    }
  }
  return std::max({(loads + 1) / 2, *std::max_element(slots.begin(), slots.end()),
                   *std::max_element(banks.begin(), banks.end()), std::int64_t{1}});
}

/// Modulo schedule of a loop body: iterative modulo scheduling (Rau, MICRO 1994) from the resource
/// bound upwards, `at_least` bundles apart and no more stages than trips.
/// @throws unsupported_error where no interval up to the list schedule works.
[[nodiscard]] inline loop_schedule modulo_schedule(const std::vector<operation>& ops,
                                                   const core_kernel& k,
                                                   const core_parameters& core, std::int64_t trips,
                                                   std::int64_t at_least = 1) {
  const std::vector<dependence> edges = dependences(ops, core, true);
  std::int64_t limit = 16 * static_cast<std::int64_t>(ops.size()) + 32;
  for (std::int64_t ii = std::max(at_least, resource_interval(ops, k, core)); ii <= limit; ++ii) {
    auto s = detail::try_modulo(ops, edges, k, core, ii);
    if (s && s->stages <= trips) return *std::move(s);
  }
  throw unsupported_error(message("kernel ", k.name, ": no schedule of a loop of ", ops.size(),
                                  " operations and ", trips, " trips within ", limit, " bundles"));
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
