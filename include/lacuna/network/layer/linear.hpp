// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <lacuna/format/filter.hpp>
#include <lacuna/network/layer/weight_and_bias.hpp>
#include <lacuna/network/pass.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Y = W X + bias over all values of an image: W (out, features), X (n, c, h, w) flattened to
/// (n, c * h * w) with w fastest, Y (n, out, 1, 1). The weights are filters of one tap, so that
/// everything that prunes and converts filters takes them too.
template <class T>
struct linear {
  static constexpr const char* name = "linear";

  filter<dense_matrix<T>> weight;
  aligned_vector<T> bias;  ///< one an output, or none

  [[nodiscard]] extents4 output(std::span<const extents4> in) const {
    expect_consistent(weight);
    const extents4& x = in[0];
    if (x.c * x.h * x.w != weight.in || weight.taps() != 1) {
      throw shape_error("weights " + to_string_shape(weight.out(), weight.matrix.cols()) +
                        " do not fit input " + to_string(x) + " of " +
                        std::to_string(x.c * x.h * x.w) + " features");
    }
    if (!bias.empty() && static_cast<index_t>(bias.size()) != weight.out()) {
      throw shape_error("weights " + to_string_shape(weight.out(), weight.in) + " with a bias of " +
                        std::to_string(bias.size()));
    }
    return {x.n, weight.out(), 1, 1};
  }

  void forward(forward_pass<T>& pass) const {
    auto y = pass.out.matrix();
    const feature_map<T>& x = *pass.in[0];
    if (x.pixels() == 1) {
      y.noalias() = weight.matrix * x.matrix();
    } else {
      y.noalias() = weight.matrix * flattened(x, pass.scratch.patches);
    }
    if (!bias.empty()) y.colwise() += Eigen::Map<const column>(bias.data(), weight.out());
  }

  /// dW = dY X^T, dbias = sum of dY, dX = W^T dY.
  void backward(backward_pass<T>& pass) const {
    const feature_map<T>& x = *pass.in[0];
    const auto dy = pass.out_gradient.matrix();
    Eigen::Map<dense_matrix<T>> dw(pass.parameter_gradient.data(), weight.out(), weight.in);
    dw.noalias() = dy * flattened(x, pass.scratch.patches).transpose();
    if (!bias.empty()) {
      Eigen::Map<column>(dw.data() + dw.size(), weight.out()) = dy.rowwise().sum();
    }
    if (pass.in_gradient[0].map == nullptr) return;
    feature_map<T>& dx = *pass.in_gradient[0].map;
    pass.in_gradient[0].prepare();
    const dense_matrix<T> d_flat = weight.matrix.transpose() * dy;
    for (index_t c = 0; c < x.extents().c; ++c) {
      for (index_t n = 0; n < x.extents().n; ++n) {
        for (index_t p = 0; p < x.pixels(); ++p) dx.plane(c, n)[p] += d_flat(c * x.pixels() + p, n);
      }
    }
  }

  template <class F>
  void for_each_parameter(F&& f) {
    detail::visit_weight_and_bias(weight, bias, f);
  }

 private:
  using column = Eigen::Matrix<T, Eigen::Dynamic, 1>;

  /// (features, n)
  static auto flattened(const feature_map<T>& x, aligned_vector<T>& memory) {
    const extents4& e = x.extents();
    const index_t pixels = x.pixels();
    if (static_cast<index_t>(memory.size()) < e.size()) {
      memory.resize(static_cast<std::size_t>(e.size()));
    }
    Eigen::Map<dense_matrix<T>> flat(memory.data(), e.c * pixels, e.n);
    for (index_t c = 0; c < e.c; ++c) {
      for (index_t n = 0; n < e.n; ++n) {
        for (index_t p = 0; p < pixels; ++p) flat(c * pixels + p, n) = x.plane(c, n)[p];
      }
    }
    return flat;
  }
};

}  // namespace lacuna::inline LACUNA_ABI::network
