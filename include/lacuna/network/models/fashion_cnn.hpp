// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <lacuna/network/builder.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// A small residual network for 28x28 grey images (Fashion-MNIST), made to train in under a minute
/// on two cores: a 3x3 stem of stride 2, one basic block of `width` channels at 14x14, a strided
/// 3x3 convolution to 2 `width` channels at 7x7 and one basic block there, global average pool,
/// linear. Basic blocks are those of He et al., arXiv 1512.03385: two 3x3 convolutions with batch
/// norm around a residual sum.
template <class T = float>
[[nodiscard]] graph<T> fashion_cnn(std::uint64_t seed = 1, index_t width = 32,
                                   index_t classes = 10) {
  builder<T> b({1, 1, 28, 28}, seed);
  const auto conv_norm_relu = [&b](const std::string& name, node_id from, index_t out,
                                   index_t stride) {
    const node_id c = b.conv(name + ".conv", from, out, {3, stride, 1});
    return b.relu(name + ".relu", b.norm(name + ".bn", c));
  };
  const auto block = [&b](const std::string& name, node_id x) {
    const index_t out = b.channels(x);
    node_id y = b.conv(name + ".conv1", x, out, {3, 1, 1});
    y = b.relu(name + ".relu1", b.norm(name + ".bn1", y));
    y = b.norm(name + ".bn2", b.conv(name + ".conv2", y, out, {3, 1, 1}));
    return b.relu(name + ".relu2", b.add(name + ".add", y, x));
  };

  node_id x = conv_norm_relu("stem", 0, width, 2);
  x = block("block1", x);
  x = conv_norm_relu("down", x, 2 * width, 2);
  x = block("block2", x);
  b.linear("fc", b.global_average_pool("pool", x), classes);
  return std::move(b).take();
}

}  // namespace lacuna::inline LACUNA_ABI::network
