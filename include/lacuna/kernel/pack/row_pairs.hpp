// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include <lacuna/core/contract.hpp>
#include <lacuna/kernel/pack/panels.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// A matrix whose rows share no positions by design (strict N:M, CSR, series of them), for tiles of
/// two rows that go through X in blocks of rows: in each block, rows are paired anew so that a pair
/// shares as many positions as it can, because a tile of one row is bound by its loads of X.
///
/// On Emerald Rapids, in the first level, entries that two rows share run at 99 % of the
/// multiply-adds' peak and own ones, with a load of X each, at 79 % at best: random 2:4 rows share
/// half of their positions, the best of 64 two thirds. Shared and own entries in turn, whose loads
/// spread over the multiply-adds of both, run at 93 %.
///
/// Pairs are sorted by the lengths of their lists: the end of a loop that ran as often the last
/// time is foreseen, and 1:8 has as few as eight entries a row and block.
///
/// Each output is summed block by block, in each shared and own entries in turn, k rising in both:
/// an order that is fixed here.
template <class T>
struct row_pairs {
  using value_type = T;
  static constexpr index_t rows_per_tile = 2;
  static constexpr index_t most_rows_per_panel = 256;

  /// Tiles look up the positions of two turns more than there are, four at once.
  static constexpr index_t positions_behind = 8;

  /// Two rows of a panel in one block of X. Their entries: `both` of (k; a value of each row) and
  /// `each` of (k and value of the first row, k and value of the second), in turn while there are
  /// of both kinds, then `rest` of (k, value) of the row that has more.
  struct pair {
    std::uint16_t row[2]{0, 0};  ///< within the panel; the second is beyond it where rows are odd
    std::uint16_t both{0};
    std::uint16_t each{0};
    std::uint16_t rest{0};
    std::uint16_t longer{0};  ///< which of them has the rest
  };
  /// Where a panel's part in a block begins: in `pairs`, `k` and `values`.
  struct part {
    index_t pair{0};
    index_t k{0};
    index_t value{0};
  };

  index_t rows{0};             ///< rows of the matrix
  index_t depth{0};            ///< rows of X
  index_t block{1};            ///< rows of X in a block, at most 2^15; the last may have fewer
  index_t rows_per_panel{64};  ///< pairs are made among them
  std::vector<part> parts;     ///< panel by panel, in each block by block, and where the last ends
  std::vector<pair> pairs;
  /// Row of X, counted from the block's first; `positions_behind` more follow the last.
  aligned_vector<std::uint16_t> k;
  aligned_vector<T> values;

  [[nodiscard]] index_t count() const noexcept { return ceil_div(rows, rows_per_panel); }
  [[nodiscard]] index_t entries() const noexcept { return static_cast<index_t>(values.size()); }
  [[nodiscard]] index_t word_rows() const noexcept { return depth; }
  [[nodiscard]] index_t blocks() const noexcept {
    return std::max<index_t>(1, ceil_div(depth, block));
  }
  [[nodiscard]] const part& part_of(index_t panel, index_t b) const noexcept {
    return parts[static_cast<std::size_t>(panel * blocks() + b)];
  }
  [[nodiscard]] index_t values_before(index_t panel) const noexcept {
    return part_of(panel, 0).value;
  }
};

/// Rows of a panel at most.
template <class Panels>
inline constexpr index_t most_rows = Panels::rows_per_panel;
template <class T>
inline constexpr index_t most_rows<row_pairs<T>> = row_pairs<T>::most_rows_per_panel;

namespace detail {

/// Makes a panel of row_pairs from the rows first ... first + 63 of `w`.
template <class T>
class row_pairer {
 public:
  row_pairer(const panels<T, 1>& w, index_t first, row_pairs<T>& out)
      : out_(out), words_(static_cast<std::size_t>(ceil_div(out.block, 64))) {
    const index_t last = std::min(first + out.rows_per_panel, w.rows);
    for (index_t r = first; r < last; ++r) {
      auto& row = rows_.emplace_back();
      for (index_t e = w.offsets[static_cast<std::size_t>(r)];
           e < w.offsets[static_cast<std::size_t>(r) + 1]; ++e) {
        row.push_back({w.k[static_cast<std::size_t>(e)], w.values[static_cast<std::size_t>(e)]});
      }
      std::stable_sort(row.begin(), row.end(),
                       [](const entry& a, const entry& b) { return a.k < b.k; });
    }
    done_.assign(rows_.size() + 1, 0);
    rows_.emplace_back();  // the partner of an odd row
  }

