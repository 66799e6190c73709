// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/network/row_bands.hpp, and inference where it runs in bands
#include <lacuna/network/inference.hpp>
#include <lacuna/network/row_bands.hpp>
#include <lacuna/network/run.hpp>

#include <string>
#include <vector>

#include "network/random_graph.hpp"
#include "support/catch.hpp"

namespace row_bands_test {

using namespace lacuna;

namespace {

std::vector<network::banded_steps> bands_of(const network::graph<float>& g) {
  const auto steps = network::plan_steps(g);
  std::vector<std::size_t> step_of(g.nodes().size());
  for (std::size_t s = 0; s < steps.size(); ++s) step_of[steps[s].result] = s;
  std::vector<std::vector<std::size_t>> inputs;
  for (const auto& s : steps) {
    inputs.emplace_back();
    for (const auto in : s.inputs) inputs.back().push_back(step_of[in]);
  }
  return network::plan_bands(g, steps, inputs);
}

/// Two convolutions with 3x3 taps and a relu each, and a pool: VGG-16's first.
network::graph<float> two_and_a_pool(extents4 image, index_t channels) {
  network::builder<float> b(image, 3);
  auto x = b.relu("relu1", b.conv("conv1", 0, channels, {3, 1, 1, true}));
  x = b.relu("relu2", b.conv("conv2", x, channels, {3, 1, 1, true}));
  b.linear("fc", b.global_average_pool("mean", b.max_pool("pool", x, {2, 2, 0})), 5);
  auto g = std::move(b).take();
  lacuna_test::randomise(g);
  return g;
}

/// The network compiled for a pattern gives what the graph computes, the same bits for any number
/// of threads.
void expect_right(network::graph<float> g, index_t images, const std::string& text = "dense") {
  const pattern p = parse_pattern(text);
  lacuna_test::prune_all(g, p);
  auto extents = g.image_extents();
  extents.n = images;
  const auto x = lacuna_test::random_images(extents);
  const auto expected = network::dense_inference(g)(x);
  network::inference net(g, [&](const auto&) { return p; });
  const auto y = net(x);
  for (index_t i = 0; i < y.size(); ++i) {
    REQUIRE(y.data()[i] == Approx(expected.data()[i]).epsilon(1e-4).margin(1e-3));
  }
  for (const int threads : {2, 5}) {
    tensor<float> threaded(y.extents());
    net(x, threaded, thread_pool(threads));
    REQUIRE(std::equal(y.begin(), y.end(), threaded.begin()));
  }
}

}  // namespace

TEST_CASE("a window restricted to some rows sees what it sees of the image", "[network][bands]") {
  const auto window =
      GENERATE(conv_window{3, 3, 1, 1}, conv_window{3, 3, 2, 1}, conv_window{2, 2, 2, 0},
               conv_window{3, 1, 2, padding2{0, 0, 2, 0}}, conv_window{1, 1, 3, 0},
               conv_window{5, 1, 1, 2}, conv_window{3, 3, 1, 2, 2}, conv_window{7, 7, 2, 3});
  const auto h = GENERATE(as<index_t>(), 1, 2, 5, 13);
  const index_t rows = window.out_h(h);
  for (index_t first = 0; first < rows; ++first) {
    for (index_t last = first + 1; last <= rows; ++last) {
      const auto part = network::restrict_to({first, last}, window, h);
      REQUIRE(0 <= part.in.first);
      REQUIRE(part.in.last <= h);
      REQUIRE(part.window.out_h(part.in.size()) == last - first);
      for (index_t y = first; y < last; ++y) {
        for (index_t ty = 0; ty < window.kernel_h; ++ty) {
          const index_t in = window.in_y(y, ty);
          const index_t in_part = part.window.in_y(y - first, ty);
          const bool is_seen = in >= 0 && in < h;
          REQUIRE(is_seen == (in_part >= 0 && in_part < part.in.size()));
          if (is_seen) REQUIRE(in_part + part.in.first == in);
        }
      }
    }
  }
}

TEST_CASE("a pool and the convolutions before it whose results are far run in bands",
          "[network][bands]") {
  const auto bands = bands_of(two_and_a_pool({1, 3, 224, 224}, 64));
  REQUIRE(bands.size() == 1);
  CHECK(bands[0].first == 1);
  CHECK(bands[0].last == 3);
  CHECK(bands[0].bands == 14);  // (18 + 16) rows of 64 x 224 floats: 1.9 MB

  CHECK(bands_of(two_and_a_pool({1, 3, 112, 112}, 128)).empty());  // 6.4 MB
  CHECK(bands_of(two_and_a_pool({1, 3, 3, 262144}, 4)).empty());   // one row
}

TEST_CASE("what someone else reads, residual sums and tall windows end a run of bands",
          "[network][bands]") {
  const auto which = GENERATE(0, 1, 2, 3);
  CAPTURE(which);
  using options = network::builder<float>::window_options;
  network::builder<float> b({1, 3, 256, 256}, 3);
  const auto first = b.conv("first", 0, 32, {3, 1, 1});
  const auto window = which == 3 ? options{21, 1, 10} : options{3, 1, 1};
  auto x = b.conv("second", first, 32, window);
  if (which == 1) x = b.add("sum", x, first);
  const auto pool = b.max_pool("pool", x, {2, 2, 0});
  if (which == 2) b.add("late", b.conv("strided", x, 32, {2, 2, 0}), pool);
  const auto bands = bands_of(std::move(b).take());
  if (which == 1 || which == 2) {
    CHECK(bands.empty());
  } else {
    REQUIRE(bands.size() == 1);
    CHECK(bands[0].first == (which == 3 ? 2 : 1));  // 20 rows more for every 22
    CHECK(bands[0].last == 3);
  }
}

TEST_CASE("networks in bands give what the graph computes", "[network][bands]") {
  SECTION("two convolutions on an odd image, of which the pool leaves a row and a column out") {
    const auto g = two_and_a_pool({1, 3, 253, 251}, 34);
    REQUIRE(bands_of(g).size() == 1);
    expect_right(g, 1, GENERATE("dense", "8x8", "2:4", "unstructured"));
  }
  SECTION("on images that other layers wrote, with pools that overlap and are padded") {
    const auto is_mean = GENERATE(false, true);
    network::builder<float> b({1, 3, 250, 257}, 3);
    const auto image = b.relu("relu", 0);
    const auto c = b.conv("conv", image, 33, {3, 1, 1});
    const auto x =
        is_mean ? b.average_pool("pool", c, {3, 2, 1}) : b.max_pool("pool", c, {3, 2, 1});
    b.linear("fc", b.global_average_pool("mean", b.relu("last", x)), 5);
    const auto g = std::move(b).take();
    REQUIRE(bands_of(g).size() == 1);
    expect_right(g, 2);
  }
  SECTION("as the last layers of a network") {
    network::builder<float> b({1, 3, 500, 262}, 3);
    b.max_pool("pool", b.conv("conv", 0, 17, {3, 1, 1}), {2, 2, 0});
    const auto g = std::move(b).take();
    REQUIRE(bands_of(g).size() == 1);
    expect_right(g, 1);
  }
}

TEST_CASE("an observer hears of layers in bands once, by the last", "[network][bands]") {
  const auto g = two_and_a_pool({1, 3, 224, 224}, 48);
  network::inference net(g, [](const auto&) { return dense_pattern{}; });
  std::vector<std::string> heard;
  net.observe([&](const std::string& layer) { heard.push_back(layer); });
  static_cast<void>(net(tensor<float>(g.image_extents())));
  CHECK(heard == std::vector<std::string>{"pool", "mean", "fc"});
}

}  // namespace row_bands_test
