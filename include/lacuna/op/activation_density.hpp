// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/matrix_view.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/core/tensor.hpp>

namespace lacuna::inline LACUNA_ABI {

namespace detail {
/// f(value, i, j) for each element, row by row.
template <class X, class F>
void for_each_activation(const X& x, const F& f) {
  const auto v = as_view(x);
  for (index_t i = 0; i < v.rows; ++i) {
    for (index_t j = 0; j < v.cols; ++j) f(v(i, j), i, j);
  }
}
/// A tensor as (n * c, h * w).
template <class T, class F>
void for_each_activation(const tensor<T>& x, const F& f) {
  const extents4 e = x.extents();
  for_each_activation(as_view(x.data(), e.n * e.c, e.h * e.w), f);
}
}  // namespace detail

/// The share of X's values that are not zero, 0 for an empty X; NaN is not zero. What TASD-A picks
/// a layer's series by behind ReLU (arXiv 2403.07953). X is a matrix or a tensor. O(values).
template <class X>
[[nodiscard]] double measured_density(const X& x) {
  index_t values = 0;
  index_t kept = 0;
  detail::for_each_activation(x, [&](auto value, index_t, index_t) {
    ++values;
    kept += value != 0 ? 1 : 0;
  });
  return values == 0 ? 0.0 : static_cast<double>(kept) / static_cast<double>(values);
}

/// The smallest share of X's values, largest magnitudes first, that holds the share `energy` of
/// sum |x|: the density that counts where an activation leaves few zeros but many small values, as
/// GELU and Swish do. The name is TASD's (arXiv 2403.07953); that the paper sums magnitudes, and at
/// which share, is unverified. 0 when all are zero.
///
/// X is a matrix or a tensor. Expected O(values), one copy of the magnitudes.
/// @throws shape_error unless 0 <= energy <= 1, format_error for NaN or infinity: no share of an
/// infinite sum is meaningful.
template <class X>
[[nodiscard]] double pseudo_density(const X& x, double energy = 0.99) {
  if (!(energy >= 0 && energy <= 1)) {
    throw shape_error(message("pseudo_density takes an energy from 0 to 1, got ", energy));
  }
  std::vector<double> magnitudes;
  detail::for_each_activation(x, [&](auto value, index_t i, index_t j) {
    const double magnitude = std::abs(static_cast<double>(value));
    if (!std::isfinite(magnitude)) {
      throw format_error(message("pseudo_density: value ", static_cast<double>(value), " at (", i,
                                 ", ", j, "): expected finite values"));
    }
    if (magnitude > 0) magnitudes.push_back(magnitude);
  });
  index_t values = 0;
  detail::for_each_activation(x, [&](auto, index_t, index_t) { ++values; });
  if (magnitudes.empty()) return 0;

  // Quickselect by sums: the half with the larger magnitudes either holds what is still wanted, or
  // all of it counts and the search goes on in the other half.
  auto first = magnitudes.begin();
  auto last = magnitudes.end();
  double wanted = energy * std::accumulate(first, last, 0.0);
  if (wanted <= 0) return 0;
  while (last - first > 1) {
    const auto middle = first + (last - first) / 2;
    std::nth_element(first, middle, last, std::greater<>());
    const double upper = std::accumulate(first, middle, 0.0);
    if (upper >= wanted) {
      last = middle;
    } else {
      wanted -= upper;
      first = middle;
    }
  }
  return static_cast<double>(first - magnitudes.begin() + 1) / static_cast<double>(values);
}

}  // namespace lacuna::inline LACUNA_ABI
