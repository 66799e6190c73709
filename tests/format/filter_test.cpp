// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/format/filter.hpp
#include <lacuna/format/filter.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace filter_test {

using lacuna::index_t, lacuna::tensor, lacuna::to_filter, lacuna::to_tensor;

namespace {
template <class T>
bool equal(const tensor<T>& a, const tensor<T>& b) {
  return a.extents() == b.extents() && std::equal(a.begin(), a.end(), b.begin());
}
}  // namespace

TEST_CASE("filters keep their weights through every format, channels padded or not",
          "[format][filter]") {
  const auto in = GENERATE(as<index_t>(), 1, 3, 4, 8, 11);
  const auto out = GENERATE(as<index_t>(), 1, 8, 9);
  const auto h = GENERATE(as<index_t>(), 1, 3);
  CAPTURE(in, out, h);
  const auto w = test::random_tensor<float>({out, in, h, 2});
  const auto dense = to_filter(w);
  CHECK(dense.matrix.cols() == h * 2 * in);
  CHECK(equal(to_tensor(dense), w));
  const auto blocks = lacuna::to_block_csr<8, 8>(dense);
  CHECK_NOTHROW(expect_consistent(blocks));
  CHECK(blocks.matrix.cols() == h * 2 * lacuna::round_up(in, 8));
  CHECK(equal(to_tensor(blocks), w));
  CHECK(equal(to_tensor(lacuna::to_n_m<4, 4>(dense)), w));
  CHECK(equal(to_tensor(lacuna::to_n_m<4, 4, 8>(dense)), w));
}

TEST_CASE("channels are innermost", "[format][filter]") {
  tensor<float> w({1, 3, 2, 2});
  w(0, 2, 1, 0) = 5;  // tap 2, channel 2
  CHECK(to_filter(w).matrix(0, 2 * 3 + 2) == 5);
}

TEST_CASE("a matrix of the wrong width is no filter", "[format][filter]") {
  auto f = to_filter(test::random_tensor<float>({2, 3, 2, 2}));
  f.kernel_h = 3;
  CHECK_THROWS_WITH(expect_consistent(f),
                    "filter (2, 3, 3, 2) takes a matrix of (2, 18), got (2, 12)");
  CHECK_THROWS_AS(to_filter(tensor<float>({2, 3, 0, 1})), lacuna::shape_error);
}

}  // namespace filter_test
