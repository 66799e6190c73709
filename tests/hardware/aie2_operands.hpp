// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

#include <lacuna/format/dense.hpp>

// Operands of the tests of AIE2 kernels, and what products of them are in plain arithmetic.
namespace test {

using lacuna::dense_matrix, lacuna::index_t;

/// Whole numbers from -range to range.
template <class T>
dense_matrix<T> random_operand(index_t rows, index_t cols, int range, unsigned seed) {
  std::mt19937 g(seed);
  std::uniform_int_distribution<int> d(-range, range);
  dense_matrix<T> m(rows, cols);
  for (index_t i = 0; i < m.size(); ++i) m.data()[i] = static_cast<T>(d(g));
  return m;
}

inline dense_matrix<std::int64_t> product(const dense_matrix<std::int8_t>& a,
                                          const dense_matrix<std::int8_t>& b) {
  return a.cast<std::int64_t>() * b.cast<std::int64_t>();
}

}  // namespace test
