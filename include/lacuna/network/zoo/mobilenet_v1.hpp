// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/message.hpp>
#include <lacuna/network/layer_shape.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// MobileNet V1, width 1, at 224x224 (Howard et al., arXiv 1704.04861, table 1): a 3x3 depthwise
/// (dw) and a 1x1 pointwise (pw) convolution thirteen times over. Strided layers pad at the bottom
/// and right only, as the published code does.
[[nodiscard]] inline network_shape mobilenet_v1_shape() {
  const padding2 after(0, 0, 1, 1);
  network_shape net{"mobilenet_v1",
                    "Howard et al., arXiv 1704.04861",
                    {conv_shape("conv1", 3, 224, 32, 3, 2, after)}};
  const index_t widths[] = {64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024};
  index_t in = 32;
  index_t side = 112;
  for (index_t n = 1; const index_t out : widths) {
    const bool strided = n == 2 || n == 4 || n == 6 || n == 12;
    net.layers.push_back(conv_shape(message("dw", n), in, side, in, 3, strided ? 2 : 1,
                                    strided ? after : padding2(1), in));
    side /= strided ? 2 : 1;
    net.layers.push_back(conv_shape(message("pw", n), in, side, out, 1, 1, 0));
    in = out;
    ++n;
  }
  net.layers.push_back(linear_shape("fc", 1024, 1000));
  return net;
}

}  // namespace lacuna::inline LACUNA_ABI::network
