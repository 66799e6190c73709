// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <lacuna/op/activation_density.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace activation_density_test {

using Catch::Contains;
using lacuna::dense_matrix, lacuna::index_t, lacuna::measured_density, lacuna::pseudo_density;

TEST_CASE("measured density is the share of non-zeros, of matrices and of images",
          "[op][activations]") {
  dense_matrix<float> x(2, 4);
  x << 1, 0, -2, 0, -0.0F, 0, 0, std::numeric_limits<float>::quiet_NaN();
  CHECK(measured_density(x) == 3.0 / 8);
  CHECK(measured_density(Eigen::MatrixXf(x)) == 3.0 / 8);
  CHECK(measured_density(dense_matrix<float>(0, 4)) == 0);
  lacuna::tensor<float> images(lacuna::extents4{1, 2, 2, 1});
  CHECK(measured_density(images) == 0);
  images(0, 1, 0, 0) = 1;
  CHECK(measured_density(images) == 0.25);
}

TEST_CASE("pseudo-density counts the fewest values that hold the energy", "[op][activations]") {
  dense_matrix<float> x(1, 10);
  x << 0, 8, -1, 0, 4, 0, 2, -1, 0, 0;  // 16 in all: 8, 12, 14, 15, 16
  CHECK(pseudo_density(x, 0.0) == 0);
  CHECK(pseudo_density(x, 0.5) == 0.1);
  CHECK(pseudo_density(x, 0.5001) == 0.2);
  CHECK(pseudo_density(x, 0.75) == 0.2);
  CHECK(pseudo_density(x, 0.9) == 0.4);
  CHECK(pseudo_density(x, 1.0) == 0.5);
  CHECK(pseudo_density(x) == 0.5);
  CHECK(pseudo_density(dense_matrix<float>::Zero(3, 3).eval()) == 0);
  CHECK(pseudo_density(dense_matrix<float>(0, 3)) == 0);
}

TEST_CASE("pseudo-density is what sorting all magnitudes gives", "[op][activations]") {
  const dense_matrix<float> x = test::random_matrix<float>(23, 37, 4);  // whole numbers: exact sums
  std::vector<double> sorted;
  for (const float v : x.reshaped()) sorted.push_back(std::abs(static_cast<double>(v)));
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const double all = std::accumulate(sorted.begin(), sorted.end(), 0.0);
  for (const double energy : {0.001, 0.25, 0.5, 0.9, 0.99, 1.0}) {
    double sum = 0;
    std::size_t count = 0;
    while (sum < energy * all) sum += sorted[count++];
    CAPTURE(energy);
    CHECK(pseudo_density(x, energy) == static_cast<double>(count) / static_cast<double>(x.size()));
  }
}

TEST_CASE("GELU leaves few zeros, yet a pseudo-density near that of ReLU", "[op][activations]") {
  lacuna::random_source random(6);
  lacuna::tensor<float> gelu(lacuna::extents4{1, 16, 32, 32});
  lacuna::tensor<float> relu(gelu.extents());
  for (index_t i = 0; i < gelu.size(); ++i) {
    const double v = 3 * random.normal();
    gelu.data()[i] = static_cast<float>(v * 0.5 * std::erfc(-v / std::sqrt(2.0)));
    relu.data()[i] = static_cast<float>(std::max(0.0, v));
  }
  CHECK(measured_density(gelu) > 0.95);
  CHECK(pseudo_density(gelu, 0.95) < 0.5);
  CHECK(pseudo_density(relu, 0.95) < measured_density(relu));
}

TEST_CASE("an energy that is no share, and values that are not finite, are refused",
          "[op][activations]") {
  dense_matrix<float> x = dense_matrix<float>::Ones(2, 3);
  CHECK_THROWS_AS(pseudo_density(x, 1.5), lacuna::shape_error);
  CHECK_THROWS_AS(pseudo_density(x, -0.1), lacuna::shape_error);
  CHECK_THROWS_AS(pseudo_density(x, std::nan("")), lacuna::shape_error);
  x(1, 2) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(pseudo_density(x), lacuna::format_error);
  CHECK_THROWS_WITH(pseudo_density(x), Contains("(1, 2)") && Contains("finite"));
}

}  // namespace activation_density_test
