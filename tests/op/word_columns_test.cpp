// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/op/word_columns.hpp
#include <lacuna/kernel/reference/conv2d.hpp>
#include <lacuna/op/conv2d.hpp>
#include <lacuna/op/matmul.hpp>

#include <algorithm>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace word_columns_test {

using lacuna::bfloat16, lacuna::index_t, lacuna::tensor;

namespace {

template <class T>
using blocks = lacuna::block_csr<T, 8, 8>;

/// 72 channels of images that are more than a second level holds, of a width that strips do not
/// divide.
template <class T>
tensor<T> large_images() {
  return test::random_tensor<T>({2, 72, 1, sizeof(T) == 1 ? 7500 : 3700});
}
template <class T>
lacuna::filter<blocks<T>> filters() {
  return lacuna::to_block_csr<8, 8>(lacuna::to_filter(test::random_tensor<T>({11, 72, 1, 1})));
}

}  // namespace

TEST_CASE("bands pay for far X whose columns threads can share out", "[op][int8]") {
  using arch = xsimd::default_arch;
  const auto w =
      lacuna::kernel::pack<arch>(filters<std::int8_t>().matrix, 72, [](index_t k) { return k; });
  const auto& panels = lacuna::kernel::plain_panels(w);
  const auto pay = [&](index_t rows, index_t cols, index_t threads) {
    const lacuna::detail::word_columns<std::int8_t> x{
        lacuna::as_view<const std::int8_t>(nullptr, rows, cols)};
    return x.template pay_for<arch>(panels, threads);
  };
  const bool can = lacuna::kernel::simd::registers<arch> > 16;
  CHECK(pay(256, 3136, 1) == can);
  CHECK(pay(256, 3136, 2) == can);
  constexpr index_t strip = lacuna::kernel::simd::strip_width<std::int8_t, arch, 8>;
  CHECK(pay(4096, 16 * strip, 2) == can);
  CHECK(pay(4096, 16 * strip - 1, 1) == can);
  CHECK_FALSE(pay(4096, 16 * strip - 1, 2));
  CHECK_FALSE(pay(64, 3136, 1));
  CHECK_FALSE(pay(16384, 384, 1));
  CHECK_FALSE(pay(0, 3136, 1));
}

TEMPLATE_TEST_CASE("images that are interleaved by bands are convolved as the reference does",
                   "[op][int8][bfloat16]", std::int8_t, bfloat16) {
  const auto w = filters<TestType>();
  const auto x = large_images<TestType>();
  const lacuna::conv2d conv(w);
  tensor<lacuna::accumulator_t<TestType>> expected(conv.output_extents(x.extents()));
  lacuna::kernel::reference::conv2d(w, conv.window(), x, expected);
  for (const int threads : {1, 2, 3}) {
    tensor<lacuna::accumulator_t<TestType>> y(expected.extents());
    conv(x, y, lacuna::thread_pool(threads));
    CHECK(std::equal(y.begin(), y.end(), expected.begin()));
  }
}

TEST_CASE("matrices that are interleaved by bands are multiplied as unsigned bytes too",
          "[op][int8]") {
  const auto w = filters<std::int8_t>().matrix;
  lacuna::dense_matrix<std::uint8_t> x(72, 7501);
  lacuna::random_source random(5);
  for (auto& v : x.reshaped()) v = static_cast<std::uint8_t>(random.below(256));
  const lacuna::dense_matrix<std::int32_t> expected =
      lacuna::to_dense(w).cast<std::int32_t>() * x.cast<std::int32_t>();
  CHECK(lacuna::matmul(w)(x) == expected);
}

}  // namespace word_columns_test
