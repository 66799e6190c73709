// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: (cannot convert|no known conversion).*matrix_view<const
#include <lacuna/op/matmul.hpp>

#if defined(CORRECTED)
using result = Eigen::MatrixXf;
#else
using result = const Eigen::MatrixXf;
#endif

void product(const lacuna::dense_matrix<float>& w, const Eigen::MatrixXf& x, result& y) {
  const lacuna::matmul layer(w);
  layer(x, y);
}
