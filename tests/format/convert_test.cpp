// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/format/{convert,transpose,storage}.hpp
#include <bit>
#include <limits>

#include <lacuna/format/convert.hpp>
#include <lacuna/format/storage.hpp>
#include <lacuna/format/transpose.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace convert_test {

using lacuna::dense_matrix, lacuna::index_t, lacuna::to_block_csr, lacuna::to_n_m;

namespace {

template <class Format, class T>
void expect_exact(const Format& f, const dense_matrix<T>& w) {
  CAPTURE(w.rows(), w.cols());
  REQUIRE_FALSE(check(f).has_value());
  REQUIRE(to_dense(f) == w);
  REQUIRE(dense_matrix<T>(lacuna::to_eigen_sparse(f)) == w);
  const auto t = transpose(f);
  REQUIRE_FALSE(check(t).has_value());
  REQUIRE(to_dense(t) == w.transpose());
  REQUIRE(to_dense(transpose(t)) == w);
}

template <class T, index_t R, index_t C>
void blocks_round_trip(index_t rows, index_t cols, double zeros) {
  const auto w = test::random_blocks<T>(rows, cols, R, C, zeros);
  expect_exact(to_block_csr<R, C>(w), w);
}
template <class T, index_t N, index_t M, index_t V = 1>
void n_m_round_trip(index_t rows, index_t cols) {
  const auto w = test::random_n_m<T>(rows, cols, N, M, V);
  expect_exact(to_n_m<N, M, V>(w), w);
}

}  // namespace

TEMPLATE_TEST_CASE("every format gives back what it was made from, on the edge grid",
                   "[format][convert]", float, double, lacuna::bfloat16, std::int8_t) {
  using T = TestType;
  const auto rows = GENERATE(as<index_t>(), 0, 1, 7, 8, 9, 31);
  const auto cols = GENERATE(as<index_t>(), 0, 1, 3, 4, 5, 15, 16, 17, 37);
  for (const double zeros : {0.0, 0.5, 1.0}) {
    blocks_round_trip<T, 8, 8>(rows, cols, zeros);
    blocks_round_trip<T, 1, 16>(rows, cols, zeros);
    blocks_round_trip<T, 4, 1>(rows, cols, zeros);
    blocks_round_trip<T, 16, 4>(rows, cols, zeros);
    blocks_round_trip<T, 1, 1>(rows, cols, zeros);
  }
  n_m_round_trip<T, 2, 4>(rows, cols);
  n_m_round_trip<T, 1, 4>(rows, cols);
  n_m_round_trip<T, 2, 8>(rows, cols);
  n_m_round_trip<T, 4, 8>(rows, cols);
  n_m_round_trip<T, 1, 8>(rows, cols);
  n_m_round_trip<T, 4, 16>(rows, cols);
  n_m_round_trip<T, 2, 4, 8>(rows, cols);
}

TEST_CASE("any Eigen storage converts alike", "[format][convert]") {
  const auto w = test::random_n_m<float>(13, 21, 2, 4, 1);
  const auto blocks = to_block_csr<4, 4>(w);
  const auto half = to_n_m<2, 4>(w);
  const Eigen::MatrixXf columns = w;
  CHECK(to_block_csr<4, 4>(columns) == blocks);
  CHECK(to_n_m<2, 4>(columns) == half);
  const Eigen::Ref<const Eigen::MatrixXf> ref(columns);
  CHECK(to_block_csr<4, 4>(ref) == blocks);
  Eigen::MatrixXf big = Eigen::MatrixXf::Ones(40, 50);
  big.block(3, 4, 13, 21) = w;
  CHECK(to_n_m<2, 4>(big.block(3, 4, 13, 21)) == half);
  const Eigen::Map<const Eigen::MatrixXf, 0, Eigen::OuterStride<>> map(&big(3, 4), 13, 21,
                                                                       Eigen::OuterStride<>(40));
  CHECK(to_block_csr<4, 4>(map) == blocks);
  const Eigen::SparseMatrix<float> sparse_columns = columns.sparseView();
  const lacuna::eigen_sparse<float> sparse_rows(sparse_columns);
  CHECK(to_block_csr<4, 4>(sparse_columns) == blocks);
  CHECK(to_block_csr<4, 4>(sparse_rows) == blocks);
  CHECK(to_n_m<2, 4>(sparse_columns) == half);
  CHECK(to_n_m<2, 4>(sparse_rows) == half);
}

TEST_CASE("NaN and infinity are kept, minus zero is a zero", "[format][convert]") {
  dense_matrix<float> w = dense_matrix<float>::Zero(4, 16);
  w(0, 0) = std::numeric_limits<float>::quiet_NaN();
  w(1, 9) = -std::numeric_limits<float>::infinity();
  w(3, 3) = -0.0F;
  const auto blocks = to_block_csr<1, 8>(w);
  CHECK(blocks.blocks() == 2);
  CHECK(std::isnan(to_dense(blocks)(0, 0)));
  CHECK(to_dense(to_n_m<1, 8>(w))(1, 9) == w(1, 9));
  // Beside a kept value its sign stays too.
  w(3, 4) = 1;
  CHECK(std::signbit(to_dense(to_block_csr<1, 8>(w))(3, 3)));
}

TEST_CASE("2:4 takes 56.25 % of 16-bit values and 62.5 % of 8-bit ones", "[format][storage]") {
  const auto share = [](auto zero, index_t n, index_t m, const auto& convert) {
    using T = decltype(zero);
    const auto w = test::random_n_m<T>(16, 64, n, m, 1);
    return static_cast<double>(lacuna::storage_of(convert(w)).total().count()) /
           static_cast<double>(lacuna::storage_of(dense_matrix<T>(w)).total().count());
  };
  CHECK(share(lacuna::bfloat16{}, 2, 4, [](const auto& w) { return to_n_m<2, 4>(w); }) == 0.5625);
  CHECK(share(std::int8_t{}, 2, 4, [](const auto& w) { return to_n_m<2, 4>(w); }) == 0.625);
  CHECK(share(float{}, 1, 8, [](const auto& w) { return to_n_m<1, 8>(w); }) == (32.0 + 3.0) / 256);
}

TEST_CASE("storage counts values and metadata apart", "[format][storage]") {
  const auto w = test::random_matrix<float>(16, 24);
  const auto b = storage_of(to_block_csr<8, 8>(w));
  CHECK(b.values == lacuna::bits{16 * 24 * 32});
  CHECK(b.metadata == lacuna::bits{32 * (6 + 2 + 1)});
  const auto v = storage_of(to_n_m<2, 4, 8>(test::random_n_m<float>(16, 24, 2, 4, 8)));
  CHECK(v.metadata == lacuna::bits{2 * 6 * 2 * 2});
  // One position of one: nothing to say.
  CHECK(storage_of(to_n_m<1, 1>(w)).metadata == lacuna::bits{0});
}

}  // namespace convert_test
