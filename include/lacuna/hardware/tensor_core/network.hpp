// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <lacuna/hardware/tensor_core/simulate.hpp>
#include <lacuna/network/layer_shape.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::tensor_core {

/// The patterns of one layer's operands.
struct layer_patterns {
  operand_pattern weights{dense_pattern{}};      ///< A
  operand_pattern activations{dense_pattern{}};  ///< B
};

/// A whole network, layer after layer: the sum of `simulate` over its products, groups and heads
/// one after another. `patterns(layer)` gives each layer its `layer_patterns`.
/// @throws what simulate throws, with the layer's name in front; shape_error on an empty network.
template <class Patterns>
[[nodiscard]] report simulate_network(const device& d, const network::network_shape& net,
                                      Patterns&& patterns) {
  if (net.layers.empty()) throw shape_error(message("network '", net.name, "' has no layers"));
  report sum;
  for (const network::layer_shape& l : net.layers) {
    const layer_patterns p = patterns(l);
    try {
      simulate_options options;
      options.name = l.name;
      add(sum, simulate(d, l.gemm(), p.weights, p.activations, options), l.groups * l.count);
    } catch (const shape_error& e) {
      throw shape_error(message(net.name, ", ", l.name, ": ", e.what()));
    } catch (const unsupported_error& e) {
      throw unsupported_error(message(net.name, ", ", l.name, ": ", e.what()));
    }
  }
  sum.workload = net.name;
  require_consistent(sum);
  return sum;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::tensor_core
