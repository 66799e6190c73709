// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/hardware/aie2/kernels/conv.hpp, against the library's reference.
#include <cstdint>
#include <random>

#include <lacuna/hardware/aie2/core/check_schedule.hpp>
#include <lacuna/hardware/aie2/kernels/conv.hpp>
#include <lacuna/kernel/reference/conv2d.hpp>

#include "support/catch.hpp"

using namespace lacuna;
using namespace lacuna::hardware::aie2;

namespace {

const device npu = phoenix();
using sparse_filter = filter<block_csr<std::int8_t, 8, 8>>;

struct layer {
  tensor<std::int8_t> x;
  sparse_filter w;
  conv_window window;
};

layer random_layer(extents4 filters, extents2 image, conv_window window, int keep) {
  std::mt19937 g(static_cast<unsigned>(keep + filters.n));
  std::uniform_int_distribution<int> d(-20, 20);
  layer l{tensor<std::int8_t>({1, filters.c, image.h, image.w}), {}, window};
  tensor<std::int8_t> weights(filters);
  for (auto& v : l.x) v = static_cast<std::int8_t>(d(g));
  for (auto& v : weights) v = static_cast<std::int8_t>(d(g));
  const auto dense = lacuna::detail::pad_channels(to_filter(weights), 8);
  l.w = {to_block_csr_where<8, 8>(
             dense, [&](index_t, index_t) { return static_cast<int>(g() % 100) < keep; }),
         filters.c, filters.h, filters.w};
  l.window.kernel_h = filters.h;
  l.window.kernel_w = filters.w;
  return l;
}

void check_layer(const layer& l) {
  conv_kernel_options o;
  o.shift = 5;
  const srs_control control{rounding::conv_even, saturation::saturate};
  const conv_result got = run_conv(npu, l.w, l.window, l.x, o, control);
  tensor<std::int32_t> want(got.y.extents());
  kernel::reference::conv2d(l.w, l.window, l.x, want);
  index_t wrong = 0;
  const extents4 e = want.extents();
  for (index_t c = 0; c < e.c; ++c) {
    for (index_t i = 0; i < e.h; ++i) {
      for (index_t j = 0; j < e.w; ++j) {
        wrong += got.y(0, c, i, j) != srs<std::int8_t>(want(0, c, i, j), 5, control) ? 1 : 0;
      }
    }
  }
  CHECK(wrong == 0);
  CHECK(got.run.bank_stalls == 0);
}

}  // namespace

TEST_CASE("convolutions are exact for kernel, stride, padding and dilation", "[aie2][conv]") {
  const int keep = GENERATE(0, 50, 100);
  conv_window w;
  SECTION("1x1") { check_layer(random_layer({16, 16, 1, 1}, {7, 9}, w, keep)); }
  SECTION("3x3, padded") {
    w.padding = 1;
    check_layer(random_layer({16, 8, 3, 3}, {7, 7}, w, keep));
  }
  SECTION("3x3, stride 2, odd channels") {
    w.padding = 1;
    w.stride = 2;
    check_layer(random_layer({9, 11, 3, 3}, {9, 13}, w, keep));
  }
  SECTION("7x7, stride 2, three channels") {
    w.padding = 3;
    w.stride = 2;
    check_layer(random_layer({8, 3, 7, 7}, {16, 16}, w, keep));
  }
  SECTION("3x3, dilated by 2, uneven padding, stride only down") {
    w.padding = {1, 2, 0, 1};
    w.dilation = 2;
    w.stride = {2, 1};
    check_layer(random_layer({8, 8, 3, 3}, {10, 11}, w, keep));
  }
  SECTION("a single pixel") { check_layer(random_layer({1, 1, 1, 1}, {1, 1}, w, keep)); }
}

TEST_CASE("half the blocks of a convolution take half the time", "[aie2][conv]") {
  conv_window w;
  w.padding = 1;
  const layer all = random_layer({32, 32, 3, 3}, {14, 14}, w, 100);
  const layer half = random_layer({32, 32, 3, 3}, {14, 14}, w, 50);
  const auto full = run_conv(npu, all.w, all.window, all.x);
  const auto less = run_conv(npu, half.w, half.window, half.x);
  const double bound =
      static_cast<double>(all.w.matrix.blocks()) / static_cast<double>(half.w.matrix.blocks());
  const double speed_up =
      static_cast<double>(full.run.cycles()) / static_cast<double>(less.run.cycles());
  CHECK(speed_up > 0.98 * bound);
  CHECK(speed_up <= bound);
  CHECK(full.run.macs_per_cycle() > 200);
}

TEST_CASE("the schedule of the convolution gives each read its value", "[aie2][conv]") {
  const layout l = make_layout(conv_kernel(9, 3), npu.core);
  CHECK_FALSE(check(l, npu.core));
  CHECK(l.loops.front().loop.schedule.ii <= 10);
}

TEST_CASE("layers that do not meet or do not fit are refused", "[aie2][conv]") {
  conv_window w;
  layer l = random_layer({8, 8, 3, 3}, {8, 8}, w, 100);
  CHECK_THROWS_AS(run_conv(npu, l.w, l.window, tensor<std::int8_t>({1, 9, 8, 8})), shape_error);
  CHECK_THROWS_AS(run_conv(npu, l.w, l.window, tensor<std::int8_t>({2, 8, 8, 8})), shape_error);
  CHECK_THROWS_AS(run_conv(npu, l.w, l.window, tensor<std::int8_t>({1, 8, 2, 2})), shape_error);
  CHECK_THROWS_AS(run_conv(npu, l.w, conv_window{}, l.x), shape_error);
  CHECK_THROWS_WITH(run_conv(npu, l.w, l.window, tensor<std::int8_t>({1, 8, 112, 112})),
                    Catch::Contains("no room"));
}
