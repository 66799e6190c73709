// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "report/measurements.hpp"

namespace bench {

/// The fractions that are kept, in the order of the columns of every table.
inline constexpr std::array<double, 3> kept_fractions{0.5, 0.25, 0.125};

/// A row of the table of goals: speed-ups over the fastest dense library in the same run.
struct goal {
  std::string kernel;
  std::string type;
  std::array<std::string, 3> patterns;  ///< at each of `kept_fractions`; empty where none is asked
  std::array<double, 3> bars;
  bool (*counts)(const point&);  ///< over which shapes
  std::string against;           ///< how the dense library's method begins; any where empty
};

[[nodiscard]] inline std::vector<goal> goals() {
  const auto products = [](const point& p) { return p.n > 1; };
  const auto vectors = [](const point& p) { return p.n == 1; };
  const auto three = [](const point& p) { return p.kernel == 3; };
  const std::array<double, 3> blocks{1.85, 3.5, 6.5};
  return {
      {"8x8 blocks", "f32", {"8x8", "8x8", "8x8"}, blocks, products, ""},
      {"16x4 blocks", "f32", {"16x4", "16x4", "16x4"}, blocks, products, ""},
      {"8x1 blocks", "f32", {"8x1", "8x1", "8x1"}, blocks, products, ""},
      {"N:M, 8 shared rows", "f32", {"2:4x8", "1:4x8", "1:8x8"}, blocks, products, ""},
      {"strict N:M", "f32", {"2:4", "2:8", "1:8"}, {1.5, 2.6, 4.5}, products, ""},
      {"unstructured",
       "f32",
       {"unstructured", "unstructured", "unstructured"},
       {1.2, 2.1, 3.4},
       products,
       ""},
      {"3x3 convolution, 8x8 blocks, direct",
       "f32",
       {"8x8", "8x8", "8x8"},
       {1.8, 3.4, 6.3},
       three,
       "direct"},
      {"3x3 convolution, 8x8 blocks, Winograd",
       "f32",
       {"8x8", "8x8", "8x8"},
       {0, 0, 0},
       three,
       "Winograd"},
      {"vector, 8x8 blocks", "f32", {"8x8", "8x8", "8x8"}, {1.85, 3.5, 6}, vectors, ""},
      {"vector, 2:4", "f32", {"2:4", "", ""}, {1.7, 0, 0}, vectors, ""},
      {"8x8 blocks, int8", "i8", {"8x8", "8x8", "8x8"}, {1.7, 3.2, 5.5}, products, ""},
      {"8x8 blocks, bf16", "bf16", {"8x8", "8x8", "8x8"}, {1.6, 3.0, 5.0}, products, ""},
  };
}

/// How far ahead of a sparse library on its own pattern.
struct peer_goal {
  std::string library;  ///< how its name begins
  std::string method;   ///< how its method begins
  double bar;
};

[[nodiscard]] inline std::vector<peer_goal> peer_goals() {
  return {{"libxsmm", "", 1.2}, {"MKL", "BSR", 2}, {"MKL", "CSR", 2},
          {"XNNPACK", "", 3},   {"librsb", "", 3}, {"Eigen", "", 5}};
}

}  // namespace bench
