// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/io/npy.hpp>
#include <lacuna/lacuna.hpp>

int main() {
  const Eigen::MatrixXf w = Eigen::MatrixXf::Random(16, 32);
  const auto blocks = lacuna::prune_blocks<8, 8>(w, lacuna::keep{0.5});
  const lacuna::matmul layer(blocks, lacuna::relu());
  const Eigen::MatrixXf x = Eigen::MatrixXf::Ones(32, 3);
  const Eigen::MatrixXf expected = (lacuna::to_dense(blocks) * x).cwiseMax(0.0F);

  lacuna::io::write_npy("y.npy", layer(x));
  return lacuna::io::read_npy_matrix<float>("y.npy").isApprox(expected) ? 0 : 1;
}
