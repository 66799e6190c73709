// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

#include <lacuna/kernel/reference/spmm.hpp>
#include <lacuna/op/matvec.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace test {

/// matvec against the reference kernel: one column, a few and many, row-major serially and
/// column-major on two threads.
template <class Arch, class Format>
void expect_reference(const Format& w, std::initializer_list<index_t> columns = {1, 3, 9}) {
  using T = lacuna::value_type_t<Format>;
  using sum = lacuna::accumulator_t<T>;
  const lacuna::matvec<Format, lacuna::no_epilogue, Arch> layer(w);
  for (const index_t n : columns) {
    CAPTURE(w.rows(), w.cols(), n, layer.plan().kernel, Arch::name());
    const auto x = random_matrix<T>(w.cols(), n, 7);
    dense_matrix<sum> expected(w.rows(), n);
    lacuna::kernel::reference::spmm<Format, T>(w, lacuna::as_view(x), lacuna::as_view(expected));
    REQUIRE(layer(x) == expected);
    Eigen::Matrix<sum, -1, -1> y_columns(w.rows(), n);
    const Eigen::Matrix<T, -1, -1> x_columns = x;
    layer(x_columns, y_columns, lacuna::thread_pool(2));
    REQUIRE(y_columns == expected);
  }
}

}  // namespace test
