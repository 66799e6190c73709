// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Series in operators: include/lacuna/kernel/pack/{pack,merge,mixed_panels}.hpp and the tiles that
// read them.
#include <lacuna/kernel/reference/conv2d.hpp>
#include <lacuna/kernel/reference/spmm.hpp>
#include <lacuna/op/conv2d.hpp>
#include <lacuna/op/matmul.hpp>
#include <lacuna/prune/n_m_mask.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace series_test {

using lacuna::as_view, lacuna::dense_matrix, lacuna::index_t, lacuna::matmul, lacuna::series;

namespace {

template <class Arch, class Format>
void expect_reference(const Format& w, index_t n) {
  using T = lacuna::value_type_t<Format>;
  using sum = lacuna::accumulator_t<T>;
  CAPTURE(w.rows(), w.cols(), n, Arch::name());
  const auto x = test::random_matrix<T>(w.cols(), n, 7);
  dense_matrix<sum> expected(w.rows(), n);
  lacuna::kernel::reference::spmm<Format, T>(w, as_view(x), as_view(expected));
  const matmul<Format, lacuna::no_epilogue, Arch> layer(w);
  REQUIRE(layer(x) == expected);
  dense_matrix<sum> on_threads(w.rows(), n);
  layer(x, on_threads, lacuna::thread_pool(2));
  REQUIRE(on_threads == expected);
}

template <class T>
auto half(index_t m, index_t k, std::uint64_t seed = 1) {
  return lacuna::to_n_m<2, 4>(test::random_n_m<T>(m, k, 2, 4, 1, seed));
}
template <class T>
auto blocks(index_t m, index_t k) {
  return lacuna::to_block_csr<8, 8>(test::random_blocks<T>(m, k, 8, 8, 0.5, 3));
}
template <class T>
auto rest(index_t m, index_t k) {
  return lacuna::to_block_csr<1, 1>(test::random_blocks<T>(m, k, 1, 1, 0.9, 4));
}
template <class T>
auto shared(index_t m, index_t k) {
  return lacuna::to_n_m<1, 4, 8>(test::random_n_m<T>(m, k, 1, 4, 8, 5));
}

}  // namespace

TEST_CASE("products of series equal the reference, terms overlapping or not", "[op][series]") {
  using arch = xsimd::default_arch;
  const index_t m = GENERATE(1, 3, 4, 5, 8, 13, 17);
  const index_t k = GENERATE(1, 8, 19);
  const index_t n = GENERATE(1, 5, 16, 97, 131);
  expect_reference<arch>(series(half<float>(m, k), half<float>(m, k, 2)), n);
  expect_reference<arch>(series(blocks<float>(m, k), shared<float>(m, k)), n);
  // With and without shared rows: one tile for both.
  expect_reference<arch>(series(half<float>(m, k), blocks<float>(m, k), rest<float>(m, k)), n);
}

TEST_CASE("so do those of other types, and of empty matrices", "[op][series]") {
  using arch = xsimd::default_arch;
  expect_reference<arch>(series(blocks<double>(13, 24), rest<double>(13, 24)), 33);
  expect_reference<arch>(series(half<lacuna::bfloat16>(9, 24), shared<lacuna::bfloat16>(9, 24)),
                         33);
  expect_reference<arch>(series(half<std::int8_t>(9, 24), blocks<std::int8_t>(9, 24)), 33);
  expect_reference<arch>(series(half<float>(0, 8), blocks<float>(0, 8)), 3);
  expect_reference<arch>(series(half<float>(5, 0), blocks<float>(5, 0)), 3);
  expect_reference<arch>(series(half<float>(5, 8), blocks<float>(5, 8)), 0);
}

TEST_CASE("transposed series are the transpose", "[op][series]") {
  const auto w = series(half<float>(13, 20), rest<float>(13, 20));
  const auto x = test::random_matrix<float>(13, 9, 2);
  const dense_matrix<float> expected = to_dense(w).transpose() * x;
  CHECK(lacuna::matmul_transposed(w)(x) == expected);
}

TEST_CASE("convolutions take filters of series", "[op][series]") {
  const index_t in = GENERATE(4, 9);
  const lacuna::filter<dense_matrix<float>> dense{test::random_matrix<float>(9, 9 * in, 6), in, 3,
                                                  3};
  lacuna::filter<dense_matrix<float>> a = dense;
  lacuna::apply(lacuna::n_m_mask(dense, 2, 4), a.matrix);
  lacuna::filter<dense_matrix<float>> b = dense;
  b.matrix -= a.matrix;
  const lacuna::filter<series<lacuna::n_m_matrix<float, 2, 4>, lacuna::block_csr<float, 1, 1>>> f{
      series(lacuna::to_n_m<2, 4>(a).matrix,
             lacuna::to_block_csr<1, 1>(lacuna::detail::pad_channels(b, 4))),
      in, 3, 3};
  lacuna::tensor<float> x({2, in, 7, 6});
  lacuna::random_source random(3);
  for (float& v : x) v = test::small_integer<float>(random);
  const auto expected = lacuna::conv2d(dense, {.padding = 1})(x);
  const auto found = lacuna::conv2d(f, {.padding = 1})(x);
  CHECK(std::equal(expected.begin(), expected.end(), found.begin(), found.end()));
}

TEST_CASE("terms of different shapes are refused", "[op][series]") {
  CHECK_THROWS_WITH(series(half<float>(4, 8), half<float>(4, 12)),
                    Catch::Contains("(4, 8)") && Catch::Contains("(4, 12)"));
}

TEST_CASE("a plan names the terms", "[op][series]") {
  CHECK(matmul(series(half<float>(8, 8), blocks<float>(8, 8))).plan().kernel ==
        "spmm/n_m:2:4+block_csr:8x8/f32");
}

}  // namespace series_test