  /// Appends block b: each row with the one of those left whose entries are most nearly as many,
  /// of several the one that shares most with it; pairs with lists of one length together. Ends of
  /// loops that are not foreseen cost more than positions that are not shared (decision 7).
  void append(index_t b) {
    out_.parts.push_back({static_cast<index_t>(out_.pairs.size()),
                          static_cast<index_t>(out_.k.size()),
                          static_cast<index_t>(out_.values.size())});
    first_k_ = b * out_.block;
    take_block();
    std::vector<match> matches = match_rows();
    std::stable_sort(matches.begin(), matches.end(), [](const match& x, const match& y) {
      const auto key = [](const match& m) {
        return std::tuple(m.most - m.least, m.shared, m.least);
      };
      return key(x) < key(y);
    });
    for (const match& m : matches) append_pair(m.first, m.second);
  }

 private:
  struct entry {
    std::int32_t k;
    T value;
  };
  using range = std::pair<const entry*, const entry*>;

  /// Two rows, how many positions they share, and how many entries they have.
  struct match {
    std::size_t first;
    std::size_t second;
    int shared;
    index_t least;
    index_t most;
  };

  [[nodiscard]] std::vector<match> match_rows() const {
    const std::size_t count = rows_.size() - 1;
    std::vector<bool> is_matched(count + 1, false);
    std::vector<match> out;
    for (std::size_t r = 0; r < count; ++r) {
      if (is_matched[r]) continue;
      std::size_t best = count;
      int most = 0;
      index_t nearest = std::numeric_limits<index_t>::max();
      for (std::size_t q = r + 1; q < count; ++q) {
        if (is_matched[q]) continue;
        const index_t apart = std::abs(entries_of(r) - entries_of(q));
        if (apart > nearest) continue;
        const int shared = shared_positions(r, q);
        if (apart < nearest || shared > most) {
          nearest = apart;
          most = shared;
          best = q;
        }
      }
      is_matched[best] = true;
      const index_t a = entries_of(r);
      const index_t b = entries_of(best);
      out.push_back({r, best, most, std::min(a, b), std::max(a, b)});
    }
    return out;
  }
  [[nodiscard]] index_t entries_of(std::size_t row) const {
    return of_block_[row].second - of_block_[row].first;
  }

  /// The rows' entries in the block, and their positions as bits.
  void take_block() {
    bits_.assign(rows_.size() * words_, 0);
    of_block_.clear();
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const std::size_t begin = done_[r];
      while (done_[r] < rows_[r].size() && rows_[r][done_[r]].k < first_k_ + out_.block) {
        const auto at = static_cast<std::size_t>(rows_[r][done_[r]++].k - first_k_);
        bits_[r * words_ + at / 64] |= std::uint64_t{1} << at % 64;
      }
      of_block_.push_back({rows_[r].data() + begin, rows_[r].data() + done_[r]});
    }
  }

  [[nodiscard]] int shared_positions(std::size_t a, std::size_t b) const {
    int count = 0;
    for (std::size_t i = 0; i < words_; ++i) {
      count += __builtin_popcountll(bits_[a * words_ + i] & bits_[b * words_ + i]);
    }
    return count;
  }

  void append_pair(std::size_t first, std::size_t second) {
    typename row_pairs<T>::pair p;
    p.row[0] = static_cast<std::uint16_t>(first);
    p.row[1] = static_cast<std::uint16_t>(second);
    auto [a, a_end] = of_block_[first];
    auto [b, b_end] = of_block_[second];
    std::vector<entry> shared[2];
    std::vector<entry> own[2];
    while (a != a_end || b != b_end) {
      if (b == b_end || (a != a_end && a->k < b->k)) {
        own[0].push_back(*a++);
      } else if (a == a_end || b->k < a->k) {
        own[1].push_back(*b++);
      } else {
        shared[0].push_back(*a++);
        shared[1].push_back(*b++);
      }
    }
    const std::size_t both = shared[0].size();
    const std::size_t each = std::min(own[0].size(), own[1].size());
    p.longer = own[1].size() > each ? 1 : 0;
    for (std::size_t e = 0; e < std::max(both, each); ++e) {
      if (e < both) {
        append_entry(shared[0][e]);
        out_.values.push_back(shared[1][e].value);
      }
      if (e < each) {
        append_entry(own[0][e]);
        append_entry(own[1][e]);
      }
    }
    for (std::size_t e = each; e < own[p.longer].size(); ++e) append_entry(own[p.longer][e]);
    p.both = static_cast<std::uint16_t>(both);
    p.each = static_cast<std::uint16_t>(each);
    p.rest = static_cast<std::uint16_t>(own[p.longer].size() - each);
    out_.pairs.push_back(p);
  }
  void append_entry(const entry& e) {
    out_.k.push_back(static_cast<std::uint16_t>(e.k - first_k_));
    out_.values.push_back(e.value);
  }

