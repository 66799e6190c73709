// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/network/zoo/catalogue.hpp>

#include <string>
#include <vector>

namespace bench {

/// Convolutions of ResNet-50 that stand for their kind: 1x1 and 3x3, every stage.
inline std::vector<lacuna::network::layer_shape> resnet50_layers() {
  const std::vector<std::string> names{"conv2_0_b", "conv2_0_c", "conv3_1_b", "conv3_1_c",
                                       "conv4_1_b", "conv4_1_c", "conv5_1_b", "conv5_1_c"};
  std::vector<lacuna::network::layer_shape> out;
  for (const auto& l : lacuna::network::resnet50_shape().layers) {
    for (const auto& name : names) {
      if (l.name == name) out.push_back(l);
    }
  }
  return out;
}

/// "spmm/block_csr:8x8/f32/keep:0.5/resnet50:conv4_1_a/threads:1"
inline std::string bench_name(const std::string& op, const std::string& format, double keep,
                              const std::string& shape) {
  return lacuna::message(op, "/", format, "/f32/keep:", std::to_string(keep).substr(0, 4), "/",
                         shape, "/threads:1");
}

}  // namespace bench
