// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <lacuna/network/builder.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// ResNet-50 for (3, 224, 224) images (He et al., arXiv 1512.03385, Table 1) in the variant that
/// strides in the 3x3 convolution of a bottleneck, not in its first 1x1 ("v1.5"): 25,557,032
/// parameters with 1000 classes, 4,089,184,256 multiply-accumulates an image. He-normal random
/// weights; node names are torchvision's, so its weights can be loaded with `load_state`.
template <class T = float>
[[nodiscard]] graph<T> resnet50(index_t classes = 1000, std::uint64_t seed = 1) {
  builder<T> b({1, 3, 224, 224}, seed);

  // 1x1 to `width`, 3x3 with `stride`, 1x1 to 4 `width`, around a sum with the input or, where
  // extents change, its 1x1 projection.
  const auto bottleneck = [&b](const std::string& name, node_id x, index_t width, index_t stride,
                               bool projects) {
    node_id shortcut = x;
    if (projects) {
      shortcut = b.conv(name + ".downsample.0", x, 4 * width, {1, stride, 0});
      shortcut = b.norm(name + ".downsample.1", shortcut);
    }
    node_id y = b.norm(name + ".bn1", b.conv(name + ".conv1", x, width, {1, 1, 0}));
    y = b.relu(name + ".relu1", y);
    y = b.norm(name + ".bn2", b.conv(name + ".conv2", y, width, {3, stride, 1}));
    y = b.relu(name + ".relu2", y);
    y = b.norm(name + ".bn3", b.conv(name + ".conv3", y, 4 * width, {1, 1, 0}));
    return b.relu(name + ".relu3", b.add(name + ".add", y, shortcut));
  };

  node_id x = b.norm("bn1", b.conv("conv1", 0, 64, {7, 2, 3}));
  x = b.max_pool("maxpool", b.relu("relu", x), {3, 2, 1});
  struct stage {
    index_t blocks, width, stride;
  };
  index_t number = 0;
  for (const stage& s : {stage{3, 64, 1}, stage{4, 128, 2}, stage{6, 256, 2}, stage{3, 512, 2}}) {
    ++number;
    for (index_t i = 0; i < s.blocks; ++i) {
      x = bottleneck("layer" + std::to_string(number) + "." + std::to_string(i), x, s.width,
                     i == 0 ? s.stride : 1, i == 0);
    }
  }
  b.linear("fc", b.global_average_pool("avgpool", x), classes);
  return std::move(b).take();
}

}  // namespace lacuna::inline LACUNA_ABI::network
