// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/kernel/pack.
#include <lacuna/kernel/pack/columns.hpp>
#include <lacuna/kernel/pack/panels.hpp>
#include <lacuna/kernel/pack/patches.hpp>

#include <cstring>
#include <vector>

#include "support/architectures.hpp"
#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace pack_test {

using lacuna::dense_matrix, lacuna::index_t;
namespace kernel = lacuna::kernel;

namespace {

/// The dense matrix that panels stand for.
template <class T, index_t Rows>
dense_matrix<T> unpack(const kernel::panels<T, Rows>& p) {
  dense_matrix<T> out = dense_matrix<T>::Zero(p.count() * Rows, p.depth);
  for (index_t n = 0; n < p.count(); ++n) {
    for (index_t e = p.offsets[static_cast<std::size_t>(n)];
         e < p.offsets[static_cast<std::size_t>(n) + 1]; ++e) {
      for (index_t r = 0; r < Rows; ++r) {
        out(n * Rows + r, p.positions(n)[e - p.offsets[static_cast<std::size_t>(n)]]) +=
            p.values[static_cast<std::size_t>(e * Rows + r)];
      }
    }
  }
  return out;
}

constexpr auto identity = [](index_t k) { return k; };

template <index_t Rows, class Format>
void expect_same_matrix(const Format& format, const dense_matrix<float>& w) {
  const auto p = kernel::pack_panels<Rows>(format, w.cols(), identity);
  const dense_matrix<float> all = unpack(p);
  CHECK(all.topRows(w.rows()) == w);
  CHECK(all.bottomRows(all.rows() - w.rows()).isZero(0));
  for (const auto k : p.k) CHECK((k >= 0 && k < w.cols()));
}

}  // namespace

TEST_CASE("panels hold the matrix, whatever the format and panel height", "[kernel][pack]") {
  const auto rows = GENERATE(as<index_t>(), 0, 1, 7, 8, 9, 31);
  const auto cols = GENERATE(as<index_t>(), 0, 1, 7, 8, 9, 31);
  CAPTURE(rows, cols);
  const auto blocks = test::random_blocks<float>(rows, cols, 8, 8, 0.5);
  expect_same_matrix<8>(lacuna::to_block_csr<8, 8>(blocks), blocks);
  expect_same_matrix<4>(lacuna::to_block_csr<8, 8>(blocks), blocks);
  expect_same_matrix<1>(lacuna::to_block_csr<1, 1>(blocks), blocks);
  expect_same_matrix<4>(dense_matrix<float>(blocks), blocks);
  const auto half = test::random_n_m<float>(rows, cols, 2, 4, 1);
  expect_same_matrix<1>(lacuna::to_n_m<2, 4>(half), half);
  const auto shared = test::random_n_m<float>(rows, cols, 2, 4, 8);
  expect_same_matrix<8>(lacuna::to_n_m<2, 4, 8>(shared), shared);
  expect_same_matrix<2>(lacuna::to_n_m<2, 4, 8>(shared), shared);
}

TEST_CASE("panels that have the same positions keep them once", "[kernel][pack]") {
  const auto rows = GENERATE(as<index_t>(), 0, 1, 8, 9, 24);
  const auto cols = GENERATE(as<index_t>(), 0, 1, 7, 16);
  CAPTURE(rows, cols);
  const auto shared = [](auto p) {
    kernel::share_positions(p);
    return p;
  };
  const auto dense = test::random_matrix<float>(rows, cols, 1);
  const auto once = shared(kernel::pack_panels<8>(dense, cols, identity));
  CHECK(static_cast<index_t>(once.k.size()) == (rows == 0 ? 0 : cols));
  CHECK(unpack(once).topRows(rows) == dense);
  if (rows > 0) CHECK(once.is_dense);
  const auto reversed =
      shared(kernel::pack_panels<8>(dense, cols, [=](index_t k) { return cols - 1 - k; }));
  if (rows > 0) CHECK(reversed.is_dense == (cols <= 1));

  // As many entries in each panel, in other places.
  dense_matrix<float> apart = dense_matrix<float>::Zero(16, 16);
  apart.topLeftCorner(8, 8).setOnes();
  apart.bottomRightCorner(8, 8).setOnes();
  const auto each =
      shared(kernel::pack_panels<8>(lacuna::to_block_csr<8, 8>(apart), apart.cols(), identity));
  CHECK(each.k.size() == 16);
  CHECK(!each.is_dense);
  CHECK(unpack(each) == apart);
}

TEST_CASE("panels know whether their entries come in runs", "[kernel][pack]") {
  const auto in_runs = [](const auto& a, index_t depth, const auto& column) {
    auto p = kernel::pack_panels<4>(a, depth, column);
    kernel::find_runs(p);
    return p.in_runs;
  };
  const auto ones = [](index_t cols) -> dense_matrix<float> {
    return dense_matrix<float>::Ones(8, cols);
  };
  CHECK(in_runs(lacuna::to_block_csr<8, 8>(ones(16)), 16, identity));
  CHECK(in_runs(lacuna::to_block_csr<8, 16>(ones(32)), 32, identity));
  CHECK(in_runs(ones(24), 24, identity));
  CHECK(in_runs(dense_matrix<float>(0, 8), 8, identity));
  CHECK_FALSE(in_runs(lacuna::to_block_csr<8, 8>(ones(20)), 20, identity));  // half a block
  CHECK_FALSE(in_runs(ones(8), 8, [](index_t k) { return 7 - k; }));
  CHECK_FALSE(
      in_runs(lacuna::to_n_m<2, 4, 8>(test::random_n_m<float>(8, 16, 2, 4, 8)), 16, identity));
}

