// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Filters (out, in, h, w) take the same formats; the zeros are skipped, im2col never is in memory.
#include <iostream>

#include <lacuna/lacuna.hpp>

int main() {
  lacuna::random_source random(1);
  lacuna::tensor<float> weights({64, 64, 3, 3});
  lacuna::tensor<float> image({1, 64, 28, 28});
  for (float& v : weights) v = static_cast<float>(random.normal());
  for (float& v : image) v = static_cast<float>(random.normal());

  const auto filters = lacuna::to_filter(weights);
  const auto blocks = lacuna::prune_blocks<8, 8>(filters, lacuna::keep{0.5});  // all taps at once
  const auto half = lacuna::prune_n_m<2, 4>(filters);  // along the input channels

  const lacuna::conv2d by_blocks(blocks, {.stride = 2, .padding = 1});
  const lacuna::conv2d by_half(half, {.stride = 2, .padding = 1});
  std::cout << by_blocks.plan() << "\n" << by_half.plan() << "\n";

  const auto y = by_blocks(image);
  std::cout << "output " << lacuna::to_string(y.extents()) << "\n";
  return y.extents() == lacuna::extents4{1, 64, 14, 14} ? 0 : 1;
}
