// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "end_to_end/activation_scales.hpp"

#include <algorithm>
#include <cmath>

#include <lacuna/network/activation_ranges.hpp>

namespace bench {

std::vector<activation_scale> activation_scales(const lacuna::network::graph<float>& folded,
                                                const lacuna::tensor<float>& image) {
  const auto ranges = lacuna::network::calibrate(folded, image);
  std::vector<activation_scale> out;
  for (const auto& n : folded.nodes()) {
    const auto& range = ranges.at(n.name);
    const float low = std::min(0.0F, range.low);
    const float high = std::max(0.0F, range.high);
    const float scale = high > low ? (high - low) / 255 : 1.0F;
    out.push_back({scale, static_cast<int>(std::lround(-low / scale))});
  }
  return out;
}

}  // namespace bench
