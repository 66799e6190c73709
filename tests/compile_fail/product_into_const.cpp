// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: const
#include <lacuna/op/matmul.hpp>

void product(const lacuna::dense_matrix<float>& w, const Eigen::MatrixXf& x,
             const Eigen::MatrixXf& y) {
  lacuna::matmul(w)(x, y);
}
