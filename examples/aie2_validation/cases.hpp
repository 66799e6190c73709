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
  std::string note{};   ///< what is modelled, or why a case is known to lie outside
  bool at_most{false};  ///< a bound: modelled <= published
  double known{0};      ///< what a bound or a case outside its tolerance is known to give, or 0

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
  /// Why a case fails, or nothing: it must lie inside its tolerance unless it is known not to, and
  /// what is known may not move by a thousandth, either way.
  [[nodiscard]] std::string failure() const {
    constexpr double still = 1e-3;
    if (!inside() && (known == 0 || at_most)) return "outside its tolerance";
    if (known == 0) return "";
    if (inside() && !at_most) return "known to lie outside, now inside: drop what is known of it";
    const double moved = modelled / known - 1;
    return (moved < 0 ? -moved : moved) <= still ? "" : "moved from what is known of it";
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
