// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// A dense matrix as 2:4 + 2:8 and what they leave: proved, certified, and multiplied in one pass.
#include <cmath>
#include <iostream>

#include <lacuna/lacuna.hpp>

using lacuna::n_m;

int main() {
  lacuna::random_source random(1);
  Eigen::MatrixXf weights(64, 128);
  for (float& w : weights.reshaped()) w = static_cast<float>(random.normal());

  const auto [series, residual] = lacuna::decompose<n_m<2, 4>, n_m<2, 8>>(weights);

  // Each term obeys its pattern, each value is held once: terms + residual == weights, bit for bit.
  const lacuna::diagnosis correct = lacuna::verify(weights, series, residual);
  std::cout << "2:4 + 2:8 of normal weights is " << correct << "\n";

  // A decomposition of one's own hardware's: here the residual is forgotten.
  const lacuna::diagnosis broken = lacuna::verify(weights, series);
  std::cout << "without its residual it has " << broken << "\n\n";

  // How wrong the product can be without the residual: worst case and typical, row by row.
  const lacuna::error_certificate certificate(weights, residual);
  Eigen::VectorXf x(128);
  for (float& v : x) v = static_cast<float>(random.uniform(-1, 1));
  const Eigen::VectorXf exact = weights * x;
  const Eigen::VectorXf approximate = lacuna::matmul(series)(x);
  bool within = true;
  for (const Eigen::Index row : {0, 1, 2}) {
    const double error = std::abs(approximate(row) - exact(row));
    const double bound = certificate.bound(row, 1) + certificate.rounding<float>(row, 1);
    within = within && error <= bound;
    std::cout << "row " << row << ": error " << error << ", certified below " << bound
              << ", deviation " << certificate.deviation(row, 1 / std::sqrt(3.0)) << "\n";
  }
  std::cout << "relative norm of the residual " << certificate.relative_norm() << "\n\n";

  // The same budget in a better order of columns; operators fold the order into positions.
  const auto order = lacuna::improve_order(weights, lacuna::parse_series_pattern("2:4+2:8"));
  std::cout << "dropped magnitude " << order.dropped_greedy << ", in a better order "
            << order.dropped << ": " << 100 * order.gain() << " % less\n";
  return correct && !broken && within ? 0 : 1;
}
