// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <lacuna/network/graph.hpp>

namespace lacuna::inline LACUNA_ABI::train {

/// Images (n, c, h, w) and the class of each.
template <class T>
struct labelled_images {
  tensor<T> images;
  std::vector<std::int32_t> labels;

  [[nodiscard]] index_t size() const noexcept { return images.extents().n; }
  /// Values of one image.
  [[nodiscard]] index_t image_size() const noexcept {
    const extents4& e = images.extents();
    return e.c * e.h * e.w;
  }
};

/// @throws shape_error when images and labels don't pair up, don't suit the network, or a label is
/// not one of its classes.
template <class T>
void expect_fits(const labelled_images<T>& data, const network::graph<T>& g) {
  extents4 wanted = g.image_extents();
  wanted.n = data.size();
  if (!(data.images.extents() == wanted)) {
    throw shape_error("images " + to_string(data.images.extents()) + " do not suit a network for " +
                      to_string(wanted));
  }
  if (static_cast<index_t>(data.labels.size()) != data.size()) {
    throw shape_error(std::to_string(data.size()) + " images have " +
                      std::to_string(data.labels.size()) + " labels");
  }
  const extents4& out = g.output_extents();
  if (out.h != 1 || out.w != 1) {
    throw shape_error("a classifier ends in (n, classes, 1, 1), this network in " + to_string(out));
  }
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    if (data.labels[i] < 0 || data.labels[i] >= out.c) {
      throw shape_error("label " + std::to_string(data.labels[i]) + " of image " +
                        std::to_string(i) + " is not one of " + std::to_string(out.c) + " classes");
    }
  }
}

}  // namespace lacuna::inline LACUNA_ABI::train
