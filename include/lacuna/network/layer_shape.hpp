// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <lacuna/core/conv_window.hpp>
#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/core/units.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// A product Y (m, n) = W (m, k) X (k, n).
struct gemm_extents {
  index_t m{0};
  index_t k{0};
  index_t n{0};
  friend bool operator==(const gemm_extents&, const gemm_extents&) = default;
};

/// The shape of one convolution, fully connected layer (a 1x1 convolution of a 1x1 image) or
/// product over tokens (a 1x1 convolution of a 1 x tokens image), at batch 1. What it takes to
/// count work and bytes; it holds no weights.
struct layer_shape {
  std::string name;
  index_t in{1};   ///< input channels
  index_t h{1};    ///< input height
  index_t w{1};    ///< input width
  index_t out{1};  ///< output channels
  conv_window window{};
  index_t groups{1};
  index_t count{1};        ///< that many independent products of this shape (attention heads)
  bool has_weights{true};  ///< false where both operands are activations

  [[nodiscard]] index_t out_h() const noexcept { return window.out_h(h); }
  [[nodiscard]] index_t out_w() const noexcept { return window.out_w(w); }
  /// The product that one group is by im2col: m = out / groups, k = taps * in / groups, n = pixels.
  [[nodiscard]] gemm_extents gemm() const noexcept {
    return {out / groups, window.kernel_h * window.kernel_w * in / groups, out_h() * out_w()};
  }
  [[nodiscard]] macs work() const noexcept {
    const gemm_extents g = gemm();
    return macs{g.m * g.k * g.n} * (groups * count);
  }
  [[nodiscard]] index_t weights() const noexcept {
    return has_weights ? gemm().m * gemm().k * groups * count : 0;
  }
};

/// A published network: its layers in order, pooling and element-wise layers left out.
struct network_shape {
  std::string name;
  std::string source;
  std::vector<layer_shape> layers;

  [[nodiscard]] macs work() const {
    macs total;
    for (const layer_shape& l : layers) total += l.work();
    return total;
  }
  [[nodiscard]] index_t weights() const {
    index_t total = 0;
    for (const layer_shape& l : layers) total += l.weights();
    return total;
  }
};

/// A square convolution of a square image, padded alike on all sides.
/// @throws shape_error where groups do not divide the channels.
[[nodiscard]] inline layer_shape conv_shape(std::string name, index_t in, index_t side, index_t out,
                                            index_t kernel, index_t stride, padding2 padding,
                                            index_t groups = 1) {
  if (groups < 1 || in % groups != 0 || out % groups != 0) {
    throw shape_error(message(name, ": ", groups, " groups do not divide ", in, " input and ", out,
                              " output channels"));
  }
  return {std::move(name), in, side, side, out, {kernel, kernel, stride, padding, 1}, groups};
}

/// A fully connected layer.
[[nodiscard]] inline layer_shape linear_shape(std::string name, index_t in, index_t out) {
  return {std::move(name), in, 1, 1, out};
}

}  // namespace lacuna::inline LACUNA_ABI::network
