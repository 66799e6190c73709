// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <numeric>
#include <tuple>

#include <lacuna/core/extents.hpp>
#include <lacuna/kernel/pack/row_pairs.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// How many values past its depth a layout's kernel reads of X.
template <class Layout>
inline constexpr index_t overread_v = [] {
  if constexpr (requires { Layout::overread; }) {
    return Layout::overread;
  } else {
    return index_t{0};
  }
}();

/// The terms of a series for matrix-vector products, each in the layout it reads best: one column
/// leaves nothing of X to share, so terms are summed one after the other, a few rows at a time.
template <class... Layouts>
struct gemv_series {
  using value_type = typename std::tuple_element_t<0, std::tuple<Layouts...>>::value_type;
  static constexpr index_t rows_per_panel = [] {
    index_t step = 1;
    ((step = std::lcm(step, most_rows<Layouts>)), ...);
    return step;
  }();
  static constexpr index_t overread = std::max({overread_v<Layouts>...});

  index_t rows{0};
  index_t depth{0};
  std::tuple<Layouts...> terms;

  [[nodiscard]] index_t count() const noexcept { return ceil_div(rows, rows_per_panel); }
  [[nodiscard]] index_t values_before(index_t panel) const noexcept {
    return std::apply([&](const auto&... t) { return (t.values_before(panel_of(t, panel)) + ...); },
                      terms);
  }
  /// The panel of a term that starts with panel `panel` of the series.
  template <class Layout>
  [[nodiscard]] static index_t panel_of(const Layout& term, index_t panel) noexcept {
    return std::min(term.count(), panel * (rows_per_panel / term.rows_per_panel));
  }
};

}  // namespace lacuna::inline LACUNA_ABI::kernel
