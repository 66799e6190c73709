// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/core/tensor.hpp>
#include <lacuna/network/graph.hpp>

#include "end_to_end/activation_scales.hpp"

namespace bench {

/// A network made ready by somebody, for one image.
class engine {
 public:
  engine() = default;
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;
  virtual ~engine() = default;

  /// (1, classes, 1, 1)
  virtual void run(const lacuna::tensor<float>& image, lacuna::tensor<float>& scores) = 0;
  /// Seconds of each layer in one run, with what is fused into it.
  [[nodiscard]] virtual std::vector<std::pair<std::string, double>> time_layers(
      const lacuna::tensor<float>& image) = 0;
};

/// Lacuna's compiled inference; weights of convolutions in `pattern`, which they obey.
[[nodiscard]] std::unique_ptr<engine> make_lacuna_engine(
    const lacuna::network::graph<float>& g, const std::string& pattern,
    const std::vector<lacuna::network::node_id>& pruned, int threads);

/// The same in int8, with ranges of activations from one image.
[[nodiscard]] std::unique_ptr<engine> make_lacuna_int8_engine(
    const lacuna::network::graph<float>& g, const std::string& pattern,
    const std::vector<lacuna::network::node_id>& pruned, const lacuna::tensor<float>& image,
    int threads);

/// The same network in oneDNN: dense, relu and residual sums fused, each layer in the layout it
/// asks for. Null where oneDNN is not installed.
[[nodiscard]] std::unique_ptr<engine> make_onednn_engine(const lacuna::network::graph<float>& g,
                                                         int threads);

/// The same in 8 bits: weights signed with a scale an output channel, activations unsigned with a
/// scale a node of the graph with batch norms folded. Null where oneDNN is not installed.
[[nodiscard]] std::unique_ptr<engine> make_onednn_int8_engine(
    const lacuna::network::graph<float>& g, const std::vector<activation_scale>& scales,
    int threads);

}  // namespace bench
