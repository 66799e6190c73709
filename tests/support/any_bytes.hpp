// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#include <lacuna/core/random.hpp>
#include <lacuna/format/dense.hpp>

namespace test {

/// Any byte of either sign, the extremes more often than not.
template <class T>
[[nodiscard]] lacuna::dense_matrix<T> any_bytes(lacuna::index_t rows, lacuna::index_t cols,
                                                std::uint64_t seed) {
  lacuna::random_source random(seed);
  lacuna::dense_matrix<T> out(rows, cols);
  for (T& v : out.reshaped()) {
    const lacuna::index_t kind = random.below(4);
    v = kind == 0   ? std::numeric_limits<T>::min()
        : kind == 1 ? std::numeric_limits<T>::max()
                    : static_cast<T>(random.below(256));
  }
  return out;
}

/// Weights of which every second group of columns fits, just so in the first rows.
[[nodiscard]] inline lacuna::dense_matrix<std::int8_t> weights_that_fit_and_do_not(
    lacuna::index_t rows, lacuna::index_t cols) {
  lacuna::dense_matrix<std::int8_t> w = any_bytes<std::int8_t>(rows, cols, 5);
  for (lacuna::index_t i = 0; i < rows; ++i) {
    for (lacuna::index_t j = 0; j < cols; ++j) {
      if (j / 4 % 2 == 0)
        w(i, j) = i < 4 ? (j % 2 == 0 ? -128 : 0) : static_cast<std::int8_t>(w(i, j) / 2);
    }
  }
  return w;
}

}  // namespace test
