// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>
#include <numbers>

#include <Eigen/Core>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/format/dense.hpp>

namespace lacuna::inline LACUNA_ABI {

/// What a truncated series can get wrong, output by output: with A = series + R, the error of
/// y = series x is e = -R x, so norms of R's rows bound it. In double, whatever the matrix holds.
///
///   |x_j| <= b for all j       |e_i| <= b max_abs_i,   max_abs_i = sum_j |R_ij|    (tight)
///   ||x||_2 <= b               |e_i| <= b norm_i,      norm_i = ||R_i||_2          (tight)
///   x_j independent, of mean   E e_i = -mean sum_i,    sum_i = sum_j R_ij
///   mean and deviation sigma   sqrt(Var e_i) = sigma norm_i
///                              E|e_i| = sqrt(2 / pi) sigma norm_i for a normal x of mean 0
///
/// These are bounds of real numbers. `rounding` adds what float sums may be off besides.
class error_certificate {
 public:
  /// @param matrix the whole matrix, which bounds how large the sums can get
  /// @param residual what the series left of it
  /// @throws shape_error when their shapes differ.
  template <class Matrix, class Residual>
  error_certificate(const Eigen::MatrixBase<Matrix>& matrix,
                    const Eigen::MatrixBase<Residual>& residual) {
    if (matrix.rows() != residual.rows() || matrix.cols() != residual.cols()) {
      throw shape_error(message("error_certificate: matrix ",
                                to_string_shape(matrix.rows(), matrix.cols()), ", residual ",
                                to_string_shape(residual.rows(), residual.cols())));
    }
    depth_ = matrix.cols();
    const auto left = residual.derived().template cast<double>();
    max_abs_ = left.cwiseAbs().rowwise().sum();
    norm_ = left.rowwise().norm();
    sum_ = left.rowwise().sum();
    const auto all = matrix.derived().template cast<double>();
    whole_ = all.cwiseAbs().rowwise().sum();
    frobenius_ = all.norm();
  }

  [[nodiscard]] index_t rows() const noexcept { return norm_.size(); }

  /// |e_i| for every x with |x_j| <= b; some such x reaches it.
  [[nodiscard]] double bound(index_t i, double b) const { return outwards(b * max_abs_(i)); }
  /// |e_i| for every x with ||x||_2 <= b; some such x reaches it.
  [[nodiscard]] double bound_l2(index_t i, double b) const { return outwards(b * norm_(i)); }
  /// E e_i for independent x_j of that mean.
  [[nodiscard]] double expected(index_t i, double mean) const { return -mean * sum_(i); }
  /// Standard deviation of e_i for independent x_j of deviation sigma, of any distribution.
  [[nodiscard]] double deviation(index_t i, double sigma) const { return sigma * norm_(i); }
  /// E|e_i| for independent normal x_j of mean 0 and deviation sigma.
  [[nodiscard]] double expected_abs(index_t i, double sigma) const {
    return std::sqrt(2 / std::numbers::pi) * deviation(i, sigma);
  }

  /// How far two sums of `depth` products in type Real, one of the series and one of the matrix, in
  /// any order, may differ beyond `bound` for |x_j| <= b: twice gamma_k sum_j |A_ij| b with
  /// gamma_k = k u / (1 - k u) (Higham, Accuracy and Stability of Numerical Algorithms, 3.1).
  template <class Real>
  [[nodiscard]] double rounding(index_t i, double b) const {
    const double u = std::numeric_limits<Real>::epsilon() / 2.0;
    const double ku = static_cast<double>(depth_) * u;
    return ku < 1 ? 2 * ku / (1 - ku) * whole_(i) * b : std::numeric_limits<double>::infinity();
  }

  /// ||R||_F / ||A||_F: with white x, the share of the output's energy that is lost, square-rooted.
  /// 0 for a matrix of zeros.
  [[nodiscard]] double relative_norm() const {
    return frobenius_ > 0 ? norm_.norm() / frobenius_ : 0.0;
  }

 private:
  /// Sums of n doubles are off by less than n u: bounds are rounded up by that.
  [[nodiscard]] double outwards(double bound) const noexcept {
    return bound * (1 + (static_cast<double>(depth_) + 4) * 0x1p-52);
  }

  index_t depth_{0};
  double frobenius_{0};
  Eigen::VectorXd max_abs_;  ///< sum_j |R_ij|
  Eigen::VectorXd norm_;     ///< ||R_i||_2
  Eigen::VectorXd sum_;      ///< sum_j R_ij
  Eigen::VectorXd whole_;    ///< sum_j |A_ij|
};

}  // namespace lacuna::inline LACUNA_ABI
