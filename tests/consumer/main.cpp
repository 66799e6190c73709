// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/op/matmul.hpp>
#include <lacuna/prune/prune.hpp>
#if defined(CONSUMER_HAS_IO)
#include <lacuna/io/npy.hpp>
#endif

int main() {
  const Eigen::MatrixXf w = Eigen::MatrixXf::Random(16, 32);
  const lacuna::matmul layer(lacuna::prune_blocks<8, 8>(w, lacuna::keep{0.5}), lacuna::relu());
  return layer(Eigen::MatrixXf(Eigen::MatrixXf::Ones(32, 3))).rows() == 16 ? 0 : 1;
}
