// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/matrix_view.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/kernel/simd/magnitude.hpp>

namespace lacuna::inline LACUNA_ABI {

// What a value is worth to a series: a functor (row, column, value) -> number >= 0. A term keeps
// the values worth most. Anything that can be called so does, a lambda too. Columns are those of
// the matrix; of filters, tap * in + channel.

/// |w|: the published rule (TASD, arXiv 2403.07953).
struct by_magnitude {
  template <class Real>
  [[nodiscard]] Real operator()(index_t /*row*/, index_t /*col*/, Real w) const noexcept {
    return std::abs(w);
  }
};

/// |w_ij| ||x_j||_2: how much of the output a value carries for the inputs seen in calibration
/// (Wanda, arXiv 2306.11695). `norms` holds ||x_j||_2 a column.
struct by_activation {
  std::vector<double> norms;

  [[nodiscard]] double operator()(index_t /*row*/, index_t col, double w) const {
    return std::abs(w) * norms.at(static_cast<std::size_t>(col));
  }
};

/// w_ij^2 / [H^-1]_jj: the rise of a quadratic loss when a value is dropped and nothing else
/// changes (optimal brain surgeon; SparseGPT, arXiv 2301.00774). `inverse_hessian` holds the
/// diagonal of H^-1, a positive number a column.
struct by_second_order {
  std::vector<double> inverse_hessian;

  [[nodiscard]] double operator()(index_t /*row*/, index_t col, double w) const {
    return w * w / inverse_hessian.at(static_cast<std::size_t>(col));
  }
};

/// 1 for every value: what counts where nothing is lost is only how many a term holds.
struct by_presence {
  template <class Real>
  [[nodiscard]] Real operator()(index_t /*row*/, index_t /*col*/, Real /*w*/) const noexcept {
    return Real(1);
  }
};

namespace detail {

/// Importance is ranked in this type: exact for magnitudes of T.
template <class T>
using importance_t = std::conditional_t<std::is_same_v<T, double>, double, float>;

/// Importance of one row: 0 for zeros, more than 0 for all else, so that a worthless value is still
/// taken before none.
/// @throws format_error for NaN and infinity, which no series can rank or bound, and for an
/// importance that is NaN or negative.
template <class T, class Score, class Real>
void rate_row(matrix_view<const T> w, index_t row, const Score& score, Real* importance) {
  constexpr Real largest = std::numeric_limits<Real>::max();
  constexpr Real least = std::numeric_limits<Real>::min();
  bool sound = true;
  if constexpr (std::is_same_v<Score, by_magnitude> && std::is_same_v<T, Real>) {
    if (w.col_stride == 1) {
      if (kernel::simd::magnitudes<xsimd::default_arch>(&w(row, 0), w.cols, importance)) return;
      sound = false;
    }
  }
  for (index_t k = 0; sound && k < w.cols; ++k) {
    const Real value = static_cast<Real>(w(row, k));
    if constexpr (std::is_same_v<Score, by_magnitude>) {
      const Real size = std::abs(value);
      importance[k] = size;
      sound = size <= largest;
    } else {
      const auto worth = static_cast<Real>(score(row, k, value));
      importance[k] = value == Real(0) ? Real(0) : worth < least ? least : worth;
      sound = std::abs(value) <= largest && worth >= Real(0);
    }
  }
  if (sound) return;
  for (index_t k = 0; k < w.cols; ++k) {
    const Real value = static_cast<Real>(w(row, k));
    const auto worth = static_cast<Real>(score(row, k, value));
    if (std::abs(value) <= largest && worth >= Real(0)) continue;
    throw format_error(message("decompose: value (", row, ", ", k, ") is ",
                               static_cast<double>(value), " with importance ",
                               static_cast<double>(worth),
                               "; values must be finite and importances not negative"));
  }
}

}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI
