// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/kernel/simd.
#include <lacuna/kernel/reference/spmm.hpp>
#include <lacuna/kernel/simd/deinterleave.hpp>
#include <lacuna/kernel/simd/gemv_panels.hpp>
#include <lacuna/kernel/simd/spmm_panels.hpp>
#include <lacuna/prune/prune.hpp>

#include <cmath>
#include <numeric>
#include <type_traits>
#include <vector>

#include "support/architectures.hpp"
#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace spmm_panels_test {

using lacuna::as_view, lacuna::dense_matrix, lacuna::index_t;
namespace kernel = lacuna::kernel;

namespace {
constexpr auto identity = [](index_t k) { return k; };
constexpr float untouched = -77.0F;

/// Panels first ... last - 1 times the first `cols` columns of x, rows `ldx` apart, to y.
template <class Arch, class Panels>
void run(const Panels& w, index_t first, index_t last, const float* x, index_t ldx, index_t cols,
         bool prefetch, dense_matrix<float>& y) {
  std::vector<std::int32_t> offsets;
  for (index_t k = 0; k < w.depth; ++k) offsets.push_back(static_cast<std::int32_t>(k * ldx));
  const kernel::simd::strip<float> strip{x, ldx, offsets.data(), cols, prefetch, y.data(), y.cols(),
                                         0, 0,   nullptr};
  kernel::simd::spmm_panels<Arch>(w, first, last, strip, lacuna::no_epilogue{});
}
}  // namespace

TEMPLATE_LIST_TEST_CASE("any portion of the output is the reference's, and nothing else is written",
                        "[kernel][simd]", test::architectures) {
  constexpr index_t rows = kernel::simd::tile_rows<TestType>(8);
  constexpr index_t width = kernel::simd::strip_width<float, TestType, rows>;
  const index_t m = 21;
  const auto k = GENERATE(as<index_t>(), 19, 24);  // entries by one, in runs
  const auto w = test::random_blocks<float>(m, k, 8, 8, 0.3);
  auto panels = kernel::pack_panels<rows>(lacuna::to_block_csr<8, 8>(w), k, identity);
  kernel::find_runs(panels);
  kernel::end_positions(panels);
  REQUIRE(panels.in_runs == (k == 24));
  // Up to one column more than the tile is wide, where batches are as wide as panels are high, and
  // room for whole vectors.
  constexpr index_t few = kernel::simd::few_columns<kernel::panels<float, rows>>;
  const index_t widest = width + std::min<index_t>(few, 1);
  const auto x = test::random_matrix<float>(k, width + 16);
  const dense_matrix<float> expected = w * x;

  for (index_t first = 0; first <= panels.count(); ++first) {
    for (index_t last = first; last <= panels.count(); ++last) {
      for (index_t cols = 1; cols <= widest; ++cols) {
        dense_matrix<float> y = dense_matrix<float>::Constant(m, widest, untouched);
        run<TestType>(panels, first, last, x.data(), x.cols(), cols, (first + last) % 2 == 0, y);
        const index_t from = std::min(m, first * rows);
        const index_t to = std::min(m, last * rows);
        dense_matrix<float> wanted = dense_matrix<float>::Constant(m, widest, untouched);
        wanted.block(from, 0, to - from, cols) = expected.block(from, 0, to - from, cols);
        REQUIRE(y == wanted);
      }
    }
  }
}

TEMPLATE_LIST_TEST_CASE("entries in runs give bit-identical sums one by one", "[kernel][simd]",
                        test::architectures) {
  constexpr index_t rows = kernel::simd::tile_rows<TestType>(8);
  constexpr index_t width = kernel::simd::strip_width<float, TestType, rows>;
  const auto keep = GENERATE(0.0, 0.125, 0.5, 1.0);
  const dense_matrix<float> w = dense_matrix<float>::Random(32, 200);
  const dense_matrix<float> x = dense_matrix<float>::Random(200, width + 8);
  auto panels = kernel::pack_panels<rows>(lacuna::prune_blocks<8, 8>(w, lacuna::keep{keep}),
                                          w.cols(), identity);
  kernel::end_positions(panels);
  const auto product = [&] {
    dense_matrix<float> y(32, width);
    run<TestType>(panels, 0, panels.count(), x.data() + 3, x.cols(), width, false, y);
    return y;
  };
  const dense_matrix<float> one_by_one = product();
  kernel::find_runs(panels);
  REQUIRE(panels.in_runs);
  CHECK(product() == one_by_one);
}

