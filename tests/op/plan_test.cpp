// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/op/product_work.hpp, plan.hpp and or_dense.hpp.
#include <limits>
#include <sstream>
#include <string>

#include <lacuna/kernel/reference/conv2d.hpp>
#include <lacuna/op/or_dense.hpp>

#include "support/catch.hpp"
#include "support/known_machine.hpp"
#include "support/random_matrix.hpp"

namespace plan_test {

using Catch::Matchers::Contains;
using lacuna::dense_matrix, lacuna::index_t, lacuna::product_work;

namespace {

using from = product_work::columns_from;

index_t columns(const product_work& w) {
  index_t sum = 0;
  for (const auto& [cols, count] : w.strips) sum += cols * count;
  return sum;
}

template <class Arch, class Format>
product_work work_of(const Format& w, index_t cols) {
  return lacuna::detail::matmul_work<Arch>(
      lacuna::kernel::pack<Arch>(w, w.cols(), [](index_t k) { return k; }), cols);
}

const lacuna::machine sparse_pays = test::known_machine(1, 1, 0.1);
const lacuna::machine dense_pays = test::known_machine(1, 1, 1);

}  // namespace

TEST_CASE("strips cover every column once", "[op][plan]") {
  using arch = xsimd::default_arch;
  for (const index_t rows : {0, 1, 8, 9}) {
    for (const index_t cols : {0, 1, 2, 15, 16, 17, 47, 48, 49, 127, 128, 129, 211}) {
      const auto w = test::random_matrix<float>(rows, 5);
      const product_work dense = work_of<arch>(w, cols);
      CHECK(columns(dense) == cols);
      CHECK(columns(work_of<arch>(lacuna::to_block_csr<1, 1>(w), cols)) == cols);
      CHECK(dense.is_vector == (cols == 1));
    }
  }
}

TEST_CASE("an outline of dense rows counts as dense rows do", "[op][plan]") {
  using arch = xsimd::default_arch;
  for (const index_t rows : {0, 1, 7, 8, 9, 130}) {
    for (const index_t depth : {0, 1, 200}) {
      const product_work a = work_of<arch>(dense_matrix<float>::Ones(rows, depth).eval(), 100);
      const product_work b = lacuna::detail::matmul_work<arch>(
          lacuna::detail::dense_outline<arch, float>(rows, depth), 100);
      REQUIRE(a.parts.size() == 1);
      CHECK(a.parts[0].layout == b.parts[0].layout);
      CHECK(a.parts[0].entries == b.parts[0].entries);
      CHECK(a.parts[0].bytes == b.parts[0].bytes);
      CHECK(a.panels == b.panels);
      CHECK(a.strips == b.strips);
      CHECK(a.from == b.from);
    }
  }
}

TEST_CASE("work is counted from what is stored", "[op][plan]") {
  using arch = xsimd::default_arch;
  dense_matrix<float> w = dense_matrix<float>::Ones(16, 24);
  w.block(0, 8, 8, 8).setZero();
  const product_work blocks = work_of<arch>(lacuna::to_block_csr<8, 8>(w), 10);
  constexpr index_t rows = lacuna::kernel::simd::tile_rows<arch>(8);
  CHECK(blocks.parts[0].rows == rows);
  CHECK(blocks.parts[0].entries * static_cast<double>(rows) == 16 * 24 - 64);
  CHECK(blocks.x_bytes == 24 * 10 * 4);
  CHECK(blocks.y_bytes == 16 * 10 * 4);
  CHECK(blocks.density == Approx((16 * 24 - 64) / (16.0 * 24)));
  // Rows of 16 and of 24: pairs share what they can, and every value is counted once.
  const product_work pairs = work_of<arch>(lacuna::to_block_csr<1, 1>(w), 10);
  CHECK(2 * pairs.parts[0].entries + pairs.parts[1].entries == 16 * 24 - 64);
  CHECK(pairs.parts[0].entries == (16 * 24 - 64) / 2);
  CHECK(pairs.panels == 8);
}

TEST_CASE("a convolution's columns come from where its window says", "[op][plan]") {
  using arch = xsimd::default_arch;
  const auto source = [](index_t kernel, index_t stride, index_t padding) {
    const lacuna::conv_window window{kernel, kernel, stride, padding};
    return lacuna::detail::conv2d_work<arch>(
        lacuna::detail::dense_outline<arch, float>(8, kernel * kernel * 4), window, {2, 4, 16, 16});
  };
  const from window = lacuna::kernel::simd::has_lane_masks<float, arch> ? from::masked_window
                                                                        : from::gathered_window;
  CHECK(source(1, 1, 0).from == from::place);
  CHECK(source(3, 1, 1).from == window);
  CHECK(source(3, 1, 1).cut_vectors == 0);
  CHECK(source(3, 1, 0).from == from::planes);
  CHECK(source(3, 2, 1).from == window);
  constexpr auto lanes = static_cast<double>(lacuna::kernel::simd::lanes<float, arch>);
  CHECK(source(3, 2, 1).cut_vectors * lanes == 2 * 4 * 16 * 16);
  CHECK(source(1, 2, 0).from == from::place);
  CHECK(source(1, 2, 0).cut_vectors * lanes == 2 * 4 * 8 * 8);
  CHECK(columns(source(3, 2, 1)) == 2 * 8 * 8);
  CHECK(source(3, 2, 1).row_pixels == 8);
}

TEST_CASE("what tiles take by runs has rates of its own", "[op][plan]") {
  using arch = xsimd::default_arch;
  constexpr index_t rows = lacuna::kernel::simd::tile_rows<arch>(8);
  constexpr bool has_runs =
      lacuna::kernel::simd::detail::takes_runs<arch, lacuna::kernel::panels<float, rows>>;
  const std::string by_runs = lacuna::layout_name<float, rows>(has_runs);
  const std::string one_by_one = lacuna::layout_name<float, rows>();
  dense_matrix<float> w = dense_matrix<float>::Ones(16, 24);
  w.block(0, 8, 8, 8).setZero();
  CHECK(work_of<arch>(lacuna::to_block_csr<8, 8>(w), 100).parts[0].layout == by_runs);
  w.block(0, 2, 8, 1).setZero();
  CHECK(work_of<arch>(lacuna::to_block_csr<8, 1>(w), 100).parts[0].layout == one_by_one);
  // Rows of X in planes lie at no even distances.
  const auto outline = lacuna::detail::dense_outline<arch, float>(8, 9 * 8);
  const auto layout = [&](index_t padding) {
    const lacuna::conv_window window{3, 3, 1, padding};
    return lacuna::detail::conv2d_work<arch>(outline, window, {1, 8, 16, 16}).parts[0].layout;
  };
  CHECK(layout(1) == by_runs);
  CHECK(layout(0) == one_by_one);
}

TEST_CASE("a plan without X predicts nothing", "[op][plan]") {
  const lacuna::matmul layer(lacuna::to_block_csr<8, 8>(test::random_matrix<float>(16, 16)));
  CHECK(!layer.plan().expected.has_value());
  CHECK(layer.plan().reason().empty());
}

TEST_CASE("a plan says which is faster and why", "[op][plan]") {
  const auto half = lacuna::to_n_m<2, 4>(test::random_n_m<float>(16, 16, 2, 4, 1));
  const lacuna::matmul layer(half);
  const auto kept = layer.plan(5, sparse_pays);
  CHECK(kept.expected->speed_up() > 1);
  CHECK_THAT(kept.reason(), Contains("sparse: spmm/n_m:2:4/f32 of 16x16x5 takes 0."));
  const auto refused = layer.plan(5, dense_pays);
  CHECK(refused.expected->speed_up() < 1);
  CHECK_THAT(refused.reason(), Contains("dense: spmm/n_m:2:4/f32 of 16x16x5 would take") &&
                                   Contains("of dense's time"));
  std::ostringstream out;
  out << refused;
  CHECK_THAT(out.str(), Contains("1 strip of 5 columns, X") && Contains(refused.reason()));
}

TEST_CASE("a machine without the layout is refused", "[op][plan]") {
  lacuna::machine m = dense_pays;
  m.tiles.erase("f32:alone");
  const auto half = lacuna::to_n_m<2, 4>(test::random_n_m<float>(16, 16, 2, 4, 1));
  CHECK_THROWS_AS(lacuna::matmul(half).plan(5, m), lacuna::unsupported_error);
  CHECK_THROWS_AS(lacuna::matmul_or_dense(half, 5, lacuna::relu(), m), lacuna::unsupported_error);
}

TEST_CASE("a product runs dense where that is predicted to be faster, with the same result",
          "[op][plan]") {
  const auto w = test::random_n_m<float>(17, 36, 2, 4, 1);
  const auto x = test::random_matrix<float>(36, 21, 2);
  const dense_matrix<float> expected = (w * x).cwiseMax(0);
  const auto half = lacuna::to_n_m<2, 4>(w);
  const auto sparse = lacuna::matmul_or_dense(half, 21, lacuna::relu(), sparse_pays);
  const auto dense = lacuna::matmul_or_dense(half, 21, lacuna::relu(), dense_pays);
  CHECK(!sparse.is_dense());
  CHECK(dense.is_dense());
  CHECK(dense.plan().kernel == "spmm/n_m:2:4/f32");
  for (const auto& layer : {sparse, dense}) {
    CHECK(layer(x) == expected);
    dense_matrix<float> y(17, 21);
    layer(x, y);
    CHECK(y == expected);
    layer(x, y, lacuna::thread_pool(2));
    CHECK(y == expected);
  }
}

TEST_CASE("only dense multiplies an infinity by a zero", "[op][plan]") {
  dense_matrix<float> w = dense_matrix<float>::Zero(1, 4);
  w(0, 1) = 2;
  dense_matrix<float> x = dense_matrix<float>::Ones(4, 3);
  x(0, 0) = std::numeric_limits<float>::infinity();
  const auto csr = lacuna::to_block_csr<1, 1>(w);
  const auto sparse = lacuna::matmul_or_dense(csr, 3, lacuna::no_epilogue{}, sparse_pays);
  const auto dense =
      lacuna::matmul_or_dense(csr, 3, lacuna::no_epilogue{}, test::known_machine(0.01, 0.01, 100));
  REQUIRE(dense.is_dense());
  REQUIRE(!sparse.is_dense());
  CHECK(sparse(x)(0, 0) == 2);
  CHECK(std::isnan(dense(x)(0, 0)));
  CHECK(dense(x)(0, 1) == 2);
}

TEST_CASE("a convolution runs dense where that is predicted to be faster", "[op][plan]") {
  lacuna::tensor<float> weights({9, 6, 3, 3});
  lacuna::random_source random(4);
  for (float& v : weights) v = random.uniform() < 0.5 ? 0.0F : test::small_integer<float>(random);
  lacuna::tensor<float> x({2, 6, 7, 5});
  for (float& v : x) v = test::small_integer<float>(random);
  const auto csr = lacuna::to_block_csr<1, 1>(lacuna::to_filter(weights));
  const lacuna::conv2d_options options{.stride = 2, .padding = 1};
  const auto sparse =
      lacuna::conv2d_or_dense(csr, options, x.extents(), lacuna::relu(), sparse_pays);
  const auto dense = lacuna::conv2d_or_dense(csr, options, x.extents(), lacuna::relu(),
                                             test::known_machine(0.01, 0.01, 100));
  REQUIRE(!sparse.is_dense());
  REQUIRE(dense.is_dense());
  const auto a = sparse(x);
  const auto b = dense(x);
  CHECK(a.extents() == b.extents());
  CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  CHECK(a.extents() == lacuna::extents4{2, 9, 4, 3});
}

}  // namespace plan_test
