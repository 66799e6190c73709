// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <ostream>
#include <string>
#include <vector>

/// A published figure and what the model makes of it.
struct validation_case {
  std::string number;  ///< in the list of cases
  std::string what;
  double published{0};
  double high{0};  ///< end of a published range, or 0
  double modelled{0};
  double tolerance{0};  ///< share; 0 is exact
  std::string level;    ///< ISA, bank, kernel, DMA, shim, array, bound
  std::string source;
  std::string miss{};   ///< why it is known to lie outside, or nothing
  bool at_most{false};  ///< a bound: modelled <= published

  [[nodiscard]] double deviation() const {
    if (high > 0 && modelled >= published && modelled <= high) return 0;
    const double to = high > 0 && modelled > high ? high : published;
    return modelled / to - 1;
  }
  [[nodiscard]] bool inside() const {
    if (at_most) return modelled <= published;
    const double d = deviation();
    return (d < 0 ? -d : d) <= tolerance + 1e-12;
  }
};

/// Cases of one core: its instructions, banks and kernels.
std::vector<validation_case> core_cases();
/// Cases of DMA, shim and array.
std::vector<validation_case> array_cases();
/// Series of block and N:M terms in one pass against their terms apart and dense, a line each.
void series_table(std::ostream& out);
/// Runs one shape from the command line; what it may be is in `other_shapes_usage`.
int run_other_shape(const std::vector<std::string>& args);
extern const char* const other_shapes_usage;
