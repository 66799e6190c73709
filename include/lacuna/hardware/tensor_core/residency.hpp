// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::tensor_core {

/// a / b rounded up.
[[nodiscard]] constexpr index_t ceil_div(index_t a, index_t b) noexcept { return (a + b - 1) / b; }

/// One operand as the shared memory sees it: strips of `step` rows of A or columns of B.
struct strips {
  index_t extent{1};
  index_t step{1};
  double strip_bytes{0};  ///< the most that `step` rows can hold
  double whole_bytes{0};  ///< what all of them hold; below the sum of strips for a mere density

  [[nodiscard]] double held(index_t count) const noexcept {
    return count >= ceil_div(extent, step) ? whole_bytes : strip_bytes * static_cast<double>(count);
  }
};

/// How often operands come from DRAM, given what the shared memory can hold.
struct residency {
  double a_fetches{1};
  double b_fetches{1};
  bool streamed{false};  ///< pieces along k pass through, nothing is kept
};

/// Every way to keep some strips of A and of B in `capacity` bytes, with either operand in the
/// outer loop: the outer one is fetched once, the inner one once for each group of the outer that
/// is held. Counts of strips double from one to all. Besides, nothing kept: as tiles of the result
/// stay in the array, pieces of both operands may pass through, each strip again for each tile.
[[nodiscard]] inline std::vector<residency> residencies(const strips& a, const strips& b,
                                                        double capacity) {
  const index_t a_all = ceil_div(a.extent, a.step);
  const index_t b_all = ceil_div(b.extent, b.step);
  const auto counts = [](index_t all) {
    std::vector<index_t> out;
    for (index_t c = 1; c < all; c *= 2) out.push_back(c);
    out.push_back(all);
    return out;
  };
  std::vector<residency> out{{static_cast<double>(b_all), static_cast<double>(a_all), true}};
  for (const index_t nb : counts(b_all)) {
    const double b_held = b.held(nb);
    if (b_held > capacity) continue;
    for (const index_t na : counts(a_all)) {
      if (a.held(na) + b_held > capacity) continue;
      out.push_back({1, static_cast<double>(ceil_div(a_all, na)), false});  // A in the outer loop
      out.push_back({static_cast<double>(ceil_div(b_all, nb)), 1, false});  // B in the outer loop
    }
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::tensor_core
