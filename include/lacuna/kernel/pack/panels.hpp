// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/format/concepts.hpp>
#include <lacuna/kernel/pack/tap_sections.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Entries of a run, where all entries come in runs of consecutive positions, as blocks' do.
inline constexpr index_t run_length = 8;

/// How many entries before its use tiles ask for a row of X: 380 cycles of multiply-adds, about
/// what a line takes from the third level beside others (docs/decisions/0012-tiles-look-ahead.md).
inline constexpr index_t entries_ahead = 32;

/// What the register tiles read: the matrix cut in panels of Rows rows that share column
/// positions. A panel is a list of entries; an entry is one k and the panel's Rows values there,
/// so blocks, shared N:M, strict N:M (Rows = 1), CSR and dense rows are all the same loop:
///
///   for each entry e of the panel: Y[rows] += values[e] * X[k[e]]
///
/// Values are held in the type T they are multiplied in. Rows beyond the matrix are zero.
template <class T, index_t Rows>
struct panels {
  using value_type = T;
  static constexpr index_t rows_per_panel = Rows;
  static constexpr index_t rows_per_tile = Rows;
  static constexpr index_t entry_values = Rows;

  index_t rows{0};                  ///< rows of the matrix
  index_t depth{0};                 ///< rows of X: every k is below it
  std::vector<index_t> offsets{0};  ///< first entry of each panel, and the count of entries
  /// Row of X of each entry; of the first panel's entries alone where panels share positions. What
  /// is packed for tiles has a run more behind the last (`end_positions`).
  aligned_vector<std::int32_t> k;
  aligned_vector<T> values;      ///< Rows an entry
  bool shares_positions{false};  ///< whether all panels have the same (`share_positions`)
  bool is_dense{false};     ///< whether entry k of every panel has position k (`share_positions`)
  bool in_runs{false};      ///< whether all entries come in runs (`find_runs`)
  tap_sections sections{};  ///< of the entries, under a window of several taps

  /// A matrix of zeros.
  [[nodiscard]] static panels empty(index_t rows, index_t depth) {
    panels out;
    out.rows = rows;
    out.depth = depth;
    out.offsets.assign(static_cast<std::size_t>(ceil_div(rows, Rows)) + 1, 0);
    return out;
  }

  [[nodiscard]] index_t count() const noexcept { return static_cast<index_t>(offsets.size()) - 1; }
  [[nodiscard]] index_t entries() const noexcept { return offsets.back(); }
  /// Rows of X as tiles read them.
  [[nodiscard]] index_t word_rows() const noexcept { return depth; }
  /// Rows of X of panel p's entries.
  [[nodiscard]] const std::int32_t* positions(index_t p) const noexcept {
    return k.data() + (shares_positions ? 0 : offsets[static_cast<std::size_t>(p)]);
  }
  /// Values of the panels before `panel`: what it takes to get there.
  [[nodiscard]] index_t values_before(index_t panel) const noexcept {
    return offsets[static_cast<std::size_t>(panel)] * Rows;
  }
};

namespace detail {

/// Fills panels through `emit(row, k, value_of_row)`; `column` maps a column of the matrix to the
/// row of X it meets, or to -1 where it meets none (padding).
template <class T, index_t Rows, class Column>
struct panel_builder {
  panels<T, Rows> out;
  const Column& column;

