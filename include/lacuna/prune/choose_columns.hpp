// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// The n columns worth most of `size`, ties to the first: true in `chosen`. Each column's rank is
/// the count of those worth more, or as much and before it: size^2 comparisons without a branch,
/// where a sort's branches depend on the data. `worth` holds no NaN.
template <class Real>
void choose_columns(const Real* worth, index_t size, index_t n, bool* chosen) {
  for (index_t p = 0; p < size; ++p) {
    index_t before = 0;
    for (index_t q = 0; q < p; ++q) before += worth[q] >= worth[p] ? 1 : 0;
    for (index_t q = p + 1; q < size; ++q) before += worth[q] > worth[p] ? 1 : 0;
    chosen[p] = before < n;
  }
}

}  // namespace lacuna::inline LACUNA_ABI::detail
