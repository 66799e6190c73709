// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// A series for every layer of a network that keeps 90 % of its quality: the published search and a
// better one. Quality here is how near the logits stay, 1 - ||y - y'|| / ||y||, on random images;
// lacuna-tasder asks for the accuracy on real ones.
#include <cstdio>

#include <lacuna/network/models/fashion_cnn.hpp>
#include <lacuna/network/series.hpp>

using namespace lacuna;

int main() {
  const auto net = network::fashion_cnn(1);
  random_source random(2);
  tensor<float> images({64, 1, 28, 28});
  for (float& v : images) v = static_cast<float>(random.normal());
  const auto logits = [&](const network::graph<float>& g) {
    const tensor<float> y = network::dense_inference(g)(images);
    return Eigen::VectorXf(Eigen::Map<const Eigen::VectorXf>(y.data(), y.size()));
  };
  const Eigen::VectorXf exact = logits(net);

  const auto menu = tasd_m8_menu();  // dense, 1:8, 2:8, 2:8+1:8, 4:8, 4:8+1:8, 4:8+2:8
  const auto nodes = network::compressible_nodes(net);
  const search_space space = weight_space(net, nodes, menu);
  const auto nearness = [&](const selection& s) {
    const Eigen::VectorXf y = logits(with_weight_series(net, nodes, menu, s));
    return 1.0 - static_cast<double>((y - exact).norm() / exact.norm());
  };

  search_options options;
  options.least_quality = 0.9;
  const auto published = search_greedy(space, nearness, options);
  const auto better = search_by_sensitivity(space, nearness, options);
  for (const auto& [name, r] : {std::pair{"published", published}, {"by sensitivity", better}}) {
    std::printf("%s: %.1f %% of the work, quality %.3f, %zu steps\n ", name, 100 * r.cost,
                r.quality, r.steps.size());
    for (std::size_t l = 0; l < nodes.size(); ++l) {
      std::printf(" %s %s", space.layers[l].name.c_str(), to_string(menu[r.chosen[l]]).c_str());
    }
    std::printf("\n");
  }
  return published.quality >= 0.9 && better.quality >= 0.9 ? 0 : 1;
}