  template <class Value>
  void entry(index_t col, index_t valid_rows, const Value& value) {
    const index_t k = column(col);
    if (k < 0) return;
    out.k.push_back(static_cast<std::int32_t>(k));
    for (index_t r = 0; r < Rows; ++r) {
      out.values.push_back(r < valid_rows ? static_cast<T>(value(r)) : T(0));
    }
  }
  void end_panel() { out.offsets.push_back(static_cast<index_t>(out.k.size())); }
};

template <index_t Rows, class Builder, scalar T>
void fill_panels(const dense_matrix<T>& a, Builder& b) {
  for (index_t i = 0; i < a.rows(); i += Rows) {
    for (index_t k = 0; k < a.cols(); ++k) {
      b.entry(k, std::min(Rows, a.rows() - i), [&](index_t r) { return a(i + r, k); });
    }
    b.end_panel();
  }
}

template <index_t Rows, class Builder, scalar T, index_t R, index_t C>
void fill_panels(const block_csr<T, R, C>& a, Builder& b) {
  static_assert(R % Rows == 0, "panels are parts of a block row");
  for (index_t i = 0; i < a.rows(); i += Rows) {
    const auto [first, last] = a.block_range(i / R);
    for (index_t n = first; n < last; ++n) {
      const T* values = a.block_values(n) + i % R * C;
      const index_t k0 = a.block_column(n) * C;
      for (index_t c = 0; c < std::min(C, a.cols() - k0); ++c) {
        b.entry(k0 + c, std::min(Rows, a.rows() - i), [&](index_t r) { return values[r * C + c]; });
      }
    }
    b.end_panel();
  }
}

template <index_t Rows, class Builder, scalar T, index_t N, index_t M, index_t V>
void fill_panels(const n_m_matrix<T, N, M, V>& a, Builder& b) {
  static_assert(V % Rows == 0, "panels are parts of a row group");
  for (index_t i = 0; i < a.rows(); i += Rows) {
    for (index_t s = 0; s < a.slots(); ++s) {
      if (a.column(i / V, s) >= a.cols()) continue;
      const T* values = a.slot_values(i / V, s) + i % V;
      b.entry(a.column(i / V, s), std::min(Rows, a.rows() - i),
              [&](index_t r) { return values[r]; });
    }
    b.end_panel();
  }
}

}  // namespace detail

/// Keeps one panel's positions where all panels have the same, as those of dense matrices, which
/// are told from others: eight floats and their position are 36 bytes, and one column is bound by
/// the bytes of W. O(entries).
template <class T, index_t Rows>
void share_positions(panels<T, Rows>& w) {
  const index_t length = w.count() == 0 ? 0 : w.offsets[1];
  for (std::size_t p = 1; p < static_cast<std::size_t>(w.count()); ++p) {
    const auto first = w.k.begin() + w.offsets[p];
    const auto last = w.k.begin() + w.offsets[p + 1];
    if (!std::equal(first, last, w.k.begin(), w.k.begin() + length)) return;
  }
  w.k.resize(static_cast<std::size_t>(length));
  w.k.shrink_to_fit();
  w.shares_positions = true;
  w.is_dense = length == w.depth;
  for (index_t k = 0; k < length; ++k) {
    w.is_dense = w.is_dense && w.k[static_cast<std::size_t>(k)] == k;
  }
}

/// Puts positions behind the last, as tiles look up what comes next before they know whether
/// anything does: the first ones, which do where panels share them. After `share_positions`.
template <class Panels>
void end_positions(Panels& w) {
  const std::size_t positions = w.k.size();
  for (std::size_t i = 0; i < static_cast<std::size_t>(entries_ahead); ++i) {
    w.k.push_back(positions == 0 ? 0 : w.k[i % positions]);
  }
}

/// Notes whether entries come in runs. Before `share_positions`; O(entries).
template <class T, index_t Rows>
void find_runs(panels<T, Rows>& w) {
  const auto is_whole = [](index_t entries) { return entries % run_length == 0; };
  w.in_runs = std::all_of(w.offsets.begin(), w.offsets.end(), is_whole) &&
              std::all_of(w.sections.starts.begin(), w.sections.starts.end(), is_whole);
  for (index_t e = 1; e < w.entries() && w.in_runs; ++e) {
    const auto at = static_cast<std::size_t>(e);
    w.in_runs = e % run_length == 0 || w.k[at] == w.k[at - 1] + 1;
  }
}

/// Readies panels for tiles: what they hold is the same. O(entries).
template <class T, index_t Rows>
void ready_for_tiles(panels<T, Rows>& w, extents2 taps) {
  sort_by_taps(w, taps);
  find_runs(w);
  share_positions(w);
  end_positions(w);
}

/// Packs any format into panels of Rows rows; `depth` is how many rows X has and `column` says
/// which of them a column of the matrix meets (-1: none). O(stored values).
template <index_t Rows, matrix_format Format, class Column>
[[nodiscard]] auto pack_panels(const Format& a, index_t depth, const Column& column) {
  using T = accumulator_t<value_type_t<Format>>;
  if (depth > std::numeric_limits<std::int32_t>::max()) {
    throw shape_error(message("a product over ", depth, " rows is more than 2^31 - 1"));
  }
  detail::panel_builder<T, Rows, Column> builder{{}, column};
  detail::fill_panels<Rows>(a, builder);
  builder.out.rows = a.rows();
  builder.out.depth = depth;
  return std::move(builder.out);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