  row_pairs<T>& out_;
  std::size_t words_;  ///< of 64 positions in a block
  std::vector<std::vector<entry>> rows_;
  std::vector<std::size_t> done_;  ///< entries of each row in the blocks so far
  std::vector<range> of_block_;
  std::vector<std::uint64_t> bits_;
  index_t first_k_{0};
};

}  // namespace detail

/// Rows of X a block. As many as the first-level cache holds, `fitting` with the widest strip; up
/// to twice as many, for narrower strips, where a row has too few entries in them to pay for
/// fetching and storing its sums; where it still has, all of X.
[[nodiscard]] inline index_t depth_block(index_t entries, index_t rows, index_t depth,
                                         index_t fitting) noexcept {
  // Entries a row and block. On Emerald Rapids fewer than 8 do not pay; on Zen 4 1:8 takes 1 to 7 %
  // less time with 16, but for 768x3072x128, which takes 1 % more.
  constexpr index_t enough = 8;
  constexpr index_t better = 16;
  constexpr index_t most = 1 << 15;
  const index_t wanted = entries == 0 ? depth : ceil_div(enough * rows * depth, entries);
  const index_t longest = 3 * fitting;
  const index_t longer = std::min(wanted * better / enough, longest);
  index_t blocks = ceil_div(depth, fitting);
  if (longer > fitting) blocks = wanted > longest ? 1 : (depth + longer / 2) / longer;
  if (4 * wanted > longest && 4 * depth <= 3 * longest) blocks = 1;
  blocks = std::max({index_t{1}, blocks, ceil_div(depth, most)});
  return std::max<index_t>(1, ceil_div(depth, blocks));
}

/// Rows among which pairs are made: a quarter of all, which leaves threads something to share, from
/// 64 to 256. Among more, pairs share more and there are more of one length in a row: on Zen 5 (14
/// products) a quarter for 64 rows makes 2:4, 2:8, 1:8 and CSR at 1/4 1.01, 1.02, 1.05 and 1.05
/// times as fast. Half makes them 1.00 to 1.03 again, but 768 rows on two threads 1.5 times one.
[[nodiscard]] inline index_t panel_rows(index_t rows) noexcept {
  return std::clamp<index_t>(rows / 4 / 64 * 64, 64, 256);
}

/// Pairs the rows of `w`, `rows_per_panel` at a time (at most 256), in blocks of `block` rows of X
/// (at most 2^15). O(entries + rows * rows_per_panel * depth / 64).
template <class T>
[[nodiscard]] row_pairs<T> pair_rows(const panels<T, 1>& w, index_t block, index_t rows_per_panel) {
  LACUNA_EXPECTS(0 < rows_per_panel && rows_per_panel <= row_pairs<T>::most_rows_per_panel);
  row_pairs<T> out;
  out.rows = w.rows;
  out.depth = w.depth;
  out.block = block;
  out.rows_per_panel = rows_per_panel;
  out.k.reserve(w.k.size());
  out.values.reserve(w.values.size());
  for (index_t first = 0; first < w.rows; first += out.rows_per_panel) {
    detail::row_pairer<T> panel(w, first, out);
    for (index_t b = 0; b < out.blocks(); ++b) panel.append(b);
  }
  out.parts.push_back({static_cast<index_t>(out.pairs.size()), static_cast<index_t>(out.k.size()),
                       static_cast<index_t>(out.values.size())});
  out.k.insert(out.k.end(), static_cast<std::size_t>(out.positions_behind), std::uint16_t{0});
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
