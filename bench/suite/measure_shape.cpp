// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "suite/measure_shape.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <list>
#include <thread>
#include <utility>

#include "suite/interleave_quietly.hpp"
#include "support/interleave.hpp"
#include "support/machine.hpp"

namespace bench {

namespace {

using nlohmann::json;

/// The largest error, as a share of the largest value.
double error_of(const lacuna::dense_matrix<float>& y, const lacuna::dense_matrix<float>& expected) {
  if (y.rows() != expected.rows() || y.cols() != expected.cols() || !y.allFinite()) return 1;
  return static_cast<double>((y - expected).cwiseAbs().maxCoeff()) /
         static_cast<double>(expected.cwiseAbs().maxCoeff());
}

/// Orders of summation differ, by more for Winograd, and bytes by one of 255; a wrong index makes
/// an error of order 1.
constexpr double tolerance = 5e-3;

json describe_shape(const shape& s) {
  const auto& l = s.layer;
  const auto g = l.gemm();
  return {{"network", s.network},
          {"layer", l.name},
          {"layers", s.layers},
          {"m", g.m},
          {"k", g.k},
          {"n", g.n},
          {"kernel", l.window.kernel_h},
          {"stride", l.window.stride.h},
          {"contenders", json::array()}};
}

bool is_wanted(const sparsity& how, const std::vector<std::string>& kernels) {
  return kernels.empty() || how.pattern == "dense" ||
         std::find(kernels.begin(), kernels.end(), how.pattern) != kernels.end();
}

}  // namespace

json measure_shape(const shape& s, const measure_options& o) {
  std::list<problem> problems;  // contenders refer to them
  std::vector<std::function<void()>> runs;
  json point = describe_shape(s);
  for (const sparsity& how : sparsities(o.type)) {
    if (!is_wanted(how, o.kernels)) continue;
    problem& p = problems.emplace_back(make_problem(s, how, o.threads));
    const auto expected = expected_result(p);
    const auto& w = p.weights.matrix;
    const double kept =
        static_cast<double>((w.array() != 0).count()) / static_cast<double>(w.size());
    for (const peer* who : o.peers) {
      if (!who->is_sparse() && how.pattern != "dense") continue;
      try {
        for (contender& c : who->prepare(p)) {
          c.run();
          const double error = error_of(c.result(), expected);
          json entry{{"library", c.library},      {"method", c.method}, {"pattern", how.pattern},
                     {"keep", how.keep},          {"kept", kept},       {"error", error},
                     {"sparse", who->is_sparse()}};
          if (c.predicted > 0) entry["predicted"] = c.predicted;
          const bool compares = o.threads > 1 && who->name() == "Lacuna";
          if (error > tolerance) {
            std::cerr << s.name() << ": " << c.library << " " << c.method << " is wrong by "
                      << error << " of the largest value\n";
            entry["seconds"] = nullptr;
          } else {
            entry["run"] = runs.size();
            runs.push_back(c.run);
          }
          if (compares) {
            // The same on one thread, in the same run.
            problem& alone = problems.emplace_back(p);
            alone.threads = 1;
            for (contender& a : who->prepare(alone)) {
              if (a.method != c.method) continue;
              entry["one_thread_run"] = runs.size();
              runs.push_back(a.run);
            }
          }
          point["contenders"].push_back(entry);
        }
      } catch (const std::exception& e) {
        std::cerr << s.name() << ": " << who->name() << " " << how.pattern << ": " << e.what()
                  << "\n";
      }
    }
  }
  point["peak_gflops"] = fma_peak() / 1e9;
  std::vector<timing> times;
  if (o.alone) {
    const double share = o.seconds / static_cast<double>(runs.size());
    double instructions = 1;
    for (const auto& run : runs) {
      const quiet_timings quiet = interleave_quietly({run}, share, o.patience, o.threads);
      times.push_back(quiet.times.front());
      instructions = std::min(instructions, quiet.machine.instructions);
    }
    point["instructions"] = instructions;
  } else {
    quiet_timings quiet = interleave_quietly(runs, o.seconds, o.patience, o.threads);
    times = std::move(quiet.times);
    point["spread"] = quiet.spread;
    if (o.threads > 1) {
      point["cores"] = quiet.machine.multiply_adds;
      point["stores"] = quiet.machine.stores;
      point["round_trip"] = quiet.machine.round_trip;
    } else {
      point["instructions"] = quiet.machine.instructions;
    }
  }
  for (json& entry : point["contenders"]) {
    if (entry.contains("one_thread_run")) {
      entry["one_thread_seconds"] = times[entry["one_thread_run"].get<std::size_t>()].median;
      entry.erase("one_thread_run");
    }
    if (!entry.contains("run")) continue;
    const timing& t = times[entry["run"].get<std::size_t>()];
    entry.erase("run");
    entry["seconds"] = t.median;
    entry["low"] = t.low;
    entry["high"] = t.high;
  }
  return point;
}

json describe_run(const measure_options& o) {
  json peers = json::array();
  const char* const held_to = std::getenv("ONEDNN_MAX_CPU_ISA");
  for (const peer* p : o.peers) peers.push_back(p->name());
  return {{"processor", cpu_name()},
          {"cores", std::thread::hardware_concurrency()},
          {"flags", processor_flags()},
          {"compiler", compiler()},
          {"options", LACUNA_BENCH_FLAGS},
          {"date", today()},
          {"type", o.type},
          {"threads", o.threads},
          {"alone", o.alone},
          {"read_gigabytes", read_bandwidth() / 1e9},
          {"isa", held_to != nullptr ? held_to : ""},
          {"modules", peers},
          {"points", json::array()}};
}

}  // namespace bench
