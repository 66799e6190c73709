// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include <lacuna/core/random.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/format/filter.hpp>

namespace bench {

/// Weights and activations as trained networks have them: normal, scaled to keep the variance.
inline lacuna::dense_matrix<float> normal_matrix(lacuna::index_t rows, lacuna::index_t cols,
                                                 std::uint64_t seed) {
  lacuna::random_source random(seed);
  const double scale = cols > 0 ? 1.0 / std::sqrt(static_cast<double>(cols)) : 1.0;
  lacuna::dense_matrix<float> out(rows, cols);
  for (float& v : out.reshaped()) v = static_cast<float>(random.normal() * scale);
  return out;
}

inline lacuna::tensor<float> normal_tensor(lacuna::extents4 extents, std::uint64_t seed) {
  lacuna::random_source random(seed);
  lacuna::tensor<float> out(extents);
  for (float& v : out) v = static_cast<float>(random.normal());
  return out;
}

}  // namespace bench
