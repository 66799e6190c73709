// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/kernel/pack/gemv.hpp: every layout that it chooses, through matvec. On the
// narrower instruction sets of this build one of each kind; all of them where that set is the
// widest, which the presets avx2 and sse2 see to.
#include "op/matvec_reference.hpp"

namespace matvec_layouts_test {

using lacuna::index_t, lacuna::to_block_csr, lacuna::to_n_m;
using test::expect_reference, test::random_blocks, test::random_n_m;

namespace {

/// Blocks that fill vectors, in part and whole, panels of one row, and rows in lanes.
template <class T, class Arch>
void expect_reference_for_each_kind(index_t m, index_t k) {
  expect_reference<Arch>(test::random_matrix<T>(m, k));
  expect_reference<Arch>(to_block_csr<8, 8>(random_blocks<T>(m, k, 8, 8, 0.5)));
  expect_reference<Arch>(to_block_csr<1, 1>(random_blocks<T>(m, k, 1, 1, 0.8)));
  expect_reference<Arch>(to_n_m<2, 4>(random_n_m<T>(m, k, 2, 4, 1)));
  expect_reference<Arch>(to_n_m<2, 16>(random_n_m<T>(m, k, 2, 16, 1)));
}

template <class T, class Arch>
void expect_reference_for_the_others(index_t m, index_t k) {
  expect_reference<Arch>(to_block_csr<16, 4>(random_blocks<T>(m, k, 16, 4, 0.5)));
  expect_reference<Arch>(to_block_csr<1, 16>(random_blocks<T>(m, k, 1, 16, 0.5)));
  expect_reference<Arch>(to_block_csr<8, 1>(random_blocks<T>(m, k, 8, 1, 0.5)));
  expect_reference<Arch>(to_block_csr<3, 5>(random_blocks<T>(m, k, 3, 5, 0.5)));
  expect_reference<Arch>(to_n_m<1, 8>(random_n_m<T>(m, k, 1, 8, 1)));
  expect_reference<Arch>(to_n_m<2, 5>(random_n_m<T>(m, k, 2, 5, 1)));
  expect_reference<Arch>(to_n_m<1, 64>(random_n_m<T>(m, k, 1, 64, 1)));
  expect_reference<Arch>(to_n_m<2, 4, 8>(random_n_m<T>(m, k, 2, 4, 8)));
}

}  // namespace

TEST_CASE("matvec in each kind of layout equals the reference on the edge grid", "[op][matvec]") {
  using arch = xsimd::default_arch;
  const auto m = GENERATE(as<index_t>(), 0, 1, 7, 16, 17, 37);
  const auto k = GENERATE(as<index_t>(), 0, 1, 15, 16, 67);
  expect_reference_for_each_kind<float, arch>(m, k);
}

TEST_CASE("matvec in every other layout equals the reference on the edge grid", "[op][matvec]") {
  const auto m = GENERATE(as<index_t>(), 0, 1, 7, 16, 17, 37);
  const auto k = GENERATE(as<index_t>(), 0, 1, 15, 16, 67);
  expect_reference_for_the_others<float, xsimd::default_arch>(m, k);
}

TEMPLATE_TEST_CASE("matvec in every value type equals the reference", "[op][matvec]", double,
                   lacuna::bfloat16, std::int8_t) {
  const auto m = GENERATE(as<index_t>(), 1, 23);
  expect_reference_for_each_kind<TestType, xsimd::default_arch>(m, 41);
}

}  // namespace matvec_layouts_test
