// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <lacuna/core/conv_window.hpp>
#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Where each tap's entries lie in panels of a convolution, whose rows of X are `taps.h * taps.w`
/// runs of channels. Entries of a panel are sorted by tap, columns of taps outside: taps of one
/// column see the same pixels of the image but at its upper and lower edge.
struct tap_sections {
  extents2 taps{1};
  /// First entry of each section, counted from the panel's first, panel by panel; empty for one
  /// tap.
  std::vector<std::int32_t> starts;

  [[nodiscard]] index_t count() const noexcept { return taps.h * taps.w; }
  /// Section of tap (ty, tx).
  [[nodiscard]] index_t of(index_t ty, index_t tx) const noexcept { return tx * taps.h + ty; }
  [[nodiscard]] const std::int32_t* of_panel(index_t p) const noexcept {
    return starts.data() + p * count();
  }
};

/// Sorts the entries of panels by tap, where each tap has whole rows of words. O(entries).
template <class Panels>
void sort_by_taps(Panels& w, extents2 taps) {
  const index_t count = taps.h * taps.w;
  const index_t channels = w.word_rows() / count;
  if (count == 1 || channels * count != w.word_rows()) return;
  w.sections.taps = taps;
  const auto section_of = [&](std::int32_t k) {
    const index_t tap = k / channels;
    return static_cast<std::size_t>(w.sections.of(tap / taps.w, tap % taps.w));
  };
  constexpr index_t entry_values = Panels::entry_values;
  auto k = w.k;
  auto values = w.values;
  std::vector<std::int32_t> next(static_cast<std::size_t>(count) + 1);
  for (std::size_t p = 0; p < static_cast<std::size_t>(w.count()); ++p) {
    next.assign(next.size(), 0);
    for (index_t e = w.offsets[p]; e < w.offsets[p + 1]; ++e) {
      ++next[section_of(w.k[static_cast<std::size_t>(e)]) + 1];
    }
    std::partial_sum(next.begin(), next.end(), next.begin());
    w.sections.starts.insert(w.sections.starts.end(), next.begin(), next.end() - 1);
    for (index_t e = w.offsets[p]; e < w.offsets[p + 1]; ++e) {
      const auto from = static_cast<std::size_t>(e);
      const index_t to = w.offsets[p] + next[section_of(w.k[from])]++;
      k[static_cast<std::size_t>(to)] = w.k[from];
      std::copy_n(w.values.begin() + e * entry_values, entry_values,
                  values.begin() + to * entry_values);
    }
  }
  w.k = std::move(k);
  w.values = std::move(values);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
