// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <lacuna/hardware/tensor_core.hpp>

#include "edp.hpp"

namespace tasder {

namespace tc = lacuna::hardware::tensor_core;

double relative_edp(const lacuna::network::network_shape& net,
                    const std::vector<std::string>& names,
                    const std::vector<lacuna::series_pattern>& menu,
                    const lacuna::selection& chosen, bool of_activations) {
  const tc::device core = tc::ttc_vegeta_m8();
  const auto runnable = tc::reachable_series(core);
  const auto patterns = [&](const lacuna::network::layer_shape& l) -> tc::layer_patterns {
    const auto at = std::find(names.begin(), names.end(), l.name);
    if (at == names.end()) return {};
    const auto& series = menu[chosen[static_cast<std::size_t>(at - names.begin())]];
    if (std::find(runnable.begin(), runnable.end(), series) == runnable.end()) return {};
    if (of_activations) return {lacuna::dense_pattern{}, series};
    return {series, lacuna::dense_pattern{}};
  };
  const auto dense = tc::simulate_network(
      tc::dense_tensor_core(), net,
      [](const lacuna::network::layer_shape&) { return tc::layer_patterns{}; });
  return tc::simulate_network(core, net, patterns).edp() / dense.edp();
}

}  // namespace tasder
