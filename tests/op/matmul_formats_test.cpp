// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/op/matmul.hpp: products in every format and value type. On the narrower
// instruction sets of this build one of each kind; all of them where that set is the widest, which
// the presets avx2 and sse2 see to.
#include <array>

#include <lacuna/kernel/reference/spmm.hpp>
#include <lacuna/op/matmul.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace matmul_formats_test {

using lacuna::as_view, lacuna::index_t, lacuna::matmul, lacuna::to_block_csr, lacuna::to_n_m;
using test::random_blocks, test::random_n_m;

namespace {

template <class Arch, class Format>
auto on(const Format& w) {
  return matmul<Format, lacuna::no_epilogue, Arch>(w);
}

template <class Format, class X>
auto reference_product(const Format& w, const X& x) {
  using sum = lacuna::accumulator_t<lacuna::value_type_t<Format>>;
  Eigen::Matrix<sum, -1, -1, Eigen::RowMajor> y(w.rows(), x.cols());
  lacuna::kernel::reference::spmm<Format, typename X::Scalar>(w, as_view(x), as_view(y));
  return y;
}

/// Row-major and column-major operands, and the transposed product, on one instruction set.
template <class Arch, class Format>
void expect_reference(const Format& w, index_t n) {
  using T = lacuna::value_type_t<Format>;
  using sum = lacuna::accumulator_t<T>;
  CAPTURE(w.rows(), w.cols(), n, Arch::name());
  const auto x = test::random_matrix<T>(w.cols(), n, 7);
  const auto expected = reference_product(w, x);
  const auto layer = on<Arch>(w);
  REQUIRE(layer(x) == expected);

  const Eigen::Matrix<T, -1, -1> x_columns = x;
  Eigen::Matrix<sum, -1, -1> y_columns(w.rows(), n);
  layer(x_columns, y_columns);
  REQUIRE(y_columns == expected);

  const auto back = test::random_matrix<T>(w.rows(), n, 8);
  Eigen::Matrix<sum, -1, -1, Eigen::RowMajor> expected_back(w.cols(), n);
  lacuna::kernel::reference::spmm_transposed<Format, T>(w, as_view(back), as_view(expected_back));
  REQUIRE(lacuna::matmul_transposed(w)(back) == expected_back);
}

/// Rows that share positions, by blocks and by N:M, rows that do not, and dense.
template <class Arch>
void expect_reference_for_each_kind(index_t m, index_t k, index_t n) {
  expect_reference<Arch>(test::random_matrix<float>(m, k), n);
  expect_reference<Arch>(to_block_csr<8, 8>(random_blocks<float>(m, k, 8, 8, 0.5)), n);
  expect_reference<Arch>(to_block_csr<1, 1>(random_blocks<float>(m, k, 1, 1, 0.9)), n);
  expect_reference<Arch>(to_n_m<2, 4>(random_n_m<float>(m, k, 2, 4, 1)), n);
  expect_reference<Arch>(to_n_m<2, 8, 8>(random_n_m<float>(m, k, 2, 8, 8)), n);
}

template <class Arch>
void expect_reference_for_the_others(index_t m, index_t k, index_t n) {
  expect_reference<Arch>(to_block_csr<1, 16>(random_blocks<float>(m, k, 1, 16, 0.5)), n);
  expect_reference<Arch>(to_block_csr<4, 1>(random_blocks<float>(m, k, 4, 1, 0.5)), n);
  expect_reference<Arch>(to_block_csr<16, 4>(random_blocks<float>(m, k, 16, 4, 0.5)), n);
  expect_reference<Arch>(to_block_csr<3, 5>(random_blocks<float>(m, k, 3, 5, 0.5)), n);
  expect_reference<Arch>(to_n_m<1, 8>(random_n_m<float>(m, k, 1, 8, 1)), n);
  expect_reference<Arch>(to_n_m<4, 16>(random_n_m<float>(m, k, 4, 16, 1)), n);
}

/// Columns about a strip of tiles of 8 rows.
template <class Arch>
std::array<index_t, 7> edge_columns() {
  namespace simd = lacuna::kernel::simd;
  constexpr index_t strip = simd::strip_width<float, Arch, simd::tile_rows<Arch>(8)>;
  return {0, 1, 2, strip - 1, strip, strip + 1, 3 * strip + 5};
}

}  // namespace

TEST_CASE("products in each kind of format equal the reference on the edge grid", "[op][matmul]") {
  using arch = xsimd::default_arch;
  const auto m = GENERATE(as<index_t>(), 0, 1, 8, 17);
  const auto k = GENERATE(as<index_t>(), 0, 1, 15, 16, 37);
  for (const index_t n : edge_columns<arch>()) {
    expect_reference_for_each_kind<arch>(m, k, n);
  }
}

TEST_CASE("products in every other format equal the reference on the edge grid", "[op][matmul]") {
  using arch = xsimd::default_arch;
  const auto m = GENERATE(as<index_t>(), 0, 1, 8, 17);
  const auto k = GENERATE(as<index_t>(), 0, 1, 15, 16, 37);
  for (const index_t n : edge_columns<arch>()) expect_reference_for_the_others<arch>(m, k, n);
}

TEMPLATE_TEST_CASE("products in every value type equal the reference", "[op][matmul]", double,
                   lacuna::bfloat16, std::int8_t) {
  using T = TestType;
  using arch = xsimd::default_arch;
  const auto m = GENERATE(as<index_t>(), 1, 8, 23);
  const auto n = GENERATE(as<index_t>(), 1, 7, 64, 101);
  const index_t k = 29;
  expect_reference<arch>(test::random_matrix<T>(m, k), n);
  expect_reference<arch>(to_block_csr<8, 8>(random_blocks<T>(m, k, 8, 8, 0.5)), n);
  expect_reference<arch>(to_n_m<2, 4>(random_n_m<T>(m, k, 2, 4, 1)), n);
  expect_reference<arch>(to_n_m<2, 4, 8>(random_n_m<T>(m, k, 2, 4, 8)), n);
}

}  // namespace matmul_formats_test
