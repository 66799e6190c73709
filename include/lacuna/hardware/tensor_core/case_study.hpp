// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cmath>

#include <lacuna/hardware/tensor_core/simulate.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::tensor_core {

/// One row of the Sparseloop case study (MICRO 2022, fig. 15): a layer as a product, the density of
/// its weights (1, 0.5, 0.3333 or 0.25) and of its input activations.
struct case_study_row {
  gemm_extents extents;
  double weight_density{1};
  double activation_density{1};
};

/// The row as that study ran it on `d`. Weights of density 0.5, 0.3333, 0.25 are 2:4, 2:6, 2:8 on
/// the flexible cores, 2:4 on the sparse core, dense on the dense core, and uniformly random on the
/// dual-side core. At 0.3333 the study padded the reduction to a multiple of 48 (eight blocks of
/// six) for the flexible and the dual-side cores.
/// @throws shape_error on another density, or what simulate throws.
[[nodiscard]] inline report simulate(const device& d, const case_study_row& row) {
  const double blocks = 2 / row.weight_density;  // the m of 2:m
  const auto m = static_cast<index_t>(std::lround(blocks));
  if (m != 2 && m != 4 && m != 6 && m != 8) {
    throw shape_error(message("the case study has weight densities 1, 0.5, 0.3333 and 0.25, not ",
                              row.weight_density));
  }
  gemm_extents g = row.extents;
  operand_pattern weights = dense_pattern{};
  const bool dual_side = d.order == dataflow::outer_product;
  const bool sparse_core_only = d.menu.size() == 1;
  if (m > 2 && dual_side) weights = uniform_density{2 / static_cast<double>(m)};
  if (m > 2 && !d.menu.empty()) weights = n_m_pattern{2, sparse_core_only ? 4 : m};
  if (m == 6 && (dual_side || d.menu.size() > 1)) g.k = ceil_div(g.k, 48) * 48;
  return simulate(d, g, weights, uniform_density{row.activation_density});
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::tensor_core
