// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/kernel/pack/panels.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// A series of which some terms' rows share positions Rows at a time and others' do not: one tile
/// of Rows rows sums first the panel that they share, then each row's own entries.
///
/// Packing all of it a row at a time would read X again for each row of a block; two products would
/// read and write Y twice.
template <class T, index_t Rows>
struct mixed_panels {
  using value_type = T;
  static constexpr index_t rows_per_panel = Rows;
  static constexpr index_t rows_per_tile = Rows;

  panels<T, Rows> shared;
  panels<T, 1> single;
  index_t rows{0};   ///< rows of the matrix
  index_t depth{0};  ///< rows of X

  [[nodiscard]] index_t count() const noexcept { return shared.count(); }
  [[nodiscard]] index_t word_rows() const noexcept { return depth; }
  [[nodiscard]] index_t values_before(index_t panel) const noexcept {
    const index_t row = panel * Rows < rows ? panel * Rows : rows;
    return shared.values_before(panel) + single.values_before(row);
  }
};

}  // namespace lacuna::inline LACUNA_ABI::kernel
