// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <string>

#include <lacuna/format/filter.hpp>
#include <lacuna/network/pass.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// y = scale (x - mean) / sqrt(variance + epsilon) + shift, a channel at a time (Ioffe and
/// Szegedy, arXiv 1502.03167). Training takes mean and (biased) variance from the batch that
/// passes through, inference from the running averages.
///
/// A trainer that cuts its batch into chunks normalises each by its own statistics, as `ghost`
/// batch normalisation does (Hoffer et al., arXiv 1705.08741): no chunk has to wait for another.
template <class T>
struct batch_norm {
  static constexpr const char* name = "batch_norm";

  aligned_vector<T> scale;
  aligned_vector<T> shift;
  aligned_vector<T> running_mean;
  aligned_vector<T> running_variance;
  T epsilon = T(1e-5);
  T momentum = T(0.1);  ///< weight of a new batch in the running averages

  batch_norm() = default;
  /// The identity: scale 1, shift 0, mean 0, variance 1.
  explicit batch_norm(index_t channels)
      : scale(static_cast<std::size_t>(channels), T(1)),
        shift(static_cast<std::size_t>(channels), T(0)),
        running_mean(static_cast<std::size_t>(channels), T(0)),
        running_variance(static_cast<std::size_t>(channels), T(1)) {}

  [[nodiscard]] index_t channels() const noexcept { return static_cast<index_t>(scale.size()); }

  [[nodiscard]] extents4 output(std::span<const extents4> in) const {
    const bool consistent = shift.size() == scale.size() && running_mean.size() == scale.size() &&
                            running_variance.size() == scale.size();
    if (in[0].c != channels() || !consistent) {
      throw shape_error("normalises " + std::to_string(channels()) + " channels, input is " +
                        to_string(in[0]));
    }
    return in[0];
  }

  /// Keeps mean, then 1 / sqrt(variance + epsilon), then variance of each channel in the state.
  void forward(forward_pass<T>& pass) const {
    const auto x = pass.in[0]->matrix();
    auto y = pass.out.matrix();
    if (pass.training) pass.state.values.resize(3 * scale.size());
    for (index_t c = 0; c < channels(); ++c) {
      const auto at = static_cast<std::size_t>(c);
      T mean = running_mean[at];
      T variance = running_variance[at];
      if (pass.training) {
        mean = x.row(c).mean();
        variance = (x.row(c).array() - mean).square().mean();
      }
      const T inverse = T(1) / std::sqrt(variance + epsilon);
      y.row(c).array() = (x.row(c).array() - mean) * (inverse * scale[at]) + shift[at];
      if (pass.training) {
        pass.state.values[at] = mean;
        pass.state.values[at + scale.size()] = inverse;
        pass.state.values[at + 2 * scale.size()] = variance;
      }
    }
  }

  /// One image (c, pixels), by the running averages.
  void evaluate(const T* x, index_t pixels, T* y) const {
    for (std::size_t c = 0; c < scale.size(); ++c) {
      const T factor = scale[c] / std::sqrt(running_variance[c] + epsilon);
      for (index_t p = 0; p < pixels; ++p) *y++ = (*x++ - running_mean[c]) * factor + shift[c];
    }
  }

  /// With z = (x - mean) / sqrt(variance + epsilon):
  /// dscale = sum dy z, dshift = sum dy,
  /// dx = scale / sqrt(variance + epsilon) * (dy - mean(dy) - z mean(dy z)).
  void backward(backward_pass<T>& pass) const {
    const auto x = pass.in[0]->matrix();
    const auto dy = pass.out_gradient.matrix();
    for (index_t c = 0; c < channels(); ++c) {
      const auto at = static_cast<std::size_t>(c);
      const T mean = pass.state.values[at];
      const T inverse = pass.state.values[at + scale.size()];
      const T sum = dy.row(c).sum();
      const T dot = (dy.row(c).array() * (x.row(c).array() - mean)).sum() * inverse;
      pass.parameter_gradient[at] = dot;
      pass.parameter_gradient[at + scale.size()] = sum;

      if (pass.in_gradient[0].map == nullptr) continue;
      const auto count = static_cast<T>(x.cols());
      const T factor = scale[at] * inverse;
      const auto gradient = factor * (dy.row(c).array() - sum / count) -
                            (factor * inverse * dot / count) * (x.row(c).array() - mean);
      auto dx = pass.in_gradient[0].map->matrix();
      if (pass.in_gradient[0].add) {
        dx.row(c).array() += gradient;
      } else {
        dx.row(c).array() = gradient;
      }
    }
  }

  template <class F>
  void for_each_parameter(F&& f) {
    const auto vector = static_cast<filter<dense_matrix<T>>*>(nullptr);
    f("weight", std::span<T>(scale), vector);
    f("bias", std::span<T>(shift), vector);
  }
  template <class F>
  void for_each_buffer(F&& f) {
    f("running_mean", std::span<T>(running_mean));
    f("running_var", std::span<T>(running_variance));
  }
};

}  // namespace lacuna::inline LACUNA_ABI::network
