// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/op/rolling_rows.hpp, and window_columns where it holds some rows alone
#include <lacuna/kernel/reference/conv2d.hpp>
#include <lacuna/op/conv2d.hpp>
#include <lacuna/op/rolling_rows.hpp>

#include <algorithm>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"

namespace rolling_rows_test {

using lacuna::conv2d, lacuna::conv_window, lacuna::extents4, lacuna::index_t, lacuna::tensor;
using lacuna::detail::rolling_rows, lacuna::detail::rolling_rows_of;

namespace {

const conv_window three_by_three{3, 3, lacuna::extents2(1), lacuna::padding2(1),
                                 lacuna::extents2(1)};

template <class Arch, class T>
void expect_reference(const conv2d<lacuna::block_csr<T, 8, 8>, lacuna::no_epilogue, Arch>& conv,
                      const lacuna::filter<lacuna::block_csr<T, 8, 8>>& w, const tensor<T>& x) {
  tensor<lacuna::accumulator_t<T>> expected(conv.output_extents(x.extents()));
  lacuna::kernel::reference::conv2d(w, conv.window(), x, expected);
  tensor<lacuna::accumulator_t<T>> y(expected.extents());
  conv(x, y);
  CHECK(std::equal(y.begin(), y.end(), expected.begin()));
  conv(x, y, lacuna::thread_pool(3));
  CHECK(std::equal(y.begin(), y.end(), expected.begin()));
}

}  // namespace

TEST_CASE("rows are copied where planes take whole turns of the first level and pay for it",
          "[op][conv2d]") {
  const extents4 in{1, 64, 64, 64};
  const rolling_rows rows = rolling_rows_of<float>(in, three_by_three, 36);
  CHECK(rows.count == 48);
  CHECK(rows.plane >= rows.count * in.w);
  CHECK(rows.plane * 4 % 4096 == 5 * 64);

  CHECK(rolling_rows_of<float>({1, 512, 64, 64}, three_by_three, 36).count == 10);
  CHECK(rolling_rows_of<float>({1, 64, 8, 128}, three_by_three, 36).count == 8);
  CHECK(rolling_rows_of<double>({1, 64, 16, 32}, three_by_three, 36).count == 16);

  CHECK(rolling_rows_of<float>(in, three_by_three, 31).count == 0);
  CHECK(rolling_rows_of<float>({1, 31, 64, 64}, three_by_three, 36).count == 0);
  CHECK(rolling_rows_of<float>({1, 64, 56, 56}, three_by_three, 36).count == 0);
  CHECK(rolling_rows_of<float>({1, 64, 0, 64}, three_by_three, 36).count == 0);
  CHECK(rolling_rows_of<float>(in, {1, 1, {1}, {0}, {1}}, 36).count == 0);
  CHECK(rolling_rows_of<float>(in, {3, 3, {2}, {1}, {1}}, 36).count == 0);
}

TEST_CASE("a reader that holds some rows at a time reads what the image has", "[op][conv2d]") {
  using arch = xsimd::default_arch;
  const extents4 in{2, 5, 13, 16};
  const auto x = test::random_tensor<float>(in);
  const auto which = GENERATE(as<std::size_t>(), 0, 1, 2);
  const auto more = GENERATE(as<index_t>(), 0, 1, 3);
  const conv_window windows[] = {
      three_by_three, {5, 1, {1}, {2, 0, 2, 0}, {1}}, {3, 3, {1}, {2}, {2}}};
  const conv_window& window = windows[which];
  const index_t held = 20 / in.w + 2 + (window.kernel_h - 1) * window.dilation.h + more;
  const rolling_rows rolling{held, held * in.w + 3};
  const lacuna::detail::window_columns<float, float> columns(as_view(x), window, {}, false,
                                                             rolling);
  REQUIRE(columns.is_laid_out());
  decltype(columns)::reader reader(columns, nullptr);
  const auto expect_columns = [&](index_t image, index_t col, index_t count) {
    const auto read = reader.template read<arch>(image, col, count, columns.cols());
    bool equal = true;
    for (index_t k = 0; k < window.kernel_h * window.kernel_w * in.c; ++k) {
      const index_t tap = k / in.c;
      for (index_t j = col; j < col + count; ++j) {
        const index_t row = window.in_y(j / in.w, tap / window.kernel_w);
        const index_t column = window.in_x(j % in.w, tap % window.kernel_w);
        if (row < 0 || row >= in.h || column < 0 || column >= in.w) continue;
        equal = equal && read.x[read.offsets[k] + j - col] == x(image, k % in.c, row, column);
      }
    }
    CAPTURE(image, col, count, held);
    CHECK(equal);
  };
  for (index_t image = 0; image < in.n; ++image) {
    for (index_t col = 0; col < columns.cols(); col += 20) {
      expect_columns(image, col, std::min<index_t>(20, columns.cols() - col));
    }
  }
  // Strips that another thread left.
  expect_columns(0, 140, 20);
  expect_columns(0, 40, 20);
  expect_columns(1, 60, 20);
}

TEST_CASE("convolutions of images that are copied by rows equal the reference", "[op][conv2d]") {
  using arch = xsimd::default_arch;
  const auto run = [&](auto zero, index_t channels) {
    using T = decltype(zero);
    const auto filters = lacuna::to_filter(test::random_tensor<T>({32, channels, 3, 3}));
    const auto w = lacuna::to_block_csr<8, 8>(filters);
    const conv2d<lacuna::block_csr<T, 8, 8>, lacuna::no_epilogue, arch> conv(w, {.padding = 1});
    expect_reference(conv, w, test::random_tensor<T>({2, channels, 16, 64}));
  };
  run(float{}, 32);
  run(std::int8_t{}, 128);
  run(lacuna::bfloat16{}, 64);
}

}  // namespace rolling_rows_test
