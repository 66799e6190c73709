// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/message.hpp>
#include <lacuna/network/layer_shape.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Where a ResNet stage halves its image: in the first 1x1 of the paper, or in the 3x3, as
/// frameworks have it ("v1.5").
enum class resnet_stride { in_1x1, in_3x3 };

/// ResNet-50 at 224x224 (He et al., CVPR 2016, table 1): four stages of 3, 4, 6, 3 bottlenecks
/// 1x1 (a), 3x3 (b), 1x1 (c), with a 1x1 branch (br) beside the first of each.
[[nodiscard]] inline network_shape resnet50_shape(resnet_stride where = resnet_stride::in_3x3) {
  network_shape net{where == resnet_stride::in_3x3 ? "resnet50" : "resnet50_v1",
                    "He et al., CVPR 2016",
                    {conv_shape("conv1", 3, 224, 64, 7, 2, 3)}};
  const index_t blocks[] = {3, 4, 6, 3};
  index_t in = 64;
  index_t side = 56;
  for (index_t stage = 0; stage < 4; ++stage) {
    const index_t width = 64 << stage;
    for (index_t b = 0; b < blocks[stage]; ++b) {
      const index_t stride = stage > 0 && b == 0 ? 2 : 1;
      const index_t stride_a = where == resnet_stride::in_1x1 ? stride : 1;
      const auto name = [&](const char* part) {
        return message("conv", stage + 2, "_", b, "_", part);
      };
      net.layers.push_back(conv_shape(name("a"), in, side, width, 1, stride_a, 0));
      net.layers.push_back(
          conv_shape(name("b"), width, side / stride_a, width, 3, stride / stride_a, 1));
      net.layers.push_back(conv_shape(name("c"), width, side / stride, 4 * width, 1, 1, 0));
      if (b == 0) {
        net.layers.push_back(
            conv_shape(message("conv", stage + 2, "_br"), in, side, 4 * width, 1, stride, 0));
      }
      in = 4 * width;
      side /= stride;
    }
  }
  net.layers.push_back(linear_shape("fc", 2048, 1000));
  return net;
}

}  // namespace lacuna::inline LACUNA_ABI::network
