// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <benchmark/benchmark.h>

#include <lacuna/core/units.hpp>

namespace bench {

/// Times `run`, a product of `work` multiply-adds were nothing pruned. GFLOPs counts what is kept,
/// effective_GFLOPs counts the zeros as if they were computed.
template <class F>
void add_product(const std::string& name, double keep, lacuna::macs work, F run) {
  const double flop = 2.0 * static_cast<double>(work.count());
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    for (auto _ : state) run();
    using benchmark::Counter;
    state.counters["GFLOPs"] = Counter(flop * keep / 1e9, Counter::kIsIterationInvariantRate);
    state.counters["effective_GFLOPs"] = Counter(flop / 1e9, Counter::kIsIterationInvariantRate);
  })->UseRealTime();
}

}  // namespace bench
