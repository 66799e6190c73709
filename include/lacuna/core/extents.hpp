// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Sizes and positions; signed, as Eigen's are.
using index_t = std::ptrdiff_t;

/// ceil(a / b) for a >= 0, b > 0.
[[nodiscard]] constexpr index_t ceil_div(index_t a, index_t b) noexcept { return (a + b - 1) / b; }

/// The smallest multiple of `step` that is at least `a`.
[[nodiscard]] constexpr index_t round_up(index_t a, index_t step) noexcept {
  return ceil_div(a, step) * step;
}

/// Extents of an NCHW image batch (n, c, h, w) or of filters (out, in, h, w).
struct extents4 {
  index_t n{0};
  index_t c{0};
  index_t h{0};
  index_t w{0};

  [[nodiscard]] constexpr index_t size() const noexcept { return n * c * h * w; }
  friend constexpr bool operator==(const extents4&, const extents4&) = default;
};

/// "(64, 128)"
[[nodiscard]] inline std::string to_string_shape(index_t rows, index_t cols) {
  std::string text("(");
  return text.append(std::to_string(rows)).append(", ").append(std::to_string(cols)).append(")");
}

/// "(1, 64, 56, 56)"
[[nodiscard]] inline std::string to_string(const extents4& e) {
  std::string text("(");
  for (const index_t extent : {e.n, e.c, e.h, e.w})
    text.append(std::to_string(extent)).append(", ");
  return text.replace(text.size() - 2, 2, ")");
}

}  // namespace lacuna::inline LACUNA_ABI
