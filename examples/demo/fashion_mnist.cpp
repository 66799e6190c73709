// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include <lacuna/io/idx.hpp>

#include "fashion_mnist.hpp"

namespace demo {

namespace {
lacuna::train::labelled_images<float> read_part(const std::string& folder, const std::string& part,
                                                lacuna::index_t most) {
  const std::string images = folder + "/" + part + "-images-idx3-ubyte.gz";
  const std::string labels = folder + "/" + part + "-labels-idx1-ubyte.gz";
  for (const std::string& path : {images, labels}) {
    if (!std::filesystem::exists(path)) {
      throw lacuna::io_error(path, 0,
                             "is not there. On Debian: apt-get install dataset-fashion-mnist; "
                             "or name the folder of the four IDX files with --data");
    }
  }
  const auto bytes = lacuna::io::read_labelled_images(images, labels, 10);
  const auto& shape = bytes.images.shape;
  const lacuna::index_t n = most == 0 ? shape[0] : std::min(most, shape[0]);

  lacuna::train::labelled_images<float> out;
  out.images = lacuna::tensor<float>({n, 1, shape[1], shape[2]});
  // Mean and deviation of the training pixels, on the scale 0 ... 1.
  constexpr float mean = 0.2860F;
  constexpr float deviation = 0.3530F;
  std::transform(bytes.images.values.begin(), bytes.images.values.begin() + out.images.size(),
                 out.images.begin(), [](std::uint8_t pixel) {
                   return (static_cast<float>(pixel) / 255.0F - mean) / deviation;
                 });
  out.labels.assign(bytes.labels.begin(), bytes.labels.begin() + n);
  return out;
}
}  // namespace

fashion_mnist read_fashion_mnist(const std::string& folder, lacuna::index_t train_images) {
  return {read_part(folder, "train", train_images), read_part(folder, "t10k", 0)};
}

}  // namespace demo
