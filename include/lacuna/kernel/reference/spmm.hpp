// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/contract.hpp>
#include <lacuna/core/matrix_view.hpp>
#include <lacuna/format/concepts.hpp>
#include <lacuna/kernel/position.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::reference {

/// Y = epilogue(W X), the specification of every product kernel: W (m, k) in any format, X (k, n),
/// Y (m, n). Stored values are multiplied in storage order, zeros among them too, so infinity and
/// NaN in X behave as in IEEE arithmetic; what is not stored takes no part.
template <matrix_format Format, class X, class Epilogue = no_epilogue>
void spmm(const Format& w, matrix_view<const X> x,
          matrix_view<accumulator_t<value_type_t<Format>>> y, const Epilogue& epilogue = {}) {
  using sum = accumulator_t<value_type_t<Format>>;
  LACUNA_EXPECTS(w.cols() == x.rows && w.rows() == y.rows && x.cols == y.cols);
  for (index_t i = 0; i < y.rows; ++i) {
    for (index_t j = 0; j < y.cols; ++j) y(i, j) = sum(0);
  }
  for_each_stored(w, [&](index_t i, index_t k, const auto& value) {
    for (index_t j = 0; j < y.cols; ++j) {
      y(i, j) += static_cast<sum>(value) * static_cast<sum>(x(k, j));
    }
  });
  for (index_t i = 0; i < y.rows; ++i) {
    for (index_t j = 0; j < y.cols; ++j) y(i, j) = epilogue(y(i, j), position{i, j, 1, 0});
  }
}

/// Y = epilogue(W^T X): W (m, k), X (m, n), Y (k, n).
template <matrix_format Format, class X, class Epilogue = no_epilogue>
void spmm_transposed(const Format& w, matrix_view<const X> x,
                     matrix_view<accumulator_t<value_type_t<Format>>> y,
                     const Epilogue& epilogue = {}) {
  using sum = accumulator_t<value_type_t<Format>>;
  LACUNA_EXPECTS(w.rows() == x.rows && w.cols() == y.rows && x.cols == y.cols);
  for (index_t i = 0; i < y.rows; ++i) {
    for (index_t j = 0; j < y.cols; ++j) y(i, j) = sum(0);
  }
  for_each_stored(w, [&](index_t i, index_t k, const auto& value) {
    for (index_t j = 0; j < y.cols; ++j) {
      y(k, j) += static_cast<sum>(value) * static_cast<sum>(x(i, j));
    }
  });
  for (index_t i = 0; i < y.rows; ++i) {
    for (index_t j = 0; j < y.cols; ++j) y(i, j) = epilogue(y(i, j), position{i, j, 1, 0});
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::reference
