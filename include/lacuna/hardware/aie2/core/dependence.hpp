// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/core/kernel.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Operation `to`, `distance` iterations later, issues at least `latency` bundles after `from`.
struct dependence {
  enum class kind : std::uint8_t { value, overwrite, order, memory };
  int from{0};
  int to{0};
  std::int64_t latency{0};
  int distance{0};
  kind why{kind::value};
  reg what{};
};

/// A register that an operation reads or writes.
struct register_use {
  reg what;
  bool late{false};  ///< at the accumulator's stage of a multiply-add
};

[[nodiscard]] inline std::vector<register_use> reads_of(const operation& op) {
  std::vector<register_use> all;
  for (std::size_t s = 0; s < op.src.size(); ++s) {
    if (op.src[s].exists()) all.push_back({op.src[s], reads_late(op.code, s)});
  }
  if (op.pointer.exists()) all.push_back({op.pointer, false});
  if (op.zero_if.exists()) all.push_back({op.zero_if, false});
  if (op.mask.exists() && is_mac(op.code)) all.push_back({op.mask, false});
  return all;
}
/// Results with the bundles until each may be read, by others and by multiply-adds.
struct register_write {
  reg what;
  std::int64_t ready{1};
  std::int64_t ready_mac{1};
};
[[nodiscard]] inline std::vector<register_write> writes_of(const operation& op, const timing& t) {
  std::vector<register_write> all;
  if (op.dst.exists()) all.push_back({op.dst, t.ready, t.ready_mac});
  if (op.mask.exists() && t.loads) all.push_back({op.mask, t.ready, t.ready});
  if (op.pointer.exists() && op.after != post::none) all.push_back({op.pointer, 1, 1});
  return all;
}

/// Dependences between operations in program order. With `carried`, the list is the body of a loop
/// and those into the next iteration are found too (never further: the nearest write decides).
/// There are no interlocks, so an overwrite may issue before the last reader, as long as it lands
/// after: latency = 1 - ready.
[[nodiscard]] inline std::vector<dependence> dependences(const std::vector<operation>& ops,
                                                         const core_parameters& core,
                                                         bool carried) {
  struct access {
    int op{0};
    bool late{false};
    register_write write{};
  };
  struct history {
    std::vector<access> writers;  // the last, or none
    std::vector<access> readers;  // since
  };
  const auto n = static_cast<int>(ops.size());
  std::map<std::pair<int, int>, history> units;
  std::map<int, std::vector<int>> touched;  // buffer: accesses so far
  std::vector<dependence> out;
  const auto link = [&](int from, int to, std::int64_t latency, dependence::kind why, reg what) {
    if (from >= n) return;  // both in the second iteration: known from the first
    const int distance = to >= n ? 1 : 0;
    if (to < n || carried) out.push_back({from, to % n, latency, distance, why, what});
  };
  for (int at = 0; at < (carried ? 2 * n : n); ++at) {
    const operation& op = ops[static_cast<std::size_t>(at % n)];
    const timing t = timing_of(op.code, core);
    for (const register_use& r : reads_of(op)) {
      for (int u = 0; u < r.what.count; ++u) {
        history& h = units[{r.what.id, r.what.first + u}];
        for (const access& w : h.writers) {
          link(w.op, at, r.late ? w.write.ready_mac : w.write.ready, dependence::kind::value,
               r.what);
        }
        h.readers.push_back({at, r.late, {}});
      }
    }
    for (const register_write& w : writes_of(op, t)) {
      for (int u = 0; u < w.what.count; ++u) {
        history& h = units[{w.what.id, w.what.first + u}];
        for (const access& r : h.readers) {
          if (r.op == at) continue;
          link(r.op, at, 1 - (r.late ? w.ready_mac : w.ready), dependence::kind::overwrite, w.what);
        }
        for (const access& before : h.writers) {
          link(before.op, at,
               1 + std::max(before.write.ready - w.ready, before.write.ready_mac - w.ready_mac),
               dependence::kind::order, w.what);
        }
        h.writers.assign(1, {at, false, w});
        h.readers.clear();
      }
    }
    if (at < n) {  // a mark stays behind all that come before it, and ahead of all that follow
      for (int before = 0; before < at; ++before) {
        const opcode b = ops[static_cast<std::size_t>(before)].code;
        if (op.code == opcode::event || b == opcode::event) {
          link(before, at, 1, dependence::kind::order, reg{});
        }
      }
    }
    if (op.buffer >= 0) {
      for (const int before : touched[op.buffer]) {
        const timing b = timing_of(ops[static_cast<std::size_t>(before % n)].code, core);
        if (at >= n || (b.loads && t.loads)) continue;
        const std::int64_t strict = b.stores ? 1 : 0;  // within a cycle loads come first
        link(before, at, b.memory - t.memory + strict, dependence::kind::memory, reg{});
      }
      touched[op.buffer].push_back(at);
    }
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
