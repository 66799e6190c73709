// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Compiled once an instruction set by lacuna_add_dispatched; plain Lacuna code otherwise.
#include "engine.hpp"

#include <sstream>

#include <lacuna/core/dispatch.hpp>
#include <lacuna/lacuna.hpp>

namespace {

class sparse_layer final : public engine::layer {
 public:
  using dense = Eigen::Map<const lacuna::dense_matrix<float>>;  // stays on this side of the table

  explicit sparse_layer(const dense& weights)
      : product_(lacuna::to_block_csr<8, 8>(weights), lacuna::relu()) {}

  void run(engine::input x, engine::output y) const override { product_(x, y); }
  [[nodiscard]] std::string plan() const override {
    std::ostringstream text;
    text << product_.plan();
    return text.str();
  }

 private:
  using relu = decltype(lacuna::relu());
  lacuna::matmul<lacuna::block_csr<float, 8, 8>, relu> product_;
};

std::unique_ptr<engine::layer> make_layer(engine::input weights) {
  return std::make_unique<sparse_layer>(
      sparse_layer::dense(weights.data, weights.rows, weights.cols));
}

}  // namespace

LACUNA_DISPATCHED(engine::kernels, &make_layer)
