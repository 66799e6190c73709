// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <lacuna/network/layer_shape.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Inception V3 at 299x299 (Szegedy et al., CVPR 2016; modules named as torchvision does), without
/// the auxiliary classifier.
[[nodiscard]] inline network_shape inception_v3_shape() {
  network_shape net{"inception_v3", "Szegedy et al., CVPR 2016", {}};
  std::string module;
  index_t side = 299;
  // Stride 1 keeps the size, stride 2 takes no padding, as everywhere in this network.
  const auto add = [&](const char* part, index_t in, index_t out, index_t kernel_h,
                       index_t kernel_w, index_t stride = 1) {
    const padding2 padding =
        stride == 1 ? padding2(extents2(kernel_h / 2, kernel_w / 2)) : padding2(0);
    net.layers.push_back(
        {module + part, in, side, side, out, {kernel_h, kernel_w, stride, padding, 1}});
  };

  net.layers = {conv_shape("1a", 3, 299, 32, 3, 2, 0), conv_shape("2a", 32, 149, 32, 3, 1, 0),
                conv_shape("2b", 32, 147, 64, 3, 1, 1), conv_shape("3b", 64, 73, 80, 1, 1, 0),
                conv_shape("4a", 80, 73, 192, 3, 1, 0)};

  side = 35;
  index_t in = 192;
  for (const char* name : {"5b.", "5c.", "5d."}) {
    module = name;
    const index_t pool = in == 192 ? 32 : 64;
    add("b1x1", in, 64, 1, 1);
    add("b5_1", in, 48, 1, 1);
    add("b5_2", 48, 64, 5, 5);
    add("b3d_1", in, 64, 1, 1);
    add("b3d_2", 64, 96, 3, 3);
    add("b3d_3", 96, 96, 3, 3);
    add("pool", in, pool, 1, 1);
    in = 64 + 64 + 96 + pool;
  }
  module = "6a.";
  add("b3", in, 384, 3, 3, 2);
  add("b3d_1", in, 64, 1, 1);
  add("b3d_2", 64, 96, 3, 3);
  add("b3d_3", 96, 96, 3, 3, 2);

  side = 17;
  in = 768;
  const std::pair<const char*, index_t> factorised[] = {
      {"6b.", 128}, {"6c.", 160}, {"6d.", 160}, {"6e.", 192}};
  for (const auto& [name, width] : factorised) {
    module = name;
    add("b1x1", in, 192, 1, 1);
    add("b7_1", in, width, 1, 1);
    add("b7_2", width, width, 1, 7);
    add("b7_3", width, 192, 7, 1);
    add("b7d_1", in, width, 1, 1);
    add("b7d_2", width, width, 7, 1);
    add("b7d_3", width, width, 1, 7);
    add("b7d_4", width, width, 7, 1);
    add("b7d_5", width, 192, 1, 7);
    add("pool", in, 192, 1, 1);
  }
  module = "7a.";
  add("b3_1", in, 192, 1, 1);
  add("b3_2", 192, 320, 3, 3, 2);
  add("b7_1", in, 192, 1, 1);
  add("b7_2", 192, 192, 1, 7);
  add("b7_3", 192, 192, 7, 1);
  add("b7_4", 192, 192, 3, 3, 2);

  side = 8;
  in = 1280;
  for (const char* name : {"7b.", "7c."}) {
    module = name;
    add("b1x1", in, 320, 1, 1);
    add("b3_1", in, 384, 1, 1);
    add("b3_2a", 384, 384, 1, 3);
    add("b3_2b", 384, 384, 3, 1);
    add("b3d_1", in, 448, 1, 1);
    add("b3d_2", 448, 384, 3, 3);
    add("b3d_3a", 384, 384, 1, 3);
    add("b3d_3b", 384, 384, 3, 1);
    add("pool", in, 192, 1, 1);
    in = 2048;
  }
  net.layers.push_back(linear_shape("fc", 2048, 1000));
  return net;
}

}  // namespace lacuna::inline LACUNA_ABI::network
