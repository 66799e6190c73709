// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/network/layer_shape.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// AlexNet as published, two groups in its second, fourth and fifth convolution
/// (Krizhevsky et al., NIPS 2012).
[[nodiscard]] inline network_shape alexnet_shape() {
  return {
      "alexnet",
      "Krizhevsky et al., NIPS 2012",
      {conv_shape("conv1", 3, 227, 96, 11, 4, 0), conv_shape("conv2", 96, 27, 256, 5, 1, 2, 2),
       conv_shape("conv3", 256, 13, 384, 3, 1, 1), conv_shape("conv4", 384, 13, 384, 3, 1, 1, 2),
       conv_shape("conv5", 384, 13, 256, 3, 1, 1, 2), conv_shape("fc6", 256, 6, 4096, 6, 1, 0),
       linear_shape("fc7", 4096, 4096), linear_shape("fc8", 4096, 1000)}};
}

/// The one-column variant that torchvision trains (Krizhevsky, arXiv 1404.5997).
[[nodiscard]] inline network_shape alexnet_one_column_shape() {
  return {"alexnet_torchvision",
          "Krizhevsky, arXiv 1404.5997",
          {conv_shape("conv1", 3, 224, 64, 11, 4, 2), conv_shape("conv2", 64, 27, 192, 5, 1, 2),
           conv_shape("conv3", 192, 13, 384, 3, 1, 1), conv_shape("conv4", 384, 13, 256, 3, 1, 1),
           conv_shape("conv5", 256, 13, 256, 3, 1, 1), linear_shape("fc6", 9216, 4096),
           linear_shape("fc7", 4096, 4096), linear_shape("fc8", 4096, 1000)}};
}

}  // namespace lacuna::inline LACUNA_ABI::network
