// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <lacuna/core/random.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/format/convert.hpp>
#include <lacuna/format/filter.hpp>

// Operands whose products and sums are exact in every value type (whole numbers of at most 4), so
// that fast kernels can be compared with the reference for equality and not for closeness.

namespace test {

using lacuna::dense_matrix, lacuna::index_t;

template <class T>
[[nodiscard]] T small_integer(lacuna::random_source& random) {
  return static_cast<T>(static_cast<int>(random.below(9)) - 4);
}

template <class T>
[[nodiscard]] dense_matrix<T> random_matrix(index_t rows, index_t cols, std::uint64_t seed = 1) {
  lacuna::random_source random(seed);
  dense_matrix<T> out(rows, cols);
  for (index_t i = 0; i < rows; ++i) {
    for (index_t j = 0; j < cols; ++j) out(i, j) = small_integer<T>(random);
  }
  return out;
}

/// Zeroes each R x C block with probability `zeros`.
template <class T>
[[nodiscard]] dense_matrix<T> random_blocks(index_t rows, index_t cols, index_t r, index_t c,
                                            double zeros, std::uint64_t seed = 1) {
  dense_matrix<T> out = random_matrix<T>(rows, cols, seed);
  lacuna::random_source random(seed + 1000);
  for (index_t i = 0; i < rows; i += r) {
    for (index_t k = 0; k < cols; k += c) {
      if (random.uniform() >= zeros) continue;
      out.block(i, k, std::min(r, rows - i), std::min(c, cols - k)).setConstant(T(0));
    }
  }
  return out;
}

/// Keeps n random columns of every m, the same for v rows.
template <class T>
[[nodiscard]] dense_matrix<T> random_n_m(index_t rows, index_t cols, index_t n, index_t m,
                                         index_t v, std::uint64_t seed = 1) {
  dense_matrix<T> out = random_matrix<T>(rows, cols, seed);
  lacuna::random_source random(seed + 2000);
  for (index_t i = 0; i < rows; i += v) {
    for (index_t k = 0; k < cols; k += m) {
      index_t zeros = m - n;
      for (index_t c = 0; c < m; ++c) {
        const bool drop = random.below(m - c) < zeros;
        zeros -= drop ? 1 : 0;
        if (!drop || k + c >= cols) continue;
        out.col(k + c).segment(i, std::min(v, rows - i)).setConstant(T(0));
      }
    }
  }
  return out;
}

template <class T>
[[nodiscard]] lacuna::tensor<T> random_tensor(lacuna::extents4 extents, std::uint64_t seed = 1) {
  lacuna::random_source random(seed);
  lacuna::tensor<T> out(extents);
  for (T& value : out) value = small_integer<T>(random);
  return out;
}

}  // namespace test
