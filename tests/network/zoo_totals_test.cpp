// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// Mirrors include/lacuna/network/zoo: what holds without the published tables at hand
#include <cstdint>
#include <lacuna/network/zoo/catalogue.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

namespace zoo_totals_test {

using lacuna::index_t;
namespace network = lacuna::network;

TEST_CASE("every network has its layers, multiply-adds and weights in all", "[network][zoo]") {
  struct totals {
    const char* name;
    std::size_t layers;
    std::int64_t work;
    index_t weights;
  };
  // Sums over the published layer tables; biases and batch norm are no weights here.
  const auto expected = GENERATE(totals{"resnet50", 54, 4'089'184'256, 25'502'912},
                                 totals{"resnet50_v1", 54, 3'857'973'248, 25'502'912},
                                 totals{"vgg16", 16, 15'470'264'320, 138'344'128},
                                 totals{"inception_v3", 95, 5'713'216'096, 23'799'136},
                                 totals{"alexnet", 8, 724'406'816, 60'954'656},
                                 totals{"alexnet_torchvision", 8, 714'188'480, 61'090'496},
                                 totals{"googlenet", 58, 1'582'671'872, 6'990'272},
                                 totals{"mobilenet_v1", 28, 568'740'352, 4'209'088});
  const auto net = network::find_network_shape(expected.name);
  CAPTURE(expected.name);
  CHECK(net.layers.size() == expected.layers);
  CHECK(net.work().count() == expected.work);
  CHECK(net.weights() == expected.weights);
}

TEST_CASE("a bottleneck's layers fit each other and the block before", "[network][zoo]") {
  const auto where = GENERATE(network::resnet_stride::in_1x1, network::resnet_stride::in_3x3);
  const auto net = network::resnet50_shape(where);
  index_t channels = net.layers.front().out;
  index_t side = net.layers.front().out_h() / 2;  // max pooling
  std::size_t blocks = 0;
  for (std::size_t i = 1; i + 1 < net.layers.size(); ++blocks) {
    const auto& a = net.layers[i];
    const auto& b = net.layers[i + 1];
    const auto& c = net.layers[i + 2];
    CAPTURE(a.name);
    CHECK(a.in == channels);
    CHECK(a.h == side);
    CHECK(b.in == a.out);
    CHECK(b.h == a.out_h());
    CHECK(c.in == b.out);
    CHECK(c.h == b.out_h());
    i += 3;
    if (std::string_view(net.layers[i].name).ends_with("_br")) {
      const auto& branch = net.layers[i++];
      CHECK(branch.in == channels);
      CHECK(branch.h == side);
      CHECK(branch.out == c.out);
      CHECK(branch.out_h() == c.out_h());
    }
    channels = c.out;
    side = c.out_h();
  }
  CHECK(blocks == 3 + 4 + 6 + 3);
  CHECK(net.layers.back().in == channels);
}

}  // namespace zoo_totals_test
