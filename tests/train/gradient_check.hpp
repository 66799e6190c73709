// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <lacuna/core/random.hpp>
#include <lacuna/network/run.hpp>

#include "support/catch.hpp"

namespace lacuna_test {

using lacuna::extents4;
using lacuna::index_t;
using graph = lacuna::network::graph<double>;

/// A convolution with random weights and bias.
inline lacuna::network::conv<double> random_conv(index_t out, index_t in, index_t kernel_h,
                                                 index_t kernel_w, lacuna::random_source& random) {
  lacuna::network::conv<double> c;
  c.weight = {lacuna::dense_matrix<double>(out, kernel_h * kernel_w * in), in, kernel_h, kernel_w};
  for (double& v : c.weight.matrix.reshaped()) v = random.normal();
  for (index_t i = 0; i < out; ++i) c.bias.push_back(random.normal());
  return c;
}

/// A graph whose first layer is a 1x1 convolution: its parameters' gradients are right only if
/// those that flow into the inputs of what follows are.
inline graph graph_with_probe(extents4 image, lacuna::random_source& random) {
  graph g(image);
  g.append("probe", random_conv(image.c, image.c, 1, 1, random), {0});
  return g;
}

/// Compares backward with central differences of sum(weights * output), with random weights, at
/// up to 60 values of each parameter.
inline void check_gradients(graph& g, index_t images, lacuna::random_source& random) {
  extents4 extents = g.image_extents();
  extents.n = images;
  lacuna::tensor<double> x(extents);
  for (double& v : x) v = random.normal();
  lacuna::network::workspace<double> w;

  extents4 out = g.output_extents();
  out.n = images;
  std::vector<double> weights(static_cast<std::size_t>(out.size()));
  for (double& v : weights) v = random.normal();
  const auto objective = [&] {
    const auto& y = lacuna::network::forward_training(g, x.data(), images, w);
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * y.data()[i];
    return sum;
  };

  objective();
  auto& d_out = lacuna::network::output_gradient(g, w);
  std::copy(weights.begin(), weights.end(), d_out.data());
  std::vector<double> gradient(static_cast<std::size_t>(lacuna::network::parameter_count(g)),
                               std::nan(""));
  lacuna::network::backward(g, w, std::span<double>(gradient));

  std::size_t at = 0;
  for (const auto& p : lacuna::network::parameters(g)) {
    const std::size_t samples = std::min<std::size_t>(60, p.values.size());
    for (std::size_t s = 0; s < samples; ++s) {
      const std::size_t i = s * p.values.size() / samples;
      constexpr double step = 1e-5;
      const double before = p.values[i];
      p.values[i] = before + step;
      const double above = objective();
      p.values[i] = before - step;
      const double below = objective();
      p.values[i] = before;
      INFO(p.name << "[" << i << "]");
      const double numeric = (above - below) / (2 * step);
      REQUIRE(gradient[at + i] == Approx(numeric).epsilon(1e-6).margin(1e-6));
    }
    at += p.values.size();
  }
  REQUIRE(at == gradient.size());
}

}  // namespace lacuna_test
