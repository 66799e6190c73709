// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <lacuna/core/matrix_view.hpp>

// What an inference engine asks of every instruction set. Only types that are laid out alike in all
// of them cross this border: see lacuna/core/dispatch.hpp.

namespace engine {

using input = lacuna::matrix_view<const float>;
using output = lacuna::matrix_view<float>;

/// Y = relu(W X), the zero 8x8 blocks of W skipped.
class layer {
 public:
  virtual ~layer() = default;
  virtual void run(input x, output y) const = 0;
  [[nodiscard]] virtual std::string plan() const = 0;
};

/// The functions of one instruction set.
struct kernels {
  std::unique_ptr<layer> (*make_layer)(input weights);
};

}  // namespace engine
