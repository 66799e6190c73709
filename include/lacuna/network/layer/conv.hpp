// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>

#include <lacuna/format/filter.hpp>
#include <lacuna/network/layer/weight_and_bias.hpp>
#include <lacuna/network/pass.hpp>
#include <lacuna/network/patches.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Y = W * X + bias: filters (out, in, h, w), X (n, in, h, w), Y (n, out, h', w'), with
/// h' = floor((h + pads - dilation (kernel_h - 1) - 1) / stride) + 1.
///
/// Computed as W times the patch matrix, for all images of a batch together and a strip of output
/// rows at a time; 1x1 filters of stride 1 take X as it is. Cost: 2 * out * in * taps * pixels
/// operations forward, twice that backward.
template <class T>
struct conv {
  static constexpr const char* name = "conv";
  /// A patch matrix of 512 KB leaves half of a 1 to 2 MB second-level cache to the product's
  /// own packed panels.
  static constexpr index_t patch_bytes = index_t{512} * 1024;

  filter<dense_matrix<T>> weight;
  aligned_vector<T> bias;  ///< one an output channel, or none
  extents2 stride{1};
  padding2 padding{0};
  extents2 dilation{1};

  [[nodiscard]] conv_window window() const noexcept {
    return {weight.kernel_h, weight.kernel_w, stride, padding, dilation};
  }

  [[nodiscard]] extents4 output(std::span<const extents4> in) const {
    expect_consistent(weight);
    const extents4& x = in[0];
    const extents4 out{x.n, weight.out(), window().out_h(x.h), window().out_w(x.w)};
    if (x.c != weight.in || out.h < 1 || out.w < 1) {
      throw shape_error("filters " + to_string(weight.extents()) + " do not fit input " +
                        to_string(x));
    }
    if (!bias.empty() && static_cast<index_t>(bias.size()) != weight.out()) {
      throw shape_error("filters " + to_string(weight.extents()) + " with a bias of " +
                        std::to_string(bias.size()));
    }
    return out;
  }

  void forward(forward_pass<T>& pass) const {
    const feature_map<T>& x = *pass.in[0];
    auto y = pass.out.matrix();
    if (window().is_pointwise()) {
      y.noalias() = weight.matrix * x.matrix();
    } else {
      for_each_strip(x.extents(), [&](index_t first, index_t last, index_t col, index_t cols) {
        auto patches = strip(pass.scratch.patches, cols);
        gather_patches(x, window(), first, last, patches.data());
        y.middleCols(col, cols).noalias() = weight.matrix * patches;
      });
    }
    if (!bias.empty()) y.colwise() += bias_vector(bias.data());
  }

  /// dW = dY * patches^T, dbias = sum of dY, dpatches = W^T * dY.
  void backward(backward_pass<T>& pass) const {
    const feature_map<T>& x = *pass.in[0];
    const auto dy = pass.out_gradient.matrix();
    Eigen::Map<dense_matrix<T>> dw(pass.parameter_gradient.data(), weight.matrix.rows(),
                                   weight.matrix.cols());
    if (!bias.empty()) bias_vector(dw.data() + dw.size()) = dy.rowwise().sum();

    const input_gradient<T> dx = pass.in_gradient[0];
    if (window().is_pointwise()) {
      dw.noalias() = dy * x.matrix().transpose();
      if (dx.map == nullptr) return;
      auto to = dx.map->matrix();
      if (dx.add) {
        to.noalias() += weight.matrix.transpose() * dy;
      } else {
        to.noalias() = weight.matrix.transpose() * dy;
      }
      return;
    }
    dw.setZero();
    if (dx.map != nullptr) dx.prepare();
    for_each_strip(x.extents(), [&](index_t first, index_t last, index_t col, index_t cols) {
      auto patches = strip(pass.scratch.patches, cols);
      gather_patches(x, window(), first, last, patches.data());
      dw.noalias() += dy.middleCols(col, cols) * patches.transpose();
      if (dx.map == nullptr) return;
      auto d_patches = strip(pass.scratch.patch_gradients, cols);
      d_patches.noalias() = weight.matrix.transpose() * dy.middleCols(col, cols);
      scatter_patches(d_patches.data(), window(), first, last, *dx.map);
    });
  }

  template <class F>
  void for_each_parameter(F&& f) {
    detail::visit_weight_and_bias(weight, bias, f);
  }

 private:
  using column = Eigen::Matrix<T, Eigen::Dynamic, 1>;
  [[nodiscard]] auto bias_vector(T* values) const {
    return Eigen::Map<column>(values, weight.out());
  }
  [[nodiscard]] auto bias_vector(const T* values) const {
    return Eigen::Map<const column>(values, weight.out());
  }

  [[nodiscard]] auto strip(aligned_vector<T>& memory, index_t cols) const {
    const index_t rows = weight.matrix.cols();
    if (static_cast<index_t>(memory.size()) < rows * cols) {
      memory.resize(static_cast<std::size_t>(rows * cols));
    }
    return Eigen::Map<dense_matrix<T>>(memory.data(), rows, cols);
  }

  /// Calls f(first output row, last, first column of Y, columns).
  template <class F>
  void for_each_strip(const extents4& in, F&& f) const {
    const index_t out_w = window().out_w(in.w);
    const index_t rows = in.n * window().out_h(in.h);
    const index_t row_bytes =
        std::max<index_t>(1, weight.matrix.cols() * out_w) * static_cast<index_t>(sizeof(T));
    const index_t strips = ceil_div(rows, std::max<index_t>(1, patch_bytes / row_bytes));
    for (index_t s = 0; s < strips; ++s) {
      const index_t first = rows * s / strips;
      const index_t last = rows * (s + 1) / strips;
      f(first, last, first * out_w, (last - first) * out_w);
    }
  }
};

}  // namespace lacuna::inline LACUNA_ABI::network
