// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/format/pattern.hpp>
#include <lacuna/format/series_pattern.hpp>
#include <lacuna/network/layer_shape.hpp>

namespace lacuna::inline LACUNA_ABI::hardware {

using network::gemm_extents;

/// Each value is non-zero with the same probability, independently of all others.
struct uniform_density {
  double share{1};
  friend bool operator==(const uniform_density&, const uniform_density&) = default;
};

/// What a model knows of an operand's zeros: none, a density, N:M along the reduction axis, or a
/// series of terms, each a stored operand of its own.
using operand_pattern = std::variant<dense_pattern, uniform_density, n_m_pattern, series_pattern>;

/// The share of values that are stored, hence also an upper bound of the non-zeros.
[[nodiscard]] inline double density(const operand_pattern& p) noexcept {
  if (const auto* d = std::get_if<uniform_density>(&p)) return d->share;
  if (const auto* g = std::get_if<n_m_pattern>(&p)) {
    return static_cast<double>(g->n) / static_cast<double>(g->m);
  }
  if (const auto* s = std::get_if<series_pattern>(&p)) return s->share();
  return 1;
}

/// "dense", "density 0.25", "2:4", "2:4+2:8".
[[nodiscard]] inline std::string to_string(const operand_pattern& p) {
  if (const auto* d = std::get_if<uniform_density>(&p)) return message("density ", d->share);
  if (const auto* g = std::get_if<n_m_pattern>(&p)) return to_string(pattern{*g});
  if (const auto* s = std::get_if<series_pattern>(&p)) return to_string(*s);
  return "dense";
}

/// @throws shape_error where a density is not in (0, 1], N:M not 0 < N <= M, or a series is empty.
inline void require_valid(const operand_pattern& p, char operand) {
  if (const auto* d = std::get_if<uniform_density>(&p); d != nullptr) {
    if (!(d->share > 0 && d->share <= 1)) {
      throw shape_error(message("operand ", std::string(1, operand),
                                ": expected a density above 0 and at most 1, got ", d->share));
    }
  } else if (const auto* g = std::get_if<n_m_pattern>(&p); g != nullptr) {
    if (g->n < 1 || g->n > g->m) {
      throw shape_error(message("operand ", std::string(1, operand),
                                ": expected N:M with 0 < N <= M, got ", g->n, ":", g->m));
    }
  } else if (const auto* s = std::get_if<series_pattern>(&p); s != nullptr && s->terms.empty()) {
    throw shape_error(message("operand ", std::string(1, operand), ": a series without terms"));
  }
}

/// @throws shape_error with the extents unless all are positive.
inline void require_valid(const gemm_extents& g) {
  if (g.m < 1 || g.k < 1 || g.n < 1) {
    throw shape_error(message("expected a product with positive extents, got (", g.m, ", ", g.k,
                              ") x (", g.k, ", ", g.n, ")"));
  }
}

}  // namespace lacuna::inline LACUNA_ABI::hardware
