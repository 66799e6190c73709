// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/random.hpp>
#include <lacuna/network/builder.hpp>
#include <lacuna/train/labelled_images.hpp>

namespace lacuna_test {

/// Noise of deviation 1 with a bright square of 4x4 whose corner of the image is the label, 0
/// ... 3.
inline lacuna::train::labelled_images<float> squares(lacuna::index_t count, std::uint64_t seed) {
  lacuna::random_source random(seed);
  lacuna::train::labelled_images<float> out{lacuna::tensor<float>({count, 1, 8, 8}), {}};
  for (float& v : out.images) v = static_cast<float>(random.normal());
  for (lacuna::index_t n = 0; n < count; ++n) {
    const lacuna::index_t label = random.below(4);
    out.labels.push_back(static_cast<std::int32_t>(label));
    for (lacuna::index_t y = 0; y < 4; ++y) {
      for (lacuna::index_t x = 0; x < 4; ++x) {
        out.images(n, 0, y + 4 * (label / 2), x + 4 * (label % 2)) += 2.0F;
      }
    }
  }
  return out;
}

/// Two convolutions of 16 channels with batch norm, a residual sum, and a linear layer: enough for
/// 8x8 blocks and any N:M up to 16.
inline lacuna::network::graph<float> toy_network(std::uint64_t seed = 1) {
  lacuna::network::builder<float> b({1, 1, 8, 8}, seed);
  auto x = b.relu("relu1", b.norm("bn1", b.conv("conv1", 0, 16, {3, 2, 1})));
  auto y = b.norm("bn2", b.conv("conv2", x, 16, {3, 1, 1}));
  x = b.relu("relu2", b.add("add", x, y));
  b.linear("fc", b.average_pool("pool", x, {2, 2, 0}), 4);
  return std::move(b).take();
}

}  // namespace lacuna_test
