// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/decompose/certificate.hpp
#include <cmath>

#include <lacuna/core/random.hpp>
#include <lacuna/decompose/certificate.hpp>
#include <lacuna/decompose/decompose.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace certificate_test {

using lacuna::decompose, lacuna::dense_matrix, lacuna::error_certificate, lacuna::index_t;
using lacuna::n_m;

namespace {

dense_matrix<float> normal_matrix(index_t rows, index_t cols, std::uint64_t seed) {
  lacuna::random_source random(seed);
  dense_matrix<float> w(rows, cols);
  for (index_t i = 0; i < w.size(); ++i) w.data()[i] = static_cast<float>(random.normal());
  return w;
}

}  // namespace

TEST_CASE("no input passes the bounds, and the worst reach them", "[decompose][certificate]") {
  const index_t k = GENERATE(8, 17, 96);
  const auto w = normal_matrix(13, k, 1);
  const auto d = decompose<n_m<2, 4>, n_m<1, 8>>(w);
  const auto approximation = to_dense(d.terms);
  const error_certificate c(w, d.residual);
  const auto error = [&](const Eigen::VectorXd& x) -> Eigen::VectorXd {
    return approximation.cast<double>() * x - w.cast<double>() * x;
  };
  const double b = 2.5;
  lacuna::random_source random(2);
  for (int trial = 0; trial < 500; ++trial) {
    Eigen::VectorXd x(k);
    for (double& v : x) v = random.uniform(-b, b);
    const Eigen::VectorXd e = error(x);
    // The same product in float, whose own rounding the certificate bounds too.
    const Eigen::VectorXf xf = x.cast<float>();
    const Eigen::VectorXf ef = approximation * xf - w * xf;
    const double length = x.norm();
    for (index_t i = 0; i < 13; ++i) {
      REQUIRE(std::abs(e(i)) <= c.bound(i, b) + 1e-12);
      REQUIRE(std::abs(e(i)) <= c.bound_l2(i, length) + 1e-12);
      REQUIRE(std::abs(static_cast<double>(ef(i))) <=
              c.bound(i, b) + c.rounding<float>(i, b) + 1e-12);
    }
  }
  for (index_t i = 0; i < 13; ++i) {
    const Eigen::VectorXd row = d.residual.row(i).cast<double>();
    const Eigen::VectorXd corner = row.array().sign() * b;
    CHECK(std::abs(error(corner)(i)) == Approx(c.bound(i, b)));
    CHECK(std::abs(error(row)(i)) == Approx(c.bound_l2(i, row.norm())));
  }
}

TEST_CASE("errors scatter as certified", "[decompose][certificate]") {
  const index_t k = 64;
  const auto w = normal_matrix(5, k, 3);
  const auto d = decompose<n_m<2, 4>>(w);
  const error_certificate c(w, d.residual);
  const Eigen::MatrixXd r = d.residual.cast<double>();
  lacuna::random_source random(4);
  const double mean = GENERATE(0.0, 0.7);
  const double sigma = 1.3;
  constexpr int trials = 20000;
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(5);
  Eigen::VectorXd squares = sum;
  Eigen::VectorXd sizes = sum;
  for (int trial = 0; trial < trials; ++trial) {
    Eigen::VectorXd x(k);
    for (double& v : x) v = mean + sigma * random.normal();
    const Eigen::VectorXd e = -r * x;
    sum += e;
    squares += e.cwiseProduct(e);
    sizes += e.cwiseAbs();
  }
  for (index_t i = 0; i < 5; ++i) {
    const double average = sum(i) / trials;
    const double deviation = std::sqrt(squares(i) / trials - average * average);
    // Five standard errors.
    CHECK(average == Approx(c.expected(i, mean)).margin(5 * deviation / std::sqrt(trials)));
    CHECK(deviation == Approx(c.deviation(i, sigma)).epsilon(5 / std::sqrt(2.0 * trials)));
    if (mean == 0) CHECK(sizes(i) / trials == Approx(c.expected_abs(i, sigma)).epsilon(0.03));
  }
}

TEST_CASE("an exact series is certified to be exact", "[decompose][certificate]") {
  const auto w = normal_matrix(4, 8, 5);
  const auto d = decompose<n_m<2, 4>, lacuna::unstructured>(w);
  const error_certificate c(w, d.residual);
  for (index_t i = 0; i < 4; ++i) CHECK(c.bound(i, 100) == 0);
  CHECK(c.relative_norm() == 0);
  CHECK(error_certificate(w, w).relative_norm() == Approx(1));
}

TEST_CASE("a residual of another shape is refused", "[decompose][certificate]") {
  CHECK_THROWS_AS(error_certificate(Eigen::MatrixXf(2, 3), Eigen::MatrixXf(2, 4)),
                  lacuna::shape_error);
}

}  // namespace certificate_test