TEMPLATE_LIST_TEST_CASE("sums are of fused multiply-adds in the order of entries", "[kernel][simd]",
                        test::architectures) {
  if constexpr (std::is_base_of_v<xsimd::avx512f, TestType> ||
                std::is_same_v<xsimd::fma3<xsimd::avx2>, TestType>) {
    constexpr index_t rows = kernel::simd::tile_rows<TestType>(8);
    constexpr index_t width = kernel::simd::strip_width<float, TestType, rows>;
    const index_t depth = 72;
    const dense_matrix<float> x = dense_matrix<float>::Random(depth, width + 8);
    const auto expect_fused = [&](const auto& w) {
      auto panels = kernel::pack_panels<rows>(w, depth, identity);
      kernel::ready_for_tiles(panels, 1);
      dense_matrix<float> y(32, width);
      run<TestType>(panels, 0, panels.count(), x.data() + 3, x.cols(), width, false, y);
      dense_matrix<float> expected = dense_matrix<float>::Zero(32, width);
      for (index_t p = 0; p < panels.count(); ++p) {
        const index_t first = panels.offsets[static_cast<std::size_t>(p)];
        const index_t last = panels.offsets[static_cast<std::size_t>(p) + 1];
        for (index_t e = first; e < last; ++e) {
          for (index_t r = 0; r < rows; ++r) {
            const float value = panels.values[static_cast<std::size_t>(e * rows + r)];
            for (index_t j = 0; j < width; ++j) {
              float& sum = expected(p * rows + r, j);
              sum = std::fma(value, x(panels.positions(p)[e - first], 3 + j), sum);
            }
          }
        }
      }
      CHECK(y == expected);
    };
    const dense_matrix<float> w = dense_matrix<float>::Random(32, depth);
    for (const double keep : {0.0, 0.125, 0.3, 0.5, 1.0}) {
      CAPTURE(keep, TestType::name());
      expect_fused(lacuna::prune_blocks<8, 8>(w, lacuna::keep{keep}));
      expect_fused(lacuna::prune_blocks<8, 1>(w, lacuna::keep{keep}));
    }
  }
}

TEMPLATE_LIST_TEST_CASE("a strip and a column of long panels in runs is the reference's",
                        "[kernel][simd]", test::architectures) {
  constexpr index_t rows = kernel::simd::tile_rows<TestType>(8);
  constexpr index_t width = kernel::simd::strip_width<float, TestType, rows>;
  constexpr index_t few = kernel::simd::few_columns<kernel::panels<float, rows>>;
  constexpr index_t cols = width + std::min<index_t>(few, 1);
  // Shorter than the parts that the column is added by, as long, and longer.
  const auto k = GENERATE(as<index_t>(), 8, 120, 128, 136, 520);
  const auto w = test::random_blocks<float>(13, k, 8, 8, 0.9);
  auto panels = kernel::pack_panels<rows>(lacuna::to_block_csr<8, 8>(w), k, identity);
  kernel::find_runs(panels);
  kernel::end_positions(panels);
  REQUIRE(panels.in_runs);
  const auto x = test::random_matrix<float>(k, width + 16);
  dense_matrix<float> y(13, cols);
  run<TestType>(panels, 0, panels.count(), x.data(), x.cols(), cols, false, y);
  CHECK(y == w * x.leftCols(cols));
}

