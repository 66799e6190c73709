// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <span>

#include <Eigen/Core>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>

namespace lacuna::inline LACUNA_ABI {

/// How much a group of weights matters; the groups with the lowest scores are zeroed.
///   l1        sum |w|
///   l2        sqrt(sum w^2)
///   variance  1/n sum (w - mean)^2, the mean that of the group
/// (Weight Block Sparsity, arXiv 2407.09453, section III). Any functor from
/// std::span<const double> to double does as well. Sums are taken in double, so int8 and bfloat16
/// rank as exactly as float.
enum class score { l1, l2, variance };

namespace detail {
[[nodiscard]] inline double evaluate(score kind, std::span<const double> w) {
  double sum = 0;
  if (kind == score::variance) {
    double mean = 0;
    for (const double v : w) mean += v / static_cast<double>(w.size());
    for (const double v : w) sum += (v - mean) * (v - mean) / static_cast<double>(w.size());
    return sum;
  }
  for (const double v : w) sum += kind == score::l1 ? std::abs(v) : v * v;
  return kind == score::l1 ? sum : std::sqrt(sum);
}
template <class Score>
[[nodiscard]] double evaluate(const Score& f, std::span<const double> w) {
  return f(w);
}

/// @throws format_error at the first NaN: there is no ranking with it.
template <class Derived>
void expect_no_nan(const Eigen::MatrixBase<Derived>& weights) {
  const Derived& w = weights.derived();
  for (Eigen::Index i = 0; i < w.rows(); ++i) {
    for (Eigen::Index k = 0; k < w.cols(); ++k) {
      if (!(w(i, k) == w(i, k))) {
        throw format_error(message("weight (", i, ", ", k, ") is NaN and can't be ranked"));
      }
    }
  }
}
}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI
