// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/message.hpp>
#include <lacuna/network/layer_shape.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// VGG-16 at 224x224 (Simonyan and Zisserman, ICLR 2015, configuration D): 3x3 convolutions in five
/// stages of 2, 2, 3, 3, 3, each followed by 2x2 pooling; the first linear layer is written as the
/// 7x7 convolution that it is.
[[nodiscard]] inline network_shape vgg16_shape() {
  network_shape net{"vgg16", "Simonyan and Zisserman, ICLR 2015", {}};
  const index_t widths[] = {64, 128, 256, 512, 512};
  const index_t depths[] = {2, 2, 3, 3, 3};
  index_t in = 3;
  for (index_t stage = 0, n = 1; stage < 5; ++stage) {
    for (index_t i = 0; i < depths[stage]; ++i, ++n) {
      net.layers.push_back(
          conv_shape(message("conv", n), in, 224 >> stage, widths[stage], 3, 1, 1));
      in = widths[stage];
    }
  }
  net.layers.push_back(conv_shape("fc14", 512, 7, 4096, 7, 1, 0));
  net.layers.push_back(linear_shape("fc15", 4096, 4096));
  net.layers.push_back(linear_shape("fc16", 4096, 1000));
  return net;
}

}  // namespace lacuna::inline LACUNA_ABI::network
