// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Bias, residual and activation are fused into the product; any functor joins in.
#include <iostream>
#include <vector>

#include <lacuna/lacuna.hpp>

int main() {
  const lacuna::dense_matrix<float> weights = lacuna::dense_matrix<float>::Random(64, 64);
  const lacuna::dense_matrix<float> x = lacuna::dense_matrix<float>::Random(64, 50);
  const lacuna::dense_matrix<float> residual = lacuna::dense_matrix<float>::Random(64, 50);
  const std::vector<float> b(64, 0.5F);

  const auto half = lacuna::prune_n_m<2, 4>(weights);
  const lacuna::matmul layer(half, lacuna::bias(b) | lacuna::relu());
  const auto y = layer(x);
  std::cout << "relu leaves nothing below " << y.minCoeff() << "\n";

  // A residual changes from call to call, so it comes with the call. The functor sees SIMD batches.
  lacuna::dense_matrix<float> z(64, 50);
  const auto halve = lacuna::apply([](const auto& v) { return v * 0.5F; });
  layer(x, z, lacuna::serial{}, lacuna::bias(b) | lacuna::add(residual) | halve);

  const lacuna::dense_matrix<float> expected =
      ((to_dense(half) * x + residual).array() + 0.5F) * 0.5F;
  const float error = (z - expected).cwiseAbs().maxCoeff();
  std::cout << "largest difference from Eigen, step by step: " << error << "\n";
  return error < 1e-4F && y.minCoeff() >= 0 ? 0 : 1;
}