TEMPLATE_LIST_TEST_CASE("matrix-vector kernels of every panel height agree with the reference",
                        "[kernel][simd]", test::architectures) {
  const auto m = GENERATE(as<index_t>(), 0, 1, 7, 8, 9, 23);
  const auto k = GENERATE(as<index_t>(), 0, 1, 3, 16, 37);
  CAPTURE(m, k);
  const auto w = test::random_blocks<float>(m, k, 8, 1, 0.5);
  const auto x = test::random_matrix<float>(k, 1);
  const dense_matrix<float> expected = w * x;

  const auto expect_equal = [&](const auto& panels) {
    const index_t stride = 3;
    std::vector<float> y(static_cast<std::size_t>(m * stride + 1), untouched);
    kernel::simd::gemv_panels<TestType>(panels, 0, panels.count(), x.data(), y.data(), stride,
                                        lacuna::no_epilogue{});
    for (index_t i = 0; i < m * stride + 1; ++i) {
      const bool written = i % stride == 0 && i / stride < m;
      REQUIRE(y[static_cast<std::size_t>(i)] == (written ? expected(i / stride, 0) : untouched));
    }
  };
  const auto blocks = lacuna::to_block_csr<8, 1>(w);
  expect_equal(kernel::pack_panels<8>(blocks, k, identity));
  expect_equal(kernel::pack_panels<4>(blocks, k, identity));
  expect_equal(kernel::pack_panels<2>(blocks, k, identity));
  expect_equal(kernel::pack_panels<1>(blocks, k, identity));
  expect_equal(kernel::pack_panels<3>(lacuna::to_block_csr<3, 2>(w), k, identity));
  expect_equal(kernel::pack_panels<16>(lacuna::to_block_csr<16, 2>(w), k, identity));
}

TEMPLATE_LIST_TEST_CASE("multiply_add rounds once where the instruction set can", "[kernel][simd]",
                        test::architectures) {
  using B = xsimd::batch<float, TestType>;
  // (1 + e)(1 - e) - 1 = -e^2 exactly, and 0 when the product is rounded first.
  const float e = 0x1p-13F;
  volatile float big = 1.0F + e;  // volatile: keeps the compiler from folding the answer
  volatile float small = 1.0F - e;
  const B r = kernel::simd::multiply_add(B(big), B(small), B(-1.0F));
  const bool fused = !std::is_same_v<TestType, xsimd::sse2>;
  if (fused)
    CHECK(r.get(0) == -e * e);
  else
    CHECK((r.get(0) == 0.0F || r.get(0) == -e * e));  // a compiler may contract the pair
}

TEMPLATE_LIST_TEST_CASE("partial loads and stores touch only their lanes", "[kernel][simd]",
                        test::architectures) {
  using B = xsimd::batch<float, TestType>;
  const auto size = static_cast<index_t>(B::size);
  for (index_t count = 0; count <= size; ++count) {
    std::vector<float> from(static_cast<std::size_t>(count), 5.0F);  // ASan guards its end
    const B b = kernel::simd::load_partial<B>(from.data(), count);
    std::vector<float> to(static_cast<std::size_t>(size), untouched);
    kernel::simd::store_partial(b, to.data(), count);
    for (index_t j = 0; j < size; ++j) {
      CHECK(to[static_cast<std::size_t>(j)] == (j < count ? 5.0F : untouched));
      CHECK(b.get(static_cast<std::size_t>(j)) == (j < count ? 5.0F : 0.0F));
    }
    for (index_t at = 0; at + count <= size; ++at) {
      const B replaced = kernel::simd::replace_lanes(B(1.0F), from.data(), at, count);
      for (index_t j = 0; j < size; ++j) {
        const bool inside = at <= j && j < at + count;
        CHECK(replaced.get(static_cast<std::size_t>(j)) == (inside ? 5.0F : 1.0F));
      }
    }
  }
}

TEMPLATE_LIST_TEST_CASE("every second lane of two vectors makes one", "[kernel][simd]",
                        test::architectures) {
  using B = xsimd::batch<float, TestType>;
  std::vector<float> numbers(2 * B::size);
  std::iota(numbers.begin(), numbers.end(), 0.0F);
  const B even = kernel::simd::even_lanes(B::load_unaligned(numbers.data()),
                                          B::load_unaligned(numbers.data() + B::size));
  for (std::size_t j = 0; j < B::size; ++j) CHECK(even.get(j) == numbers[2 * j]);
}

}  // namespace spmm_panels_test
