// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include <lacuna/core/message.hpp>
#include <lacuna/network/fold.hpp>
#include <lacuna/network/run.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// The least and the largest value that a layer's result takes.
struct value_range {
  float low{0};
  float high{0};
};

/// By the layer's name; of the images by "input".
using activation_ranges = std::map<std::string, value_range>;

/// Ranges of all results of the network for inference (`fold_batch_norms`) over images (n, c, h, w)
/// that stand for those to come: some hundred of the training set as a rule. Min and max, nothing
/// clipped (Jacob et al., "Quantization and training of neural networks for efficient
/// integer-arithmetic-only inference", 2018, section 3.1, without its moving average).
///
/// Images go through one by one, densely; all results of one are held at a time.
/// @throws shape_error when there are no images or their extents do not fit; format_error naming
/// the layer whose result is not finite.
[[nodiscard]] inline activation_ranges calibrate(const graph<float>& g,
                                                 const tensor<float>& images) {
  const graph<float> folded = fold_batch_norms(g);
  extents4 wanted = folded.image_extents();
  wanted.n = images.extents().n;
  if (!(images.extents() == wanted) || wanted.n == 0) {
    throw shape_error(message("calibrate: images ", images.extents(), ": expected at least one of ",
                              folded.image_extents()));
  }
  activation_ranges out;
  workspace<float> w;
  for (index_t i = 0; i < wanted.n; ++i) {
    detail::run(folded, images.data() + i * wanted.size() / wanted.n, 1, w, false,
                folded.nodes().size(), [](std::size_t id) { return id; });
    for (node_id id = 0; id < folded.nodes().size(); ++id) {
      const auto values = w.outputs[id].array();
      if (!values.isFinite().all()) {
        throw format_error(
            message("calibrate: ", folded[id].name, " of image ", i, " is not finite"));
      }
      const value_range seen{values.minCoeff(), values.maxCoeff()};
      const auto [at, is_new] = out.emplace(folded[id].name, seen);
      at->second.low = std::min(at->second.low, seen.low);
      at->second.high = std::max(at->second.high, seen.high);
    }
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::network
