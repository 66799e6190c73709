// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/kernel/{reference,simd}/decompose_columns.hpp.
#include <lacuna/kernel/reference/decompose_columns.hpp>
#include <lacuna/kernel/simd/decompose_columns.hpp>

#include <cstring>
#include <limits>

#include "support/architectures.hpp"
#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace decompose_columns_test {

using lacuna::as_view, lacuna::dense_matrix, lacuna::index_t, lacuna::n_m, lacuna::n_m_pattern;
namespace kernel = lacuna::kernel;

namespace {

using positions_matrix = dense_matrix<std::uint8_t>;
template <class... Terms>
struct series {};
constexpr float untouched = -77.0F;

/// Bit for bit, as NaN is not equal to itself and -0 is to 0.
template <class T>
bool same_bits(const dense_matrix<T>& a, const dense_matrix<T>& b) {
  const auto bytes = static_cast<std::size_t>(a.size()) * sizeof(T);
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         (bytes == 0 || std::memcmp(a.data(), b.data(), bytes) == 0);
}

/// Whole numbers of at most 4: ties and zeros in every group; NaN, infinity and -0 here and there.
template <class T>
dense_matrix<T> activations(index_t rows, index_t cols, std::uint64_t seed) {
  dense_matrix<T> x = test::random_matrix<T>(rows, cols, seed);
  lacuna::random_source random(seed + 9);
  using limits = std::numeric_limits<T>;
  const T odd[] = {
      limits::quiet_NaN(), -limits::quiet_NaN(), limits::infinity(), -limits::infinity(), T(-0.0),
      limits::denorm_min()};
  for (T& v : x.reshaped()) {
    if (random.uniform() < 0.1) v = odd[random.below(6)];
  }
  return x;
}

/// Every block of rows through the kernels, against the reference, in a frame that must stay.
template <class Arch, class T, class... Terms>
void expect_reference(series<Terms...>, index_t k, index_t n) {
  CAPTURE(k, n, k == 0 ? 0 : kernel::series_rows<Terms...>());
  const n_m_pattern patterns[] = {
      {kernel::term_traits<Terms>::n, kernel::term_traits<Terms>::m}...};
  constexpr index_t step = kernel::series_rows<Terms...>();
  const dense_matrix<T> x = activations<T>(k, n, static_cast<std::uint64_t>(k * 64 + n));
  dense_matrix<T> expected(k, n);
  kernel::reference::approximate_columns<T>(as_view(x), patterns, as_view(expected));

  dense_matrix<T> framed = dense_matrix<T>::Constant(k + 1, n + 3, T(untouched));
  dense_matrix<T> in_place = framed;
  in_place.topLeftCorner(k, n) = x;
  for (index_t i = 0; i < k; i += step) {
    const index_t rows = std::min(step, k - i);
    kernel::simd::approximate_columns<Arch, Terms...>(x.data() + i * n, n, rows, n,
                                                      framed.data() + i * (n + 3), n + 3);
    T* own = in_place.data() + i * (n + 3);
    kernel::simd::approximate_columns<Arch, Terms...>(own, n + 3, rows, n, own, n + 3);
  }
  dense_matrix<T> wanted = dense_matrix<T>::Constant(k + 1, n + 3, T(untouched));
  wanted.topLeftCorner(k, n) = expected;
  REQUIRE(same_bits(framed, wanted));
  REQUIRE(same_bits(in_place, wanted));

  constexpr std::size_t terms = sizeof...(Terms);
  std::array<dense_matrix<T>, terms> values;
  std::array<positions_matrix, terms> positions;
  for (std::size_t t = 0; t < terms; ++t) {
    const index_t slots = lacuna::ceil_div(k, patterns[t].m) * patterns[t].n;
    values[t] = dense_matrix<T>::Constant(slots + 1, n + 3, T(untouched));
    positions[t] = positions_matrix::Constant(slots + 1, n + 3, 77);
  }
  auto wanted_values = values;
  auto wanted_positions = positions;
  dense_matrix<T> rest = x;
  for (std::size_t t = 0; t < terms; ++t) {
    dense_matrix<T> v(values[t].rows() - 1, n);
    positions_matrix p(v.rows(), n);
    kernel::reference::take_columns_term<T>(as_view(rest), patterns[t], as_view(v), as_view(p));
    wanted_values[t].topLeftCorner(v.rows(), n) = v;
    wanted_positions[t].topLeftCorner(v.rows(), n) = p;
  }
  for (index_t i = 0; i < k; i += step) {
    std::array<kernel::term_rows<T>, terms> to;
    for (std::size_t t = 0; t < terms; ++t) {
      const index_t at = i / patterns[t].m * patterns[t].n * (n + 3);
      to[t] = {values[t].data() + at, positions[t].data() + at, n + 3};
    }
    kernel::simd::compress_columns<Arch, Terms...>(x.data() + i * n, n, std::min(step, k - i), n,
                                                   to);
  }
  for (std::size_t t = 0; t < terms; ++t) {
    CAPTURE(t);
    REQUIRE(same_bits(values[t], wanted_values[t]));
    REQUIRE(positions[t] == wanted_positions[t]);
  }
}

template <class Arch, class T, class... Terms>
void expect_reference_on_edges(series<Terms...> s) {
  constexpr index_t w = kernel::simd::lanes<T, Arch>;
  constexpr index_t m = kernel::series_rows<Terms...>();
  for (const index_t n : {index_t{0}, index_t{1}, w - 1, w, w + 1, 2 * w, index_t{37}}) {
    for (const index_t k : {index_t{0}, index_t{1}, m - 1, m, m + 1, index_t{23}}) {
      expect_reference<Arch, T>(s, k, n);
    }
  }
}

}  // namespace

