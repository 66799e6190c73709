// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <lacuna/network/builder.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// VGG-16 for (3, 224, 224) images (Simonyan and Zisserman, arXiv 1409.1556, configuration D):
/// 138,357,544 parameters with 1000 classes, 15,470,264,320 multiply-accumulates an image. No batch
/// norm; dropout does nothing at inference and is left out. He-normal random weights; node names
/// are torchvision's, so its weights can be loaded with `load_state`.
template <class T = float>
[[nodiscard]] graph<T> vgg16(index_t classes = 1000, std::uint64_t seed = 1) {
  builder<T> b({1, 3, 224, 224}, seed);
  // torchvision numbers all layers of its feature extractor, relu and pools with them.
  index_t number = 0;
  const auto next = [&number] { return "features." + std::to_string(number++); };

  constexpr index_t pool = 0;
  node_id x = 0;
  for (const index_t width :
       {64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0}) {
    if (width == pool) {
      x = b.max_pool(next(), x, {2, 2, 0});
    } else {
      x = b.conv(next(), x, width, {3, 1, 1, true});
      x = b.relu(next(), x);
    }
  }
  x = b.relu("classifier.1", b.linear("classifier.0", x, 4096));
  x = b.relu("classifier.4", b.linear("classifier.3", x, 4096));
  b.linear("classifier.6", x, classes);
  return std::move(b).take();
}

}  // namespace lacuna::inline LACUNA_ABI::network
