// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <lacuna/kernel/reference/decompose_columns.hpp>
#include <lacuna/op/decompose_activations.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace decompose_activations_test {

using Catch::Contains;
using lacuna::approximate_activations, lacuna::decompose_activations;
using lacuna::as_view, lacuna::dense_matrix, lacuna::index_t, lacuna::n_m, lacuna::tensor;

namespace {

dense_matrix<float> normal(index_t rows, index_t cols) {
  lacuna::random_source random(5);
  dense_matrix<float> x(rows, cols);
  for (float& v : x.reshaped()) v = static_cast<float>(random.normal());
  return x;
}

/// Every value taken from a group is at least as large as every one that is left of it.
bool takes_largest(const dense_matrix<float>& before, const dense_matrix<float>& term, index_t n,
                   index_t m) {
  for (index_t j = 0; j < before.cols(); ++j) {
    for (index_t g = 0; g < before.rows(); g += m) {
      float smallest_taken = std::numeric_limits<float>::infinity();
      float largest_left = 0;
      index_t taken = 0;
      for (index_t i = g; i < std::min(before.rows(), g + m); ++i) {
        const float magnitude = std::abs(before(i, j));
        if (term(i, j) != 0) {
          if (term(i, j) != before(i, j)) return false;
          smallest_taken = std::min(smallest_taken, magnitude);
          ++taken;
        } else {
          largest_left = std::max(largest_left, magnitude);
        }
      }
      if (taken > n || (taken < n && largest_left > 0) || smallest_taken < largest_left)
        return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("terms and rest are the activations, each term the largest of what was left",
          "[op][activations]") {
  const auto k = GENERATE(as<index_t>(), 1, 7, 8, 9, 31);
  const auto n = GENERATE(as<index_t>(), 1, 15, 16, 17, 53);
  CAPTURE(k, n);
  const dense_matrix<float> x =
      GENERATE_COPY(values<dense_matrix<float>>({normal(k, n), test::random_matrix<float>(k, n)}));
  dense_matrix<float> y(k, n);
  approximate_activations<n_m<2, 4>, n_m<2, 8>>(x, y);
  const auto terms = decompose_activations<n_m<2, 4>, n_m<2, 8>>(x);

  const dense_matrix<float> first = lacuna::to_dense(terms[0]);
  const dense_matrix<float> second = lacuna::to_dense(terms[1]);
  const dense_matrix<float> rest = x - first;
  CHECK(takes_largest(x, first, 2, 4));
  CHECK(takes_largest(rest, second, 2, 8));
  CHECK(y == first + second);
  CHECK((first.array() * second.array() == 0).all());

  dense_matrix<float> again(k, n);
  approximate_activations<n_m<2, 4>, n_m<2, 8>>(y, again);
  CHECK(again == y);
}

TEST_CASE("terms are in the canonical form of n_m_matrix, column by column", "[op][activations]") {
  const dense_matrix<float> x = test::random_matrix<float>(19, 21, 3);
  const auto terms = decompose_activations<n_m<2, 8>>(x);
  const dense_matrix<float> columns = lacuna::to_dense(terms[0]).transpose();
  const auto expected = lacuna::to_n_m<2, 8>(columns);
  for (index_t j = 0; j < x.cols(); ++j) {
    for (index_t s = 0; s < expected.slots(); ++s) {
      const auto at = static_cast<std::size_t>(j * expected.slots() + s);
      REQUIRE(terms[0].positions(s, j) == expected.positions()[at]);
      REQUIRE(terms[0].values(s, j) == expected.values()[at]);
    }
  }
}

TEST_CASE("any number of threads gives the same activations and terms", "[op][activations]") {
  const dense_matrix<float> x = normal(30, 9001);  // two strips of columns, four blocks of rows
  const lacuna::n_m_pattern series[] = {{1, 4}, {2, 8}};
  dense_matrix<float> expected(x.rows(), x.cols());
  lacuna::kernel::reference::approximate_columns<float>(as_view(x), series, as_view(expected));
  const auto terms = decompose_activations<n_m<1, 4>, n_m<2, 8>>(x);
  CHECK(lacuna::to_dense(terms[0]) + lacuna::to_dense(terms[1]) == expected);
  for (const int threads : {1, 2, 5}) {
    const lacuna::thread_pool pool(threads);
    dense_matrix<float> y = x;
    approximate_activations<n_m<1, 4>, n_m<2, 8>>(y, y, pool);
    CHECK(y == expected);
    CHECK((decompose_activations<n_m<1, 4>, n_m<2, 8>>(x, pool)) == terms);
  }
}

TEST_CASE("any storage order and any part of a matrix is decomposed in place or elsewhere",
          "[op][activations]") {
  const dense_matrix<float> x = normal(13, 20);
  dense_matrix<float> expected(13, 20);
  approximate_activations<n_m<2, 4>>(x, expected);

  Eigen::MatrixXf by_columns = x;
  const auto terms = decompose_activations<n_m<2, 4>>(by_columns);
  CHECK(lacuna::to_dense(terms[0]) == expected);
  approximate_activations<n_m<2, 4>>(by_columns, by_columns);
  CHECK(by_columns == expected);

  dense_matrix<float> frame = dense_matrix<float>::Constant(15, 30, 9);
  frame.topLeftCorner(13, 20) = x;
  const lacuna::matrix_view<float> part{frame.data(), 13, 20, 30, 1};
  approximate_activations<n_m<2, 4>>(part, part);
  CHECK(frame.topLeftCorner(13, 20) == expected);
  CHECK((frame.rightCols(10).array() == 9).all());
  CHECK((frame.bottomRows(2).array() == 9).all());

  dense_matrix<double> wide = x.cast<double>();
  approximate_activations<n_m<2, 4>>(wide, wide);
  CHECK(wide == expected.cast<double>());

  const Eigen::VectorXf column = x.col(0);
  Eigen::VectorXf kept(13);
  approximate_activations<n_m<2, 4>>(column, kept);
  CHECK(kept == expected.col(0));
}

TEST_CASE("images are decomposed along their channels, each as the matrix it is",
          "[op][activations]") {
  const auto channels = GENERATE(as<index_t>(), 1, 4, 11, 16);
  CAPTURE(channels);
  const tensor<float> x = test::random_tensor<float>({3, channels, 5, 7});
  tensor<float> y(x.extents());
  const lacuna::thread_pool pool(2);
  approximate_activations<n_m<2, 4>, n_m<1, 8>>(x, y, pool);
  const auto terms = decompose_activations<n_m<2, 4>, n_m<1, 8>>(x, pool);
  CHECK(terms[1].values.extents() == lacuna::extents4{3, (channels + 7) / 8, 5, 7});
  const tensor<float> first = lacuna::to_dense(terms[0]);
  const tensor<float> second = lacuna::to_dense(terms[1]);
  using image = Eigen::Map<const dense_matrix<float>>;
  const index_t size = channels * 35;
  for (index_t n = 0; n < 3; ++n) {
    dense_matrix<float> expected = image(x.data() + n * size, channels, 35);
    approximate_activations<n_m<2, 4>, n_m<1, 8>>(expected, expected);
    CHECK(image(y.data() + n * size, channels, 35) == expected);
    CHECK(image(first.data() + n * size, channels, 35) +
              image(second.data() + n * size, channels, 35) ==
          expected);
  }
  tensor<float> own = x;
  approximate_activations<n_m<2, 4>, n_m<1, 8>>(own, own);
  CHECK(std::equal(own.begin(), own.end(), y.begin()));
}

TEST_CASE("terms are taken into memory that is there already", "[op][activations]") {
  auto terms = decompose_activations<n_m<2, 4>>(normal(16, 40));
  const float* const memory = terms[0].values.data();
  const dense_matrix<float> x = 2 * normal(16, 40);
  decompose_activations<n_m<2, 4>>(x, terms);
  CHECK(terms[0].values.data() == memory);
  CHECK((terms == decompose_activations<n_m<2, 4>>(x)));
  decompose_activations<n_m<2, 4>>(normal(5, 3), terms);
  CHECK((terms == decompose_activations<n_m<2, 4>>(normal(5, 3))));

  const auto images = test::random_tensor<float>({2, 8, 3, 3});
  auto image_terms = decompose_activations<n_m<1, 4>>(images);
  const std::uint8_t* const positions = image_terms[0].positions.data();
  decompose_activations<n_m<1, 4>>(images, image_terms);
  CHECK(image_terms[0].positions.data() == positions);
}

TEST_CASE("activations without rows, columns or images give terms without them",
          "[op][activations]") {
  for (const auto& [k, n] : {std::pair<index_t, index_t>{0, 5}, {5, 0}, {0, 0}}) {
    dense_matrix<float> x(k, n);
    CHECK_NOTHROW(approximate_activations<n_m<2, 4>>(x, x));
    const auto terms = decompose_activations<n_m<2, 4>>(x);
    CHECK(terms[0].values.rows() == (k + 3) / 4 * 2);
    CHECK(terms[0].values.cols() == n);
  }
  tensor<float> none(lacuna::extents4{0, 8, 3, 3});
  CHECK_NOTHROW(approximate_activations<n_m<2, 4>>(none, none));
  CHECK(decompose_activations<n_m<2, 4>>(none)[0].positions.size() == 0);
}

TEST_CASE("an output of another shape is refused with both shapes", "[op][activations]") {
  const dense_matrix<float> x(8, 5);
  dense_matrix<float> y(5, 8);
  CHECK_THROWS_AS((approximate_activations<n_m<2, 4>>(x, y)), lacuna::shape_error);
  CHECK_THROWS_WITH((approximate_activations<n_m<2, 4>>(x, y)),
                    Contains("(8, 5)") && Contains("(5, 8)"));
  const tensor<float> images(lacuna::extents4{1, 8, 2, 3});
  tensor<float> turned(lacuna::extents4{1, 8, 3, 2});
  CHECK_THROWS_AS((approximate_activations<n_m<2, 4>>(images, turned)), lacuna::shape_error);
  CHECK_THROWS_WITH((approximate_activations<n_m<2, 4>>(images, turned)),
                    Contains("(1, 8, 2, 3)") && Contains("(1, 8, 3, 2)"));
}

TEST_CASE("normal activations keep the published shares", "[op][activations]") {
  // Of N(0, 1), 2:4 holds 74.45 % of the sum of magnitudes and 2:4 + 2:8 holds 93.28 %.
  const dense_matrix<float> x = normal(64, 4000);
  const double all = x.cast<double>().lpNorm<1>();
  dense_matrix<float> y(x.rows(), x.cols());
  approximate_activations<n_m<2, 4>>(x, y);
  CHECK(y.cast<double>().lpNorm<1>() / all == Approx(0.7445).margin(0.002));
  approximate_activations<n_m<2, 4>, n_m<2, 8>>(x, y);
  CHECK(y.cast<double>().lpNorm<1>() / all == Approx(0.9328).margin(0.002));
}

}  // namespace decompose_activations_test
