// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// A pruned network in int8: calibrate on some images, compile, compare with floats.
#include <cmath>
#include <iostream>

#include <lacuna/lacuna.hpp>
#include <lacuna/network/models/fashion_cnn.hpp>
#include <lacuna/network/quantized_inference.hpp>
#include <lacuna/train/prune.hpp>

int main() {
  namespace net = lacuna::network;
  // Weights are random here; take trained ones.
  auto g = net::fashion_cnn<float>();
  const lacuna::pattern blocks = lacuna::block_pattern{8, 8};
  const auto layers = lacuna::train::prunable(g, blocks);
  lacuna::train::prune(g, blocks, lacuna::keep{0.5}, layers);

  auto extents = g.image_extents();
  extents.n = 32;
  lacuna::tensor<float> images(extents);
  lacuna::random_source random(1);
  for (float& v : images) v = static_cast<float>(random.uniform());

  const net::activation_ranges ranges = net::calibrate(g, images);
  net::quantized_inference in_int8(g, blocks, layers, ranges);
  net::inference in_floats(g, blocks, layers);
  const auto y = in_int8(images);
  const auto expected = in_floats(images);

  float worst = 0;
  float most = 0;
  for (lacuna::index_t i = 0; i < y.size(); ++i) {
    worst = std::max(worst, std::abs(y.data()[i] - expected.data()[i]));
    most = std::max(most, std::abs(expected.data()[i]));
  }
  std::cout << "weights: " << in_floats.weights().values.count() / 8 << " bytes as floats, "
            << in_int8.weights().values.count() / 8 << " as int8\n"
            << "scores differ by " << worst << " at most, the largest is " << most << "\n";
  return worst < 0.05F * most ? 0 : 1;
}
