// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <lacuna/hardware/aie2/mapping.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// One iteration of every core: which tile of pixels and piece of weights, and what it begins and
/// ends with.
struct iteration_plan {
  index_t tile{0};
  index_t piece{0};
  bool takes_input{false}, gives_input{false};
  bool takes_weights{false}, gives_weights{false};
  bool takes_output{false}, gives_output{false};
  bool first_reduction{true}, last_reduction{true};
};

/// A mapping's iterations in order.
[[nodiscard]] inline std::vector<iteration_plan> plan_iterations(const mapping& m, bool weights) {
  std::vector<iteration_plan> out;
  const bool stay = m.order == loop_order::weights_stay;
  const bool split = m.reduction_tiles > 1;
  const index_t tiles = m.pixel_tiles();
  const index_t pieces = m.pieces();
  for (index_t n = 0; n < tiles * pieces; ++n) {
    iteration_plan i;
    i.tile = stay ? n % tiles : n / pieces;
    i.piece = stay ? n / tiles : n % pieces;
    i.takes_input = stay || split || !weights || i.piece == 0;
    i.gives_input = stay || split || !weights || i.piece + 1 == pieces;
    if (weights) {
      const bool once = pieces == 1;
      i.takes_weights = stay || once ? i.tile == 0 : true;
      i.gives_weights = stay || once ? i.tile + 1 == tiles : true;
    }
    i.first_reduction = i.piece % m.reduction_tiles == 0;
    i.last_reduction = (i.piece + 1) % m.reduction_tiles == 0;
    i.takes_output = i.first_reduction;
    i.gives_output = i.last_reduction;
    out.push_back(i);
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
