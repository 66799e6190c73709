// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <lacuna/core/tensor.hpp>
#include <lacuna/network/graph.hpp>

namespace bench {

/// How a node's result is said in 8 unsigned bits: value = scale * (byte - zero_point).
struct activation_scale {
  float scale{1};
  int zero_point{0};
};

/// One a node of a graph whose batch norms are folded: from the least to the largest value that the
/// node has on the image, zero among them, since padding must be a byte, too. Results that are
/// never negative have the zero point 0.
[[nodiscard]] std::vector<activation_scale> activation_scales(
    const lacuna::network::graph<float>& folded, const lacuna::tensor<float>& image);

}  // namespace bench
