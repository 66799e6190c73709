// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include <lacuna/core/executor.hpp>
#include <lacuna/train/labelled_images.hpp>
#include <lacuna/train/loss.hpp>

namespace lacuna::inline LACUNA_ABI::train {

/// How a network does on labelled images. `infer` is called as infer(x, y, executor) with images
/// (n, c, h, w) and logits (n, classes, 1, 1): a network::dense_inference or a network::inference.
/// @throws shape_error when labels and images do not pair up.
template <class T, class Infer, executor Executor = serial>
[[nodiscard]] tally evaluate(Infer&& infer, const labelled_images<T>& data,
                             const Executor& executor = {}, index_t batch = 256) {
  if (static_cast<index_t>(data.labels.size()) != data.size()) {
    throw shape_error(std::to_string(data.size()) + " images have " +
                      std::to_string(data.labels.size()) + " labels");
  }
  tally total;
  extents4 extents = data.images.extents();
  network::feature_map<T> logits;
  for (index_t first = 0; first < data.size(); first += batch) {
    extents.n = std::min(batch, data.size() - first);
    tensor<T> x(extents);
    std::copy_n(data.images.data() + first * data.image_size(), extents.size(), x.data());
    tensor<T> y(infer.output_extents(extents));
    infer(x, y, executor);
    network::copy_from_nchw(y.data(), y.extents(), logits);
    total += softmax_cross_entropy<T>(
        logits, std::span<const std::int32_t>(data.labels)
                    .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(extents.n)));
  }
  return total;
}

}  // namespace lacuna::inline LACUNA_ABI::train