TEST_CASE("the reference takes the largest magnitudes of each group, ties to the first",
          "[kernel][reference]") {
  dense_matrix<float> x(6, 2);
  x << 1, 0,  //
      -3, 5,  //
      3, 0,   //
      2, 0,   //
      7, -1,  // a group of two rows: the others are zeros
      0, 1;
  dense_matrix<float> rest = x;
  dense_matrix<float> values(4, 2);
  positions_matrix positions(4, 2);
  kernel::reference::take_columns_term<float>(as_view(rest), {2, 4}, as_view(values),
                                              as_view(positions));
  CHECK(values == (dense_matrix<float>(4, 2) << -3, 0, 3, 5, 7, -1, 0, 1).finished());
  // Column 1 of the first group holds one non-zero, so its other slot is the lowest free position.
  CHECK(positions == (positions_matrix(4, 2) << 1, 0, 2, 1, 0, 0, 1, 1).finished());
  CHECK(rest == (dense_matrix<float>(6, 2) << 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0).finished());

  const n_m_pattern one[] = {{1, 4}};
  dense_matrix<float> y(6, 2);
  kernel::reference::approximate_columns<float>(as_view(std::as_const(x)), one, as_view(y));
  CHECK(y == (dense_matrix<float>(6, 2) << 0, 0, -3, 5, 0, 0, 0, 0, 7, -1, 0, 0).finished());

  const n_m_pattern two[] = {{1, 4}, {2, 3}};  // groups of 4 and of 3 rows do not coincide
  kernel::reference::approximate_columns<float>(as_view(std::as_const(x)), two, as_view(y));
  CHECK(y == (dense_matrix<float>(6, 2) << 1, 0, -3, 5, 3, 0, 2, 0, 7, -1, 0, 1).finished());
}

TEST_CASE("NaN is the largest magnitude and infinity the next, of either sign",
          "[kernel][reference]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  using kernel::reference::magnitude_order;
  CHECK(magnitude_order(nan) > magnitude_order(infinity));
  CHECK(magnitude_order(-nan) > magnitude_order(infinity));
  CHECK(magnitude_order(-infinity) > magnitude_order(std::numeric_limits<float>::max()));
  CHECK(magnitude_order(-0.0F) == magnitude_order(0.0F));
  CHECK(magnitude_order(std::numeric_limits<double>::denorm_min()) > 0);
}

TEMPLATE_LIST_TEST_CASE(
    "every column is decomposed as the reference does, and nothing else written", "[kernel][simd]",
    test::architectures) {
  expect_reference_on_edges<TestType, float>(series<n_m<2, 4>>{});
#if !defined(LACUNA_TEST_SANITIZED)  // each takes sanitizers half a minute to compile
  expect_reference_on_edges<TestType, float>(series<n_m<4, 8>>{});
  expect_reference_on_edges<TestType, float>(series<n_m<2, 4>, n_m<2, 8>>{});
  expect_reference_on_edges<TestType, float>(series<n_m<1, 4>, n_m<2, 3>>{});
  expect_reference_on_edges<TestType, double>(series<n_m<2, 8>, n_m<1, 4>>{});
#endif
}

TEST_CASE("groups of one, of all and of more rows than registers are decomposed too",
          "[kernel][simd]") {
  using arch = xsimd::default_arch;
  expect_reference_on_edges<arch, float>(series<n_m<1, 1>>{});
#if !defined(LACUNA_TEST_SANITIZED)
  expect_reference_on_edges<arch, float>(series<n_m<3, 3>, n_m<1, 2>>{});
#endif
  expect_reference_on_edges<arch, float>(series<n_m<5, 32>>{});
#if !defined(LACUNA_TEST_SANITIZED)
  expect_reference_on_edges<arch, float>(series<n_m<20, 40>, n_m<4, 8>>{});
#endif
  expect_reference<arch, float>(series<n_m<2, 256>>{}, 300, 37);
}

TEST_CASE("a NaN is carried where N allows one, whatever is beside it", "[kernel][simd]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const index_t n = 40;
  for (index_t row = 0; row < 8; ++row) {
    dense_matrix<float> x =
        dense_matrix<float>::Constant(8, n, std::numeric_limits<float>::infinity());
    x.row(row).setConstant(row % 2 == 0 ? nan : -nan);
    kernel::simd::approximate_columns<xsimd::default_arch, n_m<1, 8>>(x.data(), n, 8, n, x.data(),
                                                                      n);
    for (index_t j = 0; j < n; ++j) {
      for (index_t i = 0; i < 8; ++i) {
        REQUIRE((i == row ? std::isnan(x(i, j)) : x(i, j) == 0.0F));
      }
    }
  }
}

TEST_CASE("a block without rows or with too many is against the contract", "[kernel][simd]") {
  float x[5] = {};
  const auto rows = [&](index_t count) {
    kernel::simd::approximate_columns<xsimd::default_arch, n_m<2, 4>>(x, 1, count, 1, x, 1);
  };
  CHECK_NOTHROW(rows(4));
  CHECK_THROWS_AS(rows(0), lacuna::contract_violation);
  CHECK_THROWS_AS(rows(5), lacuna::contract_violation);
}

}  // namespace decompose_columns_test
