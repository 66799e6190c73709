// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// The set of issue 5: every shape, every kernel and every peer that is installed, as JSON for
// bench_report. `bench_suite --help` lists the filters.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <regex>

#include <CLI/CLI.hpp>

#include "suite/interleave_quietly.hpp"
#include "suite/load_modules.hpp"
#include "suite/measure_shape.hpp"

namespace {

using nlohmann::json;

template <class T, class Keep>
void keep_only(std::vector<T>& list, Keep&& keep) {
  list.erase(std::remove_if(list.begin(), list.end(), [&](const T& t) { return !keep(t); }),
             list.end());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Lacuna's kernels beside dense and sparse libraries, run in turn, call by call"};
  bench::measure_options o;
  std::string shapes = ".*";
  std::string peers = ".*";
  std::string out = "suite.json";
  bool quick = false;
  bool list = false;
  app.add_option("--shapes", shapes, "only shapes whose name has this regular expression in it");
  app.add_option("--peers", peers, "only libraries whose name has this regular expression in it");
  app.add_option("--kernels", o.kernels, "only these patterns, as 8x8,2:4")->delimiter(',');
  app.add_option("--type", o.type, "of values")->check(CLI::IsMember({"f32", "bf16", "i8"}));
  app.add_option("--threads", o.threads, "of every library")->check(CLI::Range(1, 64));
  app.add_option("--seconds", o.seconds, "of timing a shape, about")->check(CLI::PositiveNumber);
  app.add_option("--patience", o.patience,
                 "seconds that each of three attempts waits for a quiet machine at most")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--out", out, "the file that is written");
  app.add_flag("--quick", quick, "only shapes that stand for their kind");
  app.add_flag("--alone", o.alone, "each contender's calls one after the other, as plans expect");
  app.add_flag("--list", list, "list shapes and libraries");
  CLI11_PARSE(app, argc, argv);

  try {
    auto set = bench::shape_set();
    keep_only(set, [&](const bench::shape& s) {
      return (!quick || s.quick) && std::regex_search(s.name(), std::regex(shapes));
    });
    o.peers = bench::load_modules();
    keep_only(o.peers, [&](const bench::peer* p) {
      return p->name() == "Lacuna" || std::regex_search(p->name(), std::regex(peers));
    });
    if (list) {
      for (const auto& s : set) {
        const auto g = s.layer.gemm();
        std::cout << s.name() << " " << g.m << "x" << g.k << "x" << g.n << ", " << s.layers << "\n";
      }
      for (const auto* p : o.peers) std::cout << p->name() << "\n";
      return 0;
    }
    json run = bench::describe_run(o);
    bench::wait_for_quiet(o.patience);  // plans measure their rates with the first shape
    for (std::size_t i = 0; i < set.size(); ++i) {
      std::cerr << "[" << i + 1 << "/" << set.size() << "] " << set[i].name() << "\n";
      run["points"].push_back(bench::measure_shape(set[i], o));
      // After each shape: what was measured stays when a run is ended.
      std::ofstream(out) << run.dump(1) << "\n";
    }
  } catch (const std::exception& e) {
    std::cerr << "bench_suite: " << e.what() << "\n";
    return 1;
  }
}
