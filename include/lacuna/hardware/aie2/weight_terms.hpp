// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <variant>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/extents.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/format/series_pattern.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Weights as cores multiply them: 8x8 blocks and layers of 2:4 values.
struct weight_terms {
  double blocks{1};   ///< share of all 8x8 blocks that is multiplied
  index_t layers{0};  ///< of 2:4, each with half the multiply-adds of dense weights
  double kept{1};     ///< share of weights without zeros that the terms hold
};

/// The most values of an aligned group of four that N of every M can hold: 2 of 2:4, 2:8 and 1:2, 1
/// of 1:4 and 1:8, 4 of 4:8.
[[nodiscard]] inline index_t most_of_four(const n_m_pattern& p) noexcept {
  index_t most = 0;
  for (index_t four = 0; four < 4 * p.m; four += 4) {
    index_t here = 0;
    for (index_t group = four / p.m * p.m; group < four + 4; group += p.m) {
      here += std::min(p.n, std::min(group + p.m, four + 4) - std::max(group, four));
    }
    most = std::max(most, here);
  }
  return most;
}

/// What a series is on AIE2. Blocks of several terms add up; N:M terms share ceil(q / 2) layers,
/// where together they hold at most q of four (a series holds each value once, so q <= 4).
/// @throws unsupported_error on terms that cores do not run (dense weights beside others,
/// unstructured ones, other blocks), naming the term; shape_error on a series without terms.
[[nodiscard]] inline weight_terms terms_of(const series_pattern& s) {
  if (s.terms.empty()) throw shape_error("a series of weights has no terms");
  if (s.terms.size() == 1 && std::holds_alternative<dense_pattern>(s.terms.front().what)) return {};
  double blocks_left = 1;
  double values_left = 1;  // of a block that no block term holds
  index_t of_four = 0;
  for (const term_pattern& t : s.terms) {
    if (const auto* n_m = std::get_if<n_m_pattern>(&t.what)) {
      of_four += most_of_four(*n_m);
      values_left = std::max(0.0, values_left - t.share());
    } else if (t.what == pattern{block_pattern{8, 8}}) {
      blocks_left = std::max(0.0, blocks_left - t.keep);
    } else {
      throw unsupported_error(message("series ", to_string(s), ": AIE2 cores run terms of 8x8 ",
                                      "blocks and N:M, not ", to_string(t.what)));
    }
  }
  const weight_terms out{1 - blocks_left, (std::min<index_t>(4, of_four) + 1) / 2,
                         1 - blocks_left * values_left};
  if (!(out.kept > 0)) {
    throw unsupported_error(message("series ", to_string(s), ": its terms keep nothing"));
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
