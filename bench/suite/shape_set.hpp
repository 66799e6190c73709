// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <lacuna/network/layer_shape.hpp>

namespace bench {

/// One shape of the set and where it is from.
struct shape {
  std::string network;
  lacuna::network::layer_shape layer;
  lacuna::index_t layers{1};  ///< how many of the network's layers have it
  bool quick{false};          ///< stands for its kind in short runs

  /// "resnet50:conv2_0_b"
  [[nodiscard]] std::string name() const { return network + ":" + layer.name; }
};

/// ResNet-50's convolutions, BERT-base's products at 128 and 384 tokens, VGG-16's convolutions,
/// MobileNet V1's pointwise ones, and matrix-vector products of fully connected layers: each
/// distinct shape once. First layers, of 3 channels, are left out: nobody prunes them.
[[nodiscard]] std::vector<shape> shape_set();

}  // namespace bench