TEST_CASE("columns that meet no row of X are left out", "[kernel][pack]") {
  const dense_matrix<float> w = dense_matrix<float>::Ones(8, 4);
  const auto p = kernel::pack_panels<8>(lacuna::to_block_csr<8, 4>(w), 2,
                                        [](index_t k) { return k < 2 ? k : -1; });
  CHECK(p.entries() == 2);
}

TEMPLATE_LIST_TEST_CASE("patches are what a padded image shows through the window",
                        "[kernel][pack]", test::architectures) {
  const auto stride = GENERATE(lacuna::extents2(1), lacuna::extents2(1, 2), lacuna::extents2(2, 1),
                               lacuna::extents2(3, 3));
  const auto padding = GENERATE(as<index_t>(), 0, 1, 4);
  const auto dilation = GENERATE(as<index_t>(), 1, 2);
  const auto width = GENERATE(as<index_t>(), 1, 5, 7, 40);
  CAPTURE(stride.h, stride.w, padding, dilation, width, TestType::name());
  const index_t channels = 2;
  const index_t h = 5;
  const lacuna::conv_window window{.kernel_h = 3,
                                   .kernel_w = 2,
                                   .stride = stride,
                                   .padding = {padding, padding + 1, padding, padding},
                                   .dilation = dilation};
  const index_t out_w = window.out_w(width);
  const index_t out_h = window.out_h(h);

  const auto expect_patches = [&](auto zero) {
    using T = decltype(zero);
    const T outside(3);
    constexpr index_t lanes = kernel::simd::lanes<T, TestType>;
    const auto image = test::random_tensor<float>({1, channels, h, width});
    const kernel::shifted_planes layout(window, channels, h, width);
    for (index_t first = 0; first < out_h * out_w; first += 5) {
      // As few rows as the pixels need, in planes with room for more: a band of an image.
      const index_t count = std::min<index_t>(37, out_h * out_w - first);
      const index_t band = first / out_w;
      const index_t rows = (first + count - 1) / out_w + 1 - band;
      const index_t room = rows + first % 2;
      std::vector<T> planes(static_cast<std::size_t>(layout.size(room) + lanes + 40), T(-99));
      layout.template pack<TestType>(image.data(), band, rows, room, outside, planes.data());
      const index_t padded = lacuna::round_up(count, lanes);
      std::vector<T> strip(static_cast<std::size_t>(6 * channels * padded), T(-99));
      kernel::pack_patches<TestType>(layout, window, planes.data(), room, first - band * out_w,
                                     padded, strip.data());
      for (index_t row = 0; row < 6 * channels; ++row) {
        for (index_t j = 0; j < count; ++j) {
          const index_t tap = row / channels;
          const index_t y = window.in_y((first + j) / out_w, tap / 2);
          const index_t x = window.in_x((first + j) % out_w, tap % 2);
          const bool inside = y >= 0 && y < h && x >= 0 && x < width;
          const T expected = inside ? static_cast<T>(image(0, row % channels, y, x)) : outside;
          REQUIRE(strip[static_cast<std::size_t>(row * padded + j)] == expected);
        }
      }
    }
  };
  expect_patches(0.0F);
  expect_patches(std::int32_t{0});  // converted, and another vector type
}

TEMPLATE_LIST_TEST_CASE("columns are packed from any storage order and converted", "[kernel][pack]",
                        test::architectures) {
  constexpr index_t lanes = kernel::simd::lanes<float, TestType>;
  const auto count = GENERATE(as<index_t>(), 1, 3, 16, 33);
  const index_t width = lacuna::round_up(count, lanes);
  const auto expect_columns = [&](const auto& x) {
    std::vector<float> strip(static_cast<std::size_t>(5 * width), -1.0F);
    using value = std::remove_cvref_t<decltype(x(0, 0))>;
    kernel::pack_columns<TestType>(lacuna::matrix_view<const value>(lacuna::as_view(x)), 6, count,
                                   width, strip.data());
    for (index_t k = 0; k < 5; ++k) {
      for (index_t j = 0; j < width; ++j) {
        const float expected = j < count ? static_cast<float>(x(k, 6 + j)) : 0.0F;
        REQUIRE(strip[static_cast<std::size_t>(k * width + j)] == expected);
      }
    }
  };
  expect_columns(Eigen::MatrixXi(Eigen::MatrixXi::Random(5, 40)));  // column-major
  expect_columns(Eigen::MatrixXf(Eigen::MatrixXf::Random(5, 40)));  // the same, not converted
  expect_columns(test::random_matrix<float>(5, 40));                // row-major
}

TEST_CASE("bfloat16 columns are widened exactly, NaN and denormals too", "[kernel][pack]") {
  std::vector<lacuna::bfloat16> from;
  for (std::uint32_t bits = 0; bits < 0x10000U; bits += 37) {
    from.push_back(Eigen::bfloat16_impl::raw_uint16_to_bfloat16(static_cast<std::uint16_t>(bits)));
  }
  const auto count = static_cast<index_t>(from.size());
  std::vector<float> to(from.size());
  kernel::copy_strided<xsimd::default_arch>(from.data(), 1, count, to.data());
  for (std::size_t j = 0; j < from.size(); ++j) {
    std::uint32_t wide;
    std::memcpy(&wide, &to[j], sizeof(wide));
    REQUIRE(wide == static_cast<std::uint32_t>(from[j].value) << 16U);
  }
}

}  // namespace pack_test
