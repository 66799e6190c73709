// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include <lacuna/train/masks.hpp>

namespace lacuna::inline LACUNA_ABI::train {

/// Stochastic gradient descent with momentum and weight decay:
///   g = gradient + weight_decay * w,  v = momentum * v + g,  w = w - rate * v,
/// or with Nesterov's look-ahead w = w - rate * (g + momentum * v). Decay pulls on filters and
/// weight matrices only, not on biases, scales and shifts.
template <class T>
class sgd {
 public:
  struct options {
    double momentum = 0.9;
    double weight_decay = 5e-4;
    bool nesterov = false;
  };

  explicit sgd(const options& o = {}) : options_(o) {}

  /// One step; `gradient` holds that of all `parameters` one after the other. Gradients and weights
  /// under a zero of the masks are zero afterwards, and so is their velocity.
  void step(const std::vector<network::parameter<T>>& parameters, std::span<T> gradient,
            double rate, const masks& fixed = {}) {
    velocity_.resize(gradient.size(), T(0));
    const T momentum = static_cast<T>(options_.momentum);
    const T step_size = static_cast<T>(rate);
    std::size_t at = 0;
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const std::span<T> w = parameters[p].values;
      const std::span<T> g = gradient.subspan(at, w.size());
      T* const v = velocity_.data() + at;
      const T decay = static_cast<T>(parameters[p].filters == nullptr ? 0 : options_.weight_decay);
      fixed.apply(parameters[p], g);
      for (std::size_t i = 0; i < w.size(); ++i) {
        const T pull = g[i] + decay * w[i];
        v[i] = momentum * v[i] + pull;
        w[i] -= step_size * (options_.nesterov ? pull + momentum * v[i] : v[i]);
      }
      fixed.apply(parameters[p], w);
      at += w.size();
    }
  }

 private:
  options options_;
  aligned_vector<T> velocity_;
};

}  // namespace lacuna::inline LACUNA_ABI::train
