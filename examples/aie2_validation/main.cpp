// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Validation of the AIE2 tile model as markdown.
//   aie2_validation [--into DOC.md]   all cases, or into the marked part of DOC.md
//   aie2_validation --gemm ...        other shapes: see the usage
//   aie2_validation --self-check      whether every case fails when its value is moved
// Ends with 1 where a case lies outside its tolerance, or moved from what is known to lie outside.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "../support/marked_part.hpp"
#include "cases.hpp"

namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text,
                value < 100 && value != static_cast<int>(value) ? "%.2f" : "%.0f", value);
  return text;
}

bool table(std::ostream& out, const std::vector<validation_case>& cases) {
  bool good = true;
  out << "| # | case | published | modelled | deviation | tolerance | level | source | |\n"
         "|---|---|---|---|---|---|---|---|---|\n";
  for (const validation_case& c : cases) {
    char deviation[32];
    std::snprintf(deviation, sizeof deviation, "%+.1f %%", 100 * c.deviation());
    char tolerance[32];
    std::snprintf(tolerance, sizeof tolerance, "%.0f %%", 100 * c.tolerance);
    const std::string range =
        c.high > 0 ? number(c.published) + "-" + number(c.high) : number(c.published);
    out << "| " << c.number << " | " << c.what << " | " << (c.at_most ? "at most " : "") << range
        << " | " << number(c.modelled) << " | " << (c.at_most ? "" : deviation) << " | "
        << (c.at_most          ? "never above"
            : c.tolerance == 0 ? "exact"
                               : tolerance)
        << " | " << c.level << " | " << c.source << " | " << (c.inside() ? "" : "outside: ")
        << c.note << " |\n";
    if (const std::string failure = c.failure(); !failure.empty()) {
      std::cerr << "case " << c.number << ", " << c.what << ": " << failure << ": " << c.modelled
                << "\n";
      good = false;
    }
  }
  return good;
}

std::vector<validation_case> all_cases() {
  std::vector<validation_case> all = core_cases();
  const std::vector<validation_case> more = array_cases();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Whether every case fails once its value is moved: a proof that the validation can.
bool every_case_can_fail(std::vector<validation_case> cases) {
  bool can = true;
  for (validation_case& c : cases) {
    const double up = c.known != 0 ? 1.002 : 1.002 + c.tolerance;
    const double top = c.high > 0 ? c.high : c.published;
    c.modelled = (c.known != 0 ? c.known : top) * up;
    if (c.failure().empty()) {
      std::cerr << "case " << c.number << ", " << c.what << ": " << c.modelled << " passes\n";
      can = false;
    }
  }
  return can;
}

int usage(std::ostream& out, int result) {
  out << "usage: aie2_validation [--into DOC.md | --self-check]\n"
         "         all cases of docs/hardware/aie2.md; whether each of them can fail\n"
      << other_shapes_usage;
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> args(argv + 1, argv + argc);
    if (args == std::vector<std::string>{"--help"}) return usage(std::cout, EXIT_SUCCESS);
    if (args == std::vector<std::string>{"--self-check"}) {
      return every_case_can_fail(all_cases()) ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (!args.empty() && args[0] != "--into") {
      const int result = run_other_shape(args);
      if (result >= 0) return result;
    }
    if (!args.empty() && args.size() != 2) {
      return usage(std::cerr, 2);
    }
    std::ostringstream tables;
    tables << "\n";
    const bool good = table(tables, all_cases());
    tables << "\n";
    std::ostringstream series;
    series << "\n";
    series_table(series);
    series << "\n";
    if (args.size() == 2) {
      support::replace_marked(args[1], "generated: validation", tables.str());
      support::replace_marked(args[1], "generated: series", series.str());
    } else {
      std::cout << tables.str() << series.str();
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::out_of_range&) {  // too few arguments, or a number beyond any
    return usage(std::cerr, 2);
  } catch (const std::invalid_argument& e) {
    if (std::string(e.what()).starts_with("sto")) return usage(std::cerr, 2);  // not a number
    std::cerr << e.what() << "\n";
    return 2;
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 2;
  }
}
