// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "suite/contender.hpp"
#include "suite/shape_set.hpp"

namespace bench {

/// A way to prune: what is measured of each shape.
struct sparsity {
  std::string type;     ///< "f32", "bf16", "i8"
  std::string pattern;  ///< "8x8", "2:4x8", "unstructured", "2:4+2:8"
  double keep{1};
};

/// What is measured for a type: dense first, then every pattern at every fraction that is kept.
[[nodiscard]] std::vector<sparsity> sparsities(const std::string& type);

/// The problem of a shape with random weights, pruned by magnitude.
[[nodiscard]] problem make_problem(const shape& s, const sparsity& how, int threads);

/// Y (out, pixels) by Eigen's dense product over patches: what results are checked against.
[[nodiscard]] lacuna::dense_matrix<float> expected_result(const problem& p);

}  // namespace bench
