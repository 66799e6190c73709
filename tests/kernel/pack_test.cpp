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
        out(n * Rows + r, p.k[static_cast<std::size_t>(e)]) +=
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

TEST_CASE("columns that meet no row of X are left out", "[kernel][pack]") {
  const dense_matrix<float> w = dense_matrix<float>::Ones(8, 4);
  const auto p = kernel::pack_panels<8>(lacuna::to_block_csr<8, 4>(w), 2,
                                        [](index_t k) { return k < 2 ? k : -1; });
  CHECK(p.entries() == 2);
}

TEST_CASE("patches are what a padded image shows through the window", "[kernel][pack]") {
  const auto stride = GENERATE(as<index_t>(), 1, 2, 3);
  const auto padding = GENERATE(as<index_t>(), 0, 1, 4);
  const auto dilation = GENERATE(as<index_t>(), 1, 2);
  const auto width = GENERATE(as<index_t>(), 1, 5, 7);
  CAPTURE(stride, padding, dilation, width);
  const index_t channels = 2;
  const index_t h = 5;
  const lacuna::conv_window window{.kernel_h = 3,
                                   .kernel_w = 2,
                                   .stride = {1, stride},
                                   .padding = {padding, padding + 1, padding, padding},
                                   .dilation = dilation};
  const auto image = test::random_tensor<float>({1, channels, h, width});
  const index_t out_w = window.out_w(width);
  const index_t pixels = out_w * window.out_h(h);

  for (index_t first = 0; first < pixels; first += 5) {
    const index_t count = std::min<index_t>(7, pixels - first);
    const index_t strip_width = 8;
    std::vector<double> strip(static_cast<std::size_t>(6 * channels * strip_width), -99.0);
    kernel::pack_patches<xsimd::default_arch>(image.data(), channels, h, width, window, first,
                                              count, strip_width, strip.data());
    for (index_t row = 0; row < 6 * channels; ++row) {
      for (index_t j = 0; j < strip_width; ++j) {
        const index_t tap = row / channels;
        const index_t y = window.in_y((first + j) / out_w, tap / 2);
        const index_t x = window.in_x((first + j) % out_w, tap % 2);
        const bool inside = j < count && y >= 0 && y < h && x >= 0 && x < width;
        const double expected = inside ? image(0, row % channels, y, x) : 0.0;
        REQUIRE(strip[static_cast<std::size_t>(row * strip_width + j)] == expected);
      }
    }
  }
}

TEMPLATE_LIST_TEST_CASE("shifted patches are the patches, on every instruction set",
                        "[kernel][pack]", test::architectures) {
  const auto kernel_w = GENERATE(as<index_t>(), 1, 3, 5);
  const auto dilation = GENERATE(as<index_t>(), 1, 2);
  const auto side = GENERATE(as<index_t>(), 1, 2, 5, 17, 40);
  CAPTURE(kernel_w, dilation, side);
  const index_t channels = 3;
  const index_t same = dilation * (kernel_w - 1) / 2;
  const lacuna::conv_window window{.kernel_h = 3,
                                   .kernel_w = kernel_w,
                                   .padding = {0, same, 2, same},
                                   .dilation = {1, dilation}};
  REQUIRE(window.out_w(side) == side);
  const auto image = test::random_tensor<float>({1, channels, side, side});
  const index_t pixels = side * window.out_h(side);
  const index_t rows = 3 * kernel_w * channels;
  for (index_t first = 0; first < pixels; first += 48) {
    const index_t count = std::min<index_t>(48, pixels - first);
    std::vector<float> strip(static_cast<std::size_t>(rows * 48), -99.0F);
    std::vector<double> plain(strip.size(), -99.0);  // converted, so by the general way
    kernel::pack_patches<TestType>(image.data(), channels, side, side, window, first, count, 48,
                                   strip.data());
    kernel::pack_patches<TestType>(image.data(), channels, side, side, window, first, count, 48,
                                   plain.data());
    REQUIRE(std::equal(strip.begin(), strip.end(), plain.begin()));
  }
}

TEST_CASE("columns are packed from any storage order and converted", "[kernel][pack]") {
  const Eigen::MatrixXi x = Eigen::MatrixXi::Random(5, 9);  // column-major
  std::vector<float> strip(5 * 4, -1.0F);
  kernel::pack_columns(lacuna::as_view(x), 6, 3, 4, strip.data());
  for (index_t k = 0; k < 5; ++k) {
    for (index_t j = 0; j < 3; ++j) {
      CHECK(strip[static_cast<std::size_t>(k * 4 + j)] == static_cast<float>(x(k, 6 + j)));
    }
    CHECK(strip[static_cast<std::size_t>(k * 4 + 3)] == 0);
  }
}

TEST_CASE("bfloat16 columns are widened exactly, NaN and denormals too", "[kernel][pack]") {
  std::vector<lacuna::bfloat16> from;
  for (std::uint32_t bits = 0; bits < 0x10000U; bits += 37) {
    from.push_back(Eigen::bfloat16_impl::raw_uint16_to_bfloat16(static_cast<std::uint16_t>(bits)));
  }
  const auto count = static_cast<index_t>(from.size());
  std::vector<float> to(from.size());
  kernel::copy_strided(from.data(), 1, count, to.data());
  for (std::size_t j = 0; j < from.size(); ++j) {
    std::uint32_t wide;
    std::memcpy(&wide, &to[j], sizeof(wide));
    REQUIRE(wide == static_cast<std::uint32_t>(from[j].value) << 16U);
  }
}
