// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/hardware/dropped_share.hpp>
#include <lacuna/hardware/operand.hpp>
#include <lacuna/hardware/tensor_core/device.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::tensor_core {

/// The series that a device runs in one pass: sums of at most `max_terms` patterns of its menu that
/// cost less than dense, cheapest first; of equal shares the one with fewest terms.
[[nodiscard]] inline std::vector<series_pattern> reachable_series(const device& d) {
  std::vector<series_pattern> all;
  const auto extend = [&](const auto& self, const series_pattern& so_far,
                          std::size_t from) -> void {
    for (std::size_t i = from; i < d.menu.size(); ++i) {
      series_pattern s = so_far;
      s.terms.insert(s.terms.begin(), term_pattern{d.menu[i], 1});  // larger terms first
      if (s.share() >= 1) continue;
      all.push_back(s);
      if (static_cast<index_t>(s.terms.size()) < d.max_terms) self(self, s, i);
    }
  };
  extend(extend, {}, 0);
  std::stable_sort(all.begin(), all.end(), [](const series_pattern& a, const series_pattern& b) {
    return std::pair(a.share(), a.terms.size()) < std::pair(b.share(), b.terms.size());
  });
  all.erase(std::unique(all.begin(), all.end(),
                        [](const series_pattern& a, const series_pattern& b) {
                          return a.share() == b.share();
                        }),
            all.end());
  return all;
}

/// The cheapest of `reachable_series` that is expected to drop at most `budget` of the non-zeros of
/// an operand with independent non-zeros; dense where there is none.
/// @throws shape_error unless 0 < density <= 1.
[[nodiscard]] inline operand_pattern cheapest_series(const device& d, double density,
                                                     double budget) {
  for (const series_pattern& s : reachable_series(d)) {
    if (expected_dropped_share(s, density) <= budget) return s;
  }
  return dense_pattern{};
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::tensor_core
