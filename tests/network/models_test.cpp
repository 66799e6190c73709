// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/models/fashion_cnn.hpp>
#include <lacuna/network/models/resnet50.hpp>
#include <lacuna/network/models/vgg16.hpp>
#include <lacuna/network/run.hpp>

#include "network/random_graph.hpp"
#include "support/catch.hpp"

namespace models_test {

using namespace lacuna;

TEST_CASE("ResNet-50 has the published parameters and multiply-accumulates") {
  const auto g = network::resnet50();
  CHECK(network::parameter_count(g) == 25'557'032);
  CHECK(network::mac_count(g).count() == 4'089'184'256);
  CHECK(g.output_extents() == extents4{1, 1000, 1, 1});
  const auto find = [&](const std::string& name) {
    for (const auto& n : g.nodes()) {
      if (n.name == name) return n.extents;
    }
    return extents4{};
  };
  CHECK(find("conv1") == extents4{1, 64, 112, 112});
  CHECK(find("layer1.0.conv2") == extents4{1, 64, 56, 56});
  CHECK(find("layer2.0.conv1") == extents4{1, 128, 56, 56});  // strides in conv2: v1.5
  CHECK(find("layer2.0.conv2") == extents4{1, 128, 28, 28});
  CHECK(find("layer4.2.conv3") == extents4{1, 2048, 7, 7});
  CHECK(find("layer3.0.downsample.0") == extents4{1, 1024, 14, 14});

  const auto y = network::dense_inference(g)(lacuna_test::random_images({1, 3, 224, 224}));
  CHECK(y.extents() == extents4{1, 1000, 1, 1});
  double sum = 0;
  for (const float v : y) sum += std::abs(static_cast<double>(v));
  CHECK(std::isfinite(sum));
  CHECK(sum > 1);
}

TEST_CASE("VGG-16 has the published parameters and multiply-accumulates") {
  const auto g = network::vgg16();
  CHECK(network::parameter_count(g) == 138'357'544);
  CHECK(network::mac_count(g).count() == 15'346'630'656 + 123'633'664);
  CHECK(g.nodes().back().name == "classifier.6");
  CHECK(g[31].name == "features.30");
  CHECK(g[31].extents == extents4{1, 512, 7, 7});
}

TEST_CASE("the Fashion-MNIST network is the same for the same seed") {
  const auto x = lacuna_test::random_images({2, 1, 28, 28});
  const auto run = [&](std::uint64_t seed) {
    const auto g = network::fashion_cnn(seed);
    const auto y = network::dense_inference(g)(x);
    return std::vector<float>(y.begin(), y.end());
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
  CHECK(run(1).size() == 20);
}

}  // namespace models_test
