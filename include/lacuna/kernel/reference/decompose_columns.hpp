// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/matrix_view.hpp>
#include <lacuna/format/pattern.hpp>

namespace lacuna::inline LACUNA_ABI::kernel::reference {

/// The bits of `value` without its sign, as a number: orders magnitudes as IEEE 754 totalOrderMag
/// does, infinity above all finite ones and NaN above infinity.
template <class T>
requires std::is_floating_point_v<T>
[[nodiscard]] auto magnitude_order(T value) noexcept {
  using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  return static_cast<bits>(std::bit_cast<bits>(value) << 1) >> 1;
}

/// Takes one term N:M out of `rest` (k, n): of every M consecutive rows of a column, the N largest
/// magnitudes, ties to the first, go to `values` and zero stays. Rows past k count as zeros.
///
/// values, positions: (ceil(k / M) * N, n), the positions of a group rising. The order in which
/// rows are taken is that of the magnitudes, so of a group with fewer than N non-zeros the first
/// zeros are taken: the padding of n_m_matrix.
template <class T>
void take_columns_term(matrix_view<T> rest, const n_m_pattern& term, matrix_view<T> values,
                       matrix_view<std::uint8_t> positions) {
  const index_t groups = ceil_div(rest.rows, term.m);
  LACUNA_EXPECTS(term.shared_rows == 1);
  LACUNA_EXPECTS(values.rows == groups * term.n && positions.rows == groups * term.n);
  LACUNA_EXPECTS(values.cols == rest.cols && positions.cols == rest.cols);
  for (index_t j = 0; j < rest.cols; ++j) {
    for (index_t g = 0; g < groups; ++g) {
      const auto value = [&](index_t p) {
        return g * term.m + p < rest.rows ? rest(g * term.m + p, j) : T(0);
      };
      std::vector<index_t> taken;
      while (static_cast<index_t>(taken.size()) < term.n) {
        index_t largest = -1;
        for (index_t p = 0; p < term.m; ++p) {
          if (std::find(taken.begin(), taken.end(), p) != taken.end()) continue;
          const bool first = largest < 0;
          if (first || magnitude_order(value(p)) > magnitude_order(value(largest))) largest = p;
        }
        taken.push_back(largest);
      }
      std::sort(taken.begin(), taken.end());
      for (index_t s = 0; s < term.n; ++s) {
        const index_t p = taken[static_cast<std::size_t>(s)];
        values(g * term.n + s, j) = value(p);
        positions(g * term.n + s, j) = static_cast<std::uint8_t>(p);
        if (g * term.m + p < rest.rows) rest(g * term.m + p, j) = T(0);
      }
    }
  }
}

/// Y = what the terms, one after the other, take of X, zero elsewhere; both (k, n). The
/// specification of every kernel that decomposes activations.
template <class T>
void approximate_columns(matrix_view<const T> x, std::span<const n_m_pattern> terms,
                         matrix_view<T> y) {
  LACUNA_EXPECTS(x.rows == y.rows && x.cols == y.cols);
  std::vector<T> rest_values(static_cast<std::size_t>(x.rows * x.cols));
  const matrix_view<T> rest = as_view(rest_values.data(), x.rows, x.cols);
  for (index_t i = 0; i < x.rows; ++i) {
    for (index_t j = 0; j < x.cols; ++j) {
      rest(i, j) = x(i, j);
      y(i, j) = T(0);
    }
  }
  for (const n_m_pattern& term : terms) {
    const index_t slots = ceil_div(x.rows, term.m) * term.n;
    std::vector<T> values(static_cast<std::size_t>(slots * x.cols));
    std::vector<std::uint8_t> positions(values.size());
    const auto value = as_view(values.data(), slots, x.cols);
    const auto position = as_view(positions.data(), slots, x.cols);
    take_columns_term(rest, term, value, position);
    for (index_t s = 0; s < slots; ++s) {
      for (index_t j = 0; j < x.cols; ++j) {
        const index_t i = s / term.n * term.m + position(s, j);
        const bool is_padding = magnitude_order(value(s, j)) == 0 && !std::signbit(value(s, j));
        if (!is_padding) y(i, j) = value(s, j);  // padding may lie on what another term took
      }
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::kernel::reference
