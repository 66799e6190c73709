// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/patches.hpp>

#include <vector>

#include "network/random_graph.hpp"
#include "support/catch.hpp"

namespace patches_test {

using namespace lacuna;
using network::feature_map;

namespace {
feature_map<float> random_map(const extents4& e) {
  feature_map<float> x(e);
  const auto values = lacuna_test::random_images(e);
  network::copy_from_nchw(values.data(), e, x);
  return x;
}

/// What the definition says is at (tap, channel) of output pixel (image, y, x).
float seen(const feature_map<float>& map, const conv_window& w, index_t tap, index_t c,
           index_t image, index_t y, index_t x) {
  const index_t in_y = w.in_y(y, tap / w.kernel_w);
  const index_t in_x = w.in_x(x, tap % w.kernel_w);
  const extents4& e = map.extents();
  const bool inside = in_y >= 0 && in_y < e.h && in_x >= 0 && in_x < e.w;
  return inside ? map.plane(c, image)[in_y * e.w + in_x] : 0.0F;
}
}  // namespace

TEST_CASE("patches are what the window sees, whatever rows are asked for") {
  const auto w = GENERATE(conv_window{3, 3, 1, 1, 1}, conv_window{3, 3, 2, 1, 1},
                          conv_window{1, 1, 2, 0, 1}, conv_window{5, 5, 1, 2, 1},
                          conv_window{3, 3, 1, 2, 2}, conv_window{1, 3, 1, extents2{0, 1}, 1},
                          conv_window{2, 4, {3, 1}, {1, 2, 0, 1}, 1}, conv_window{7, 7, 1, 3, 1});
  const auto e = GENERATE(extents4{3, 2, 5, 4}, extents4{2, 1, 7, 7}, extents4{2, 3, 6, 1});
  const index_t out_h = w.out_h(e.h);
  const index_t out_w = w.out_w(e.w);
  if (out_h < 1 || out_w < 1) return;
  const auto x = random_map(e);
  const index_t all = e.n * out_h;
  for (index_t first = 0; first < all; first += 3) {
    for (const index_t last : {first + 1, std::min(all, first + out_h + 1), all}) {
      const index_t cols = (last - first) * out_w;
      std::vector<float> patches(static_cast<std::size_t>(w.kernel_h * w.kernel_w * e.c * cols),
                                 -1);
      network::gather_patches(x, w, first, last, patches.data());
      bool same = true;
      for (index_t k = 0; k < w.kernel_h * w.kernel_w * e.c; ++k) {
        for (index_t j = 0; j < cols; ++j) {
          const index_t row = first + j / out_w;
          same = same && patches[static_cast<std::size_t>(k * cols + j)] ==
                             seen(x, w, k / e.c, k % e.c, row / out_h, row % out_h, j % out_w);
        }
      }
      REQUIRE(same);
    }
  }
}

TEST_CASE("scattering is the transpose of gathering") {
  const auto w = GENERATE(conv_window{3, 3, 1, 1, 1}, conv_window{3, 3, 2, 1, 1},
                          conv_window{3, 3, 1, 2, 2}, conv_window{2, 2, 3, 0, 1});
  const extents4 e{2, 2, 6, 5};
  const auto x = random_map(e);
  const index_t rows = e.n * w.out_h(e.h);
  const auto size = static_cast<std::size_t>(w.kernel_h * w.kernel_w * e.c * rows * w.out_w(e.w));
  std::vector<float> gathered(size);
  network::gather_patches(x, w, 0, rows, gathered.data());

  random_source random(4);
  std::vector<float> y(size);
  for (float& v : y) v = static_cast<float>(random.normal());
  double left = 0;  // <gather(x), y>
  for (std::size_t i = 0; i < size; ++i) left += static_cast<double>(gathered[i]) * y[i];

  feature_map<float> scattered(e);
  scattered.array().setZero();
  network::scatter_patches(y.data(), w, 0, rows, scattered);
  double right = 0;  // <x, scatter(y)>
  for (index_t i = 0; i < e.size(); ++i) {
    right += static_cast<double>(x.data()[i]) * scattered.data()[i];
  }
  CHECK(left == Approx(right).epsilon(1e-5));
}

}  // namespace patches_test
