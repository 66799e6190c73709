// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Asks plans what products will take on this machine and why, and lets them choose: the same 2:4
// weights run sparse or dense, whichever is predicted to be faster, with the same result.
#include <iostream>

#include <lacuna/lacuna.hpp>

int main() {
  const Eigen::MatrixXf weights = Eigen::MatrixXf::Random(256, 512);
  const Eigen::MatrixXf x = Eigen::MatrixXf::Random(512, 196);

  // The first plan measures the machine, once a process.
  const lacuna::matmul blocks(lacuna::prune_blocks<8, 8>(weights, lacuna::keep{0.25}));
  const lacuna::plan plan = blocks.plan(x.cols());
  std::cout << plan << "\n\n";
  const lacuna::cost& own = plan.expected->own;
  std::cout << "expected " << 1e6 * own.seconds() << " us, of which multiply-adds "
            << 1e6 * own.multiply_adds << ", bound by " << own.bound() << "; "
            << plan.expected->speed_up() << " times as fast as dense\n";

  const auto half = lacuna::prune_n_m<2, 4>(weights);
  const auto layer = lacuna::matmul_or_dense(half, x.cols(), lacuna::relu());
  std::cout << layer.plan().reason() << "\n";

  const Eigen::MatrixXf expected = (to_dense(half) * x).cwiseMax(0.0F);
  const float error = (layer(x) - expected).cwiseAbs().maxCoeff();
  std::cout << "largest difference from Eigen's product: " << error << "\n";
  return error < 1e-3F ? 0 : 1;
}
