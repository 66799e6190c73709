// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/extents.hpp>
#include <lacuna/core/message.hpp>

namespace lacuna::inline LACUNA_ABI {

// --- patterns as types: template arguments of pruning and decomposition ---------------------

/// Whole blocks of R x C values are kept or zero.
template <index_t R, index_t C>
struct block {
  static_assert(R > 0 && C > 0);
};

/// At most N of every M consecutive values along a row are kept; V rows share the positions.
/// V = 1 is the N:M of sparse tensor cores.
template <index_t N, index_t M, index_t V = 1>
struct n_m {
  static_assert(0 < N && N <= M && M <= 256 && V > 0, "positions are stored in 8 bits");
};

/// Any value may be zero.
struct unstructured {};

// --- the same at run time: for search, reports, files and command lines ----------------------

struct dense_pattern {
  friend bool operator==(const dense_pattern&, const dense_pattern&) = default;
};
struct unstructured_pattern {
  friend bool operator==(const unstructured_pattern&, const unstructured_pattern&) = default;
};
struct block_pattern {
  index_t rows{8};
  index_t cols{8};
  friend bool operator==(const block_pattern&, const block_pattern&) = default;
};
struct n_m_pattern {
  index_t n{2};
  index_t m{4};
  index_t shared_rows{1};
  friend bool operator==(const n_m_pattern&, const n_m_pattern&) = default;
};
using pattern = std::variant<dense_pattern, unstructured_pattern, block_pattern, n_m_pattern>;

/// A pattern type as a value.
[[nodiscard]] constexpr unstructured_pattern as_pattern(unstructured /*p*/) noexcept { return {}; }
template <index_t R, index_t C>
[[nodiscard]] constexpr block_pattern as_pattern(block<R, C> /*p*/) noexcept {
  return {R, C};
}
template <index_t N, index_t M, index_t V>
[[nodiscard]] constexpr n_m_pattern as_pattern(n_m<N, M, V> /*p*/) noexcept {
  return {N, M, V};
}

/// "dense", "unstructured", "8x8", "2:4", "2:4x8" (eight rows share positions).
[[nodiscard]] inline std::string to_string(const pattern& p) {
  if (const auto* b = std::get_if<block_pattern>(&p)) {
    return message(b->rows, "x", b->cols);
  }
  if (const auto* g = std::get_if<n_m_pattern>(&p)) {
    const std::string n_m = message(g->n, ":", g->m);
    return g->shared_rows > 1 ? message(n_m, "x", g->shared_rows) : n_m;
  }
  return std::holds_alternative<dense_pattern>(p) ? "dense" : "unstructured";
}

/// The inverse of to_string. @throws shape_error on anything else.
[[nodiscard]] inline pattern parse_pattern(std::string_view text) {
  if (text == "dense") return dense_pattern{};
  if (text == "unstructured") return unstructured_pattern{};

  std::string_view rest = text;
  const auto number = [&]() -> index_t {
    index_t value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc{} || value < 1) return -1;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return value;
  };
  const auto separator = [&](char c) {
    const bool found = !rest.empty() && rest.front() == c;
    if (found) rest.remove_prefix(1);
    return found;
  };

  const index_t first = number();
  if (first > 0 && separator('x')) {
    const index_t cols = number();
    if (cols > 0 && rest.empty()) return block_pattern{first, cols};
  } else if (first > 0 && separator(':')) {
    const index_t m = number();
    const index_t v = m > 0 && separator('x') ? number() : 1;
    if (m >= first && m <= 256 && v > 0 && rest.empty()) return n_m_pattern{first, m, v};
  }
  throw shape_error(message("pattern '", text,
                            "': expected dense, unstructured, RxC (as 8x8), N:M (as 2:4) or "
                            "N:MxV with N <= M <= 256"));
}

}  // namespace lacuna::inline LACUNA_ABI
