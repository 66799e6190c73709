// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/train/labelled_images.hpp>

#include <string>

namespace demo {

struct fashion_mnist {
  lacuna::train::labelled_images<float> train;  ///< 60,000 images (1, 28, 28)
  lacuna::train::labelled_images<float> test;   ///< 10,000
};

/// Reads the four gzip IDX files of a folder and brings pixels to mean 0 and deviation 1.
/// `train_images`, where not 0, is how many of the training images are taken.
/// @throws io_error; when a file is missing, it says which package has it.
[[nodiscard]] fashion_mnist read_fashion_mnist(const std::string& folder,
                                               lacuna::index_t train_images);

}  // namespace demo
