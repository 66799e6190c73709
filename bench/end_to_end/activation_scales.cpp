// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "end_to_end/activation_scales.hpp"

#include <algorithm>
#include <cmath>

#include <lacuna/network/run.hpp>

namespace bench {
namespace {

namespace net = lacuna::network;

activation_scale scale_of(const net::feature_map<float>& values) {
  const float low = std::min(0.0F, values.array().minCoeff());
  const float high = std::max(0.0F, values.array().maxCoeff());
  if (!(high > low)) return {};
  const float scale = (high - low) / 255;
  return {scale, static_cast<int>(std::lround(-low / scale))};
}

}  // namespace

std::vector<activation_scale> activation_scales(const net::graph<float>& folded,
                                                const lacuna::tensor<float>& image) {
  // All results are kept, which inference does not.
  net::workspace<float> w;
  w.outputs.resize(folded.nodes().size());
  w.states.resize(folded.nodes().size());
  std::vector<activation_scale> out;
  for (net::node_id id = 0; id < folded.nodes().size(); ++id) {
    const auto& n = folded[id];
    net::feature_map<float>& result = w.outputs[id];
    std::vector<const net::feature_map<float>*> in;
    for (const net::node_id i : n.inputs) in.push_back(&w.outputs[i]);
    std::visit(
        [&](const auto& layer) {
          if constexpr (std::is_same_v<std::decay_t<decltype(layer)>, net::input>) {
            net::copy_from_nchw(image.data(), n.extents, result);
          } else {
            result.resize(n.extents);
            net::forward_pass<float> pass{in, result, w.states[id], w.scratch, false};
            layer.forward(pass);
          }
        },
        n.layer);
    out.push_back(scale_of(result));
  }
  return out;
}

}  // namespace bench
