// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>

#include <lacuna/network/pass.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// The images that come in.
struct input {
  static constexpr const char* name = "input";
  extents4 extents;  ///< of one image: (1, c, h, w)
};

/// max(x, 0); NaN stays NaN.
struct relu {
  static constexpr const char* name = "relu";

  [[nodiscard]] extents4 output(std::span<const extents4> in) const { return in[0]; }

  template <class T>
  static void evaluate(const T* x, index_t count, T* y) noexcept {
    // Not std::max, which would hide a NaN.
    std::transform(x, x + count, y, [](T v) { return v < T(0) ? T(0) : v; });
  }
  template <class T>
  void forward(forward_pass<T>& pass) const {
    evaluate(pass.in[0]->data(), pass.out.extents().size(), pass.out.data());
  }
  template <class T>
  void backward(backward_pass<T>& pass) const {
    if (pass.in_gradient[0].map == nullptr) return;
    pass.in_gradient[0].put((pass.out.array() > T(0)).select(pass.out_gradient.array(), T(0)));
  }
};

/// The sum of two inputs of the same extents: the residual connection.
struct add {
  static constexpr const char* name = "add";

  [[nodiscard]] extents4 output(std::span<const extents4> in) const {
    if (!(in[0] == in[1])) {
      throw shape_error("inputs " + to_string(in[0]) + " and " + to_string(in[1]) +
                        " must be the same");
    }
    return in[0];
  }

  template <class T>
  static void evaluate(const T* a, const T* b, index_t count, T* y) noexcept {
    std::transform(a, a + count, b, y, [](T v, T w) { return v + w; });
  }
  template <class T>
  void forward(forward_pass<T>& pass) const {
    evaluate(pass.in[0]->data(), pass.in[1]->data(), pass.out.extents().size(), pass.out.data());
  }
  template <class T>
  void backward(backward_pass<T>& pass) const {
    for (const auto& d : pass.in_gradient) {
      if (d.map != nullptr) d.put(pass.out_gradient.array());
    }
  }
};

}  // namespace lacuna::inline LACUNA_ABI::network
