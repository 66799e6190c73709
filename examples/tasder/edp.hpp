// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <lacuna/decompose/search.hpp>
#include <lacuna/network/layer_shape.hpp>

namespace tasder {

/// Energy-delay product of the network on the TASD core TTC-VEGETA-M8, layer `names[i]` with
/// menu[chosen[i]] in its weights or in what it reads, over the dense network on the dense tensor
/// core. Series that the core does not run count as dense.
[[nodiscard]] double relative_edp(const lacuna::network::network_shape& net,
                                  const std::vector<std::string>& names,
                                  const std::vector<lacuna::series_pattern>& menu,
                                  const lacuna::selection& chosen, bool of_activations);

}  // namespace tasder
