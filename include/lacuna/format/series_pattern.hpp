// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <lacuna/format/pattern.hpp>

namespace lacuna::inline LACUNA_ABI {

/// One term of a series: a pattern and, where the pattern alone sets no limit, how much it may
/// take. `keep` is the share of blocks, or of all values for an unstructured term; N:M takes n of
/// m whatever it says.
struct term_pattern {
  pattern what{n_m_pattern{}};
  double keep{1};

  friend bool operator==(const term_pattern&, const term_pattern&) = default;

  /// The share of all values that the term can hold at most: n / m, or `keep`.
  [[nodiscard]] double share() const noexcept {
    const auto* g = std::get_if<n_m_pattern>(&what);
    return g == nullptr ? keep : static_cast<double>(g->n) / static_cast<double>(g->m);
  }
};

/// A sum of structured terms, A ~ A_1 + A_2 + ... (TASD, arXiv 2403.07953): each takes from what
/// those before it left. An unstructured last term with keep 1 takes all that remains and makes the
/// series exact.
struct series_pattern {
  std::vector<term_pattern> terms;

  friend bool operator==(const series_pattern&, const series_pattern&) = default;

  /// The share of all multiply-adds that the series can cost at most; it may be above 1.
  [[nodiscard]] double share() const noexcept {
    double total = 0;
    for (const term_pattern& t : terms) total += t.share();
    return total;
  }
};

/// "2:4+2:8", "8x8@0.25+1:8+unstructured": patterns joined by +, what a term may take behind @
/// where it is not all.
[[nodiscard]] inline std::string to_string(const series_pattern& s) {
  std::string text;
  for (const term_pattern& t : s.terms) {
    text.append(text.empty() ? "" : "+").append(to_string(t.what));
    if (t.keep == 1) continue;
    char shortest[32];
    text.append("@").append(shortest, std::to_chars(shortest, std::end(shortest), t.keep).ptr);
  }
  return text;
}

/// The inverse of to_string. @throws shape_error on anything else, naming the term.
[[nodiscard]] inline series_pattern parse_series_pattern(std::string_view text) {
  series_pattern out;
  for (std::string_view rest = text;;) {
    const std::size_t plus = rest.find('+');
    const std::string_view term = rest.substr(0, plus);
    const std::size_t at = term.find('@');
    term_pattern t{parse_pattern(term.substr(0, at)), 1};
    if (at != std::string_view::npos) {
      const std::string_view share = term.substr(at + 1);
      const auto parsed = std::from_chars(share.data(), share.data() + share.size(), t.keep);
      if (parsed.ec != std::errc{} || parsed.ptr != share.data() + share.size() ||
          !(t.keep >= 0 && t.keep <= 1)) {
        throw shape_error(
            message("series '", text, "': expected a share from 0 to 1 behind @ in '", term, "'"));
      }
    }
    out.terms.push_back(t);
    if (plus == std::string_view::npos) return out;
    rest.remove_prefix(plus + 1);
  }
}

}  // namespace lacuna::inline LACUNA_ABI
