// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// What a layer's transfers move, in bytes.
struct layer_traffic {
  std::int64_t input{0};              ///< a tile's input, to a core or broadcast to a column
  bool broadcast{true};               ///< convolutions: one input for all cores of a column
  std::vector<std::int64_t> weights;  ///< mean piece of each group of output channels
  std::int64_t output{0};             ///< a tile's result, of one core
  std::int64_t input_from_dram{0};    ///< all of it, 0 where it is in memory tiles already
  bool output_to_dram{false};
};

/// Who computes how long: `cycles[core][iteration]`, cores column by column, `rows` a column.
struct layer_work {
  index_t columns{1};
  index_t rows{1};
  std::vector<std::vector<double>> cycles;
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
