// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/train/loss.hpp>

#include "train/gradient_check.hpp"

namespace gradient_test {

using namespace lacuna;
using namespace lacuna_test;

namespace {
struct conv_case {
  extents4 image;
  index_t images, out, kernel_h, kernel_w;
  extents2 stride;
  padding2 padding;
  extents2 dilation;
};
}  // namespace

TEST_CASE("gradients of convolutions are those of finite differences") {
  const auto c =
      GENERATE(conv_case{{1, 3, 5, 7}, 2, 4, 3, 3, 1, 1, 1},  // same size: the shifted path
               conv_case{{1, 2, 7, 7}, 3, 3, 3, 3, 2, 1, 1},  // strided
               conv_case{{1, 2, 6, 5}, 1, 5, 1, 1, 1, 0, 1},  // pointwise
               conv_case{{1, 3, 8, 8}, 2, 2, 1, 1, 2, 0, 1},  // 1x1 that skips pixels
               conv_case{{1, 2, 9, 8}, 2, 3, 5, 3, {2, 3}, {2, 0, 1, 1}, 1},  // uneven everything
               conv_case{{1, 2, 9, 9}, 2, 3, 3, 3, 1, 2, 2},                  // dilated, same size
               conv_case{{1, 1, 3, 3}, 2, 2, 3, 3, 1, 0, 1},                  // one output pixel
               conv_case{{1, 1, 2, 2}, 2, 2, 5, 5, 1, 2, 1},      // window larger than the image
               conv_case{{1, 1, 1, 1}, 1, 1, 3, 3, 1, 1, 1},      // one pixel
               conv_case{{1, 16, 23, 24}, 1, 2, 3, 3, 1, 1, 1});  // several strips of patches
  random_source random(7);
  graph g = graph_with_probe(c.image, random);
  auto layer = random_conv(c.out, c.image.c, c.kernel_h, c.kernel_w, random);
  layer.stride = c.stride;
  layer.padding = c.padding;
  layer.dilation = c.dilation;
  g.append("conv", layer, {1});
  check_gradients(g, c.images, random);
}

TEST_CASE("gradients of linear layers are those of finite differences") {
  const auto image = GENERATE(extents4{1, 5, 1, 1}, extents4{1, 3, 2, 4});
  random_source random(8);
  graph g = graph_with_probe(image, random);
  auto as_conv = random_conv(4, image.size(), 1, 1, random);
  g.append("fc", network::linear<double>{as_conv.weight, as_conv.bias}, {1});
  check_gradients(g, 3, random);
}

TEST_CASE("gradients of batch norm are those of finite differences") {
  random_source random(9);
  graph g = graph_with_probe({1, 3, 4, 5}, random);
  network::batch_norm<double> norm(3);
  for (double& v : norm.scale) v = random.normal();
  for (double& v : norm.shift) v = random.normal();
  g.append("bn", norm, {1});
  check_gradients(g, 4, random);
}

TEST_CASE("gradients of relu and pools are those of finite differences") {
  random_source random(10);
  graph g = graph_with_probe({1, 2, 7, 6}, random);
  SECTION("relu") { g.append("layer", network::relu{}, {1}); }
  SECTION("max pool 2x2") { g.append("layer", network::max_pool{{2, 2, 2}}, {1}); }
  SECTION("overlapping max pool with padding") {
    g.append("layer", network::max_pool{{3, 3, 2, 1}}, {1});
  }
  SECTION("average pool") { g.append("layer", network::average_pool{{2, 3, {2, 1}}}, {1}); }
  SECTION("average pool with padding") {
    g.append("layer", network::average_pool{{3, 3, 1, 1}}, {1});
  }
  SECTION("global average pool") { g.append("layer", network::global_average_pool{}, {1}); }
  check_gradients(g, 3, random);
}

TEST_CASE("gradients add up where activations are read more than once") {
  random_source random(11);
  graph g = graph_with_probe({1, 3, 5, 5}, random);
  auto conv = random_conv(3, 3, 3, 3, random);
  conv.padding = 1;
  const auto a = g.append("a", conv, {1});
  const auto r = g.append("r", network::relu{}, {a});
  const auto p = g.append("p", random_conv(3, 3, 1, 1, random), {r});
  const auto n = g.append("n", network::batch_norm<double>(3), {r});
  const auto s = g.append("s", network::add{}, {p, n});
  const auto t = g.append("t", network::add{}, {s, r});
  const auto twice = g.append("twice", network::add{}, {t, t});
  const auto m = g.append("m", network::max_pool{{3, 3, 1, 1}}, {twice});
  const auto v = g.append("v", network::average_pool{{3, 3, 1, 1}}, {twice});
  const auto u = g.append("u", network::add{}, {m, v});
  auto fc = random_conv(4, 75, 1, 1, random);
  const auto f = g.append("f", network::linear<double>{fc.weight, fc.bias}, {u});
  auto fc2 = random_conv(4, 75, 1, 1, random);
  const auto h = g.append("h", network::linear<double>{fc2.weight, fc2.bias}, {u});
  g.append("out", network::add{}, {f, h});
  check_gradients(g, 2, random);
}

TEST_CASE("the gradient of softmax cross-entropy is that of finite differences") {
  random_source random(12);
  network::feature_map<double> z({3, 5, 1, 1});
  for (index_t i = 0; i < 15; ++i) z.data()[i] = 3 * random.normal();
  const std::vector<std::int32_t> labels{4, 0, 2};
  network::feature_map<double> gradient({3, 5, 1, 1});
  train::softmax_cross_entropy<double>(z, labels, 0.25, &gradient);
  for (index_t i = 0; i < 15; ++i) {
    const double before = z.data()[i];
    z.data()[i] = before + 1e-6;
    const double above = train::softmax_cross_entropy<double>(z, labels).loss;
    z.data()[i] = before - 1e-6;
    const double below = train::softmax_cross_entropy<double>(z, labels).loss;
    z.data()[i] = before;
    REQUIRE(gradient.data()[i] == Approx(0.25 * (above - below) / 2e-6).margin(1e-8));
  }
}

}  // namespace gradient_test
