// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/format/series_pattern.hpp>

namespace lacuna::inline LACUNA_ABI::hardware {

/// P(X = x), x = 0..trials, of X ~ Binomial(trials, p). Cost O(trials).
/// @throws shape_error unless trials >= 0 and 0 <= p <= 1.
[[nodiscard]] inline std::vector<double> binomial(index_t trials, double p) {
  if (trials < 0 || !(p >= 0 && p <= 1)) {
    throw shape_error(message("no binomial distribution of ", trials, " trials with p = ", p));
  }
  std::vector<double> mass(static_cast<std::size_t>(trials) + 1, 0);
  if (p == 0 || p == 1) {
    mass[p == 0 ? 0 : mass.size() - 1] = 1;
    return mass;
  }
  const auto n = static_cast<double>(trials);
  for (std::size_t x = 0; x < mass.size(); ++x) {
    const auto k = static_cast<double>(x);
    mass[x] = std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                       k * std::log(p) + (n - k) * std::log1p(-p));
  }
  return mass;
}

/// The expected share of non-zeros that N:M drops when each value is non-zero with probability
/// `density`: E[max(X - N, 0)] / (M density), X ~ Binomial(M, density).
/// @throws shape_error unless 0 < density <= 1 and 0 < n <= m.
[[nodiscard]] inline double expected_dropped_share(index_t n, index_t m, double density) {
  if (!(density > 0 && density <= 1) || n < 1 || n > m) {
    throw shape_error(message("dropped share of ", n, ":", m, " at density ", density,
                              ": expected 0 < N <= M and a density above 0 and at most 1"));
  }
  const std::vector<double> mass = binomial(m, density);
  double dropped = 0;
  for (index_t x = n + 1; x <= m; ++x) {
    dropped += static_cast<double>(x - n) * mass[static_cast<std::size_t>(x)];
  }
  return dropped / (static_cast<double>(m) * density);
}

namespace detail {
// A term N:M on blocks of `span` values, span a multiple of m: the distribution of what is left,
// when `mass` is that of the non-zeros and these lie anywhere in the block (all placings alike).
inline std::vector<double> after_term(const std::vector<double>& mass, index_t n, index_t m) {
  const auto span = static_cast<index_t>(mass.size()) - 1;
  const auto log_choose = [](index_t a, index_t b) {
    const auto f = [](index_t x) { return std::lgamma(static_cast<double>(x) + 1); };
    return f(a) - f(b) - f(a - b);
  };
  // ways[x][r]: placings of x non-zeros in the blocks so far that leave r
  const index_t blocks = span / m;
  using table = std::vector<std::vector<double>>;
  const auto size = static_cast<std::size_t>(span) + 1;
  table ways(size, std::vector<double>(size, 0));
  ways[0][0] = 1;
  for (index_t b = 0; b < blocks; ++b) {
    table next(size, std::vector<double>(size, 0));
    for (index_t x = 0; x <= b * m; ++x) {
      for (index_t r = 0; r <= x; ++r) {
        const double so_far = ways[static_cast<std::size_t>(x)][static_cast<std::size_t>(r)];
        if (so_far == 0) continue;
        for (index_t in = 0; in <= m; ++in) {
          next[static_cast<std::size_t>(x + in)]
              [static_cast<std::size_t>(r + std::max<index_t>(0, in - n))] +=
              so_far * std::exp(log_choose(m, in));
        }
      }
    }
    ways = std::move(next);
  }
  std::vector<double> left(size, 0);
  for (index_t x = 0; x <= span; ++x) {
    for (index_t r = 0; r <= x; ++r) {
      left[static_cast<std::size_t>(r)] +=
          mass[static_cast<std::size_t>(x)] *
          ways[static_cast<std::size_t>(x)][static_cast<std::size_t>(r)] /
          std::exp(log_choose(span, x));
    }
  }
  return left;
}
}  // namespace detail

/// The expected share of non-zeros that a series of N:M terms leaves in the residual, non-zeros
/// independent with probability `density`. Terms of one M add up to (N1 + N2 + ...):M. With several
/// M the residual of each term is taken as spread evenly over the widest block: exact for two
/// terms, an approximation where a term narrower than the widest follows another such. An
/// unstructured term that keeps all leaves nothing. Cost O(widest^3).
/// @throws shape_error on a density outside (0, 1] or an empty series; unsupported_error on blocks,
/// on unstructured terms that keep a part, or where no M is a multiple of all others.
[[nodiscard]] inline double expected_dropped_share(const series_pattern& series, double density) {
  if (series.terms.empty() || !(density > 0 && density <= 1)) {
    throw shape_error(message("dropped share of '", to_string(series), "' at density ", density,
                              ": expected a term and a density above 0 and at most 1"));
  }
  index_t widest = 1;
  for (const term_pattern& t : series.terms) {
    if (std::holds_alternative<dense_pattern>(t.what)) return 0;
    if (std::holds_alternative<unstructured_pattern>(t.what) && t.keep == 1) return 0;
    const auto* g = std::get_if<n_m_pattern>(&t.what);
    if (g == nullptr) {
      throw unsupported_error(
          message("dropped share of '", to_string(series), "': only N:M terms have a formula"));
    }
    widest = std::max(widest, g->m);
  }
  bool one_width = true;
  index_t kept = 0;
  for (const term_pattern& t : series.terms) {
    const auto& g = std::get<n_m_pattern>(t.what);
    if (widest % g.m != 0) {
      throw unsupported_error(message("dropped share of '", to_string(series), "': ", g.m,
                                      " does not divide ", widest));
    }
    one_width = one_width && g.m == widest;
    kept += g.n;
  }
  if (one_width) return expected_dropped_share(std::min(kept, widest), widest, density);

  std::vector<double> mass = binomial(widest, density);
  for (const term_pattern& t : series.terms) {
    const auto& g = std::get<n_m_pattern>(t.what);
    mass = detail::after_term(mass, g.n, g.m);
  }
  double left = 0;
  for (std::size_t x = 0; x < mass.size(); ++x) left += static_cast<double>(x) * mass[x];
  return left / (static_cast<double>(widest) * density);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware
