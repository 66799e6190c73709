// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Validation of the tensor core models as markdown.
//   tensor_core_validation GOLDEN.csv [--into DOC.md]   all tables, or into the marked part of
//   DOC.md tensor_core_validation --row M K N WEIGHTS INPUTS   one row of the case study on every
//   design
// Ends with 1 where a row is outside its tolerance.
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <lacuna/hardware/tensor_core.hpp>

#include "../support/marked_part.hpp"
#include "tables.hpp"

namespace tc = lacuna::hardware::tensor_core;

namespace {

int print_row(const std::vector<std::string>& args) {
  tc::case_study_row row;
  row.extents = {std::stol(args[1]), std::stol(args[2]), std::stol(args[3])};
  row.weight_density = std::stod(args[4]);
  row.activation_density = std::stod(args[5]);
  std::cout << "device,cycles,energy uJ,EDP J*cycle\n";
  for (const tc::device& d : tc::all_devices()) {
    const lacuna::hardware::report r = tc::simulate(d, row);
    std::cout << d.name << "," << r.cycles.total << "," << r.energy_uj() << "," << r.edp() << "\n";
  }
  return 0;
}

bool all_tables(std::ostream& out, const std::string& golden) {
  bool good = true;
  out << "\n### Sparseloop case study\n\n";
  good &= case_study_table(out, golden);
  out << "\n### Dual-side core, 4096^3\n\n";
  good &= dual_side_table(out);
  out << "\n### VEGETA's speed-ups over a dense engine\n\n";
  good &= vegeta_table(out);
  out << "\n### Dropped non-zeros\n\n";
  good &= dropped_share_table(out);
  out << "\n### Energy-delay product on networks\n\n";
  good &= edp_table(out);
  out << "\n";
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> args(argv + 1, argv + argc);
    if (args.size() == 6 && args[0] == "--row") return print_row(args);
    if (args.size() != 1 && !(args.size() == 3 && args[1] == "--into")) {
      std::cerr << "usage: tensor_core_validation GOLDEN.csv [--into DOC.md]\n"
                   "       tensor_core_validation --row M K N WEIGHT_DENSITY INPUT_DENSITY\n";
      return 2;
    }
    std::ostringstream tables;
    const bool good = all_tables(tables, args[0]);
    if (args.size() == 3) {
      support::replace_marked(args[2], "generated", tables.str());
    } else {
      std::cout << tables.str();
    }
    if (!good) std::cerr << "some rows are outside their tolerance\n";
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 2;
  }
}
