// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Two lines to a first result: prune, multiply.
#include <iostream>

#include <lacuna/lacuna.hpp>

int main() {
  const Eigen::MatrixXf weights = Eigen::MatrixXf::Random(256, 512);  // (m, k), any Eigen storage
  const Eigen::MatrixXf x = Eigen::MatrixXf::Random(512, 100);        // (k, n)

  const auto blocks = lacuna::prune_blocks<8, 8>(weights, lacuna::keep{0.5});
  const lacuna::matmul layer(blocks);
  const auto y = layer(x);  // (m, n)

  std::cout << layer.plan() << "\n";
  const auto storage = lacuna::storage_of(blocks);
  std::cout << "values " << to_bytes(storage.values).count() << " B, metadata "
            << to_bytes(storage.metadata).count() << " B, dense " << weights.size() * 4 << " B\n";

  const float error = (y - to_dense(blocks) * x).cwiseAbs().maxCoeff();
  std::cout << "largest difference from Eigen's product of the same weights: " << error << "\n";
  return error < 1e-3F ? 0 : 1;
}
