// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/network/layer_shape.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// GoogLeNet at 224x224 (Szegedy et al., CVPR 2015, table 1), without the auxiliary classifiers.
[[nodiscard]] inline network_shape googlenet_shape() {
  network_shape net{
      "googlenet",
      "Szegedy et al., CVPR 2015",
      {conv_shape("conv1", 3, 224, 64, 7, 2, 3), conv_shape("conv2_red", 64, 56, 64, 1, 1, 0),
       conv_shape("conv2", 64, 56, 192, 3, 1, 1)}};
  // #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool projection
  struct inception {
    const char* name;
    index_t side, one, reduce3, three, reduce5, five, pool;
  };
  constexpr inception modules[] = {
      {"3a", 28, 64, 96, 128, 16, 32, 32},     {"3b", 28, 128, 128, 192, 32, 96, 64},
      {"4a", 14, 192, 96, 208, 16, 48, 64},    {"4b", 14, 160, 112, 224, 24, 64, 64},
      {"4c", 14, 128, 128, 256, 24, 64, 64},   {"4d", 14, 112, 144, 288, 32, 64, 64},
      {"4e", 14, 256, 160, 320, 32, 128, 128}, {"5a", 7, 256, 160, 320, 32, 128, 128},
      {"5b", 7, 384, 192, 384, 48, 128, 128}};
  index_t in = 192;
  for (const inception& m : modules) {
    const auto add = [&](const char* part, index_t from, index_t to, index_t kernel) {
      net.layers.push_back(conv_shape(std::string(m.name).append("_").append(part), from, m.side,
                                      to, kernel, 1, kernel / 2));
    };
    add("1x1", in, m.one, 1);
    add("3x3r", in, m.reduce3, 1);
    add("3x3", m.reduce3, m.three, 3);
    add("5x5r", in, m.reduce5, 1);
    add("5x5", m.reduce5, m.five, 5);
    add("pool", in, m.pool, 1);
    in = m.one + m.three + m.five + m.pool;
  }
  net.layers.push_back(linear_shape("fc", 1024, 1000));
  return net;
}

}  // namespace lacuna::inline LACUNA_ABI::network
