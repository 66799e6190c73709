// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <lacuna/core/contract.hpp>
#include <lacuna/format/pattern.hpp>
#include <lacuna/kernel/simd/take_groups.hpp>
#include <lacuna/kernel/simd/unroll.hpp>
#include <lacuna/prune/keep.hpp>
#include <lacuna/prune/ranking.hpp>

namespace lacuna::inline LACUNA_ABI::detail {

/// A matrix while terms are taken from it: what is left, by its importance (0 where a value is zero
/// or taken), and which term has taken what (0: none; t + 1: term t). Rows are contiguous;
/// `margin` values before the first and behind the last importance are readable.
template <class Real>
struct remainder {
  static constexpr index_t margin = 16;

  Real* importance;
  std::uint8_t* term_of;
  index_t rows;
  index_t cols;

  void take(index_t at, std::uint8_t mark) const noexcept {
    if (importance[at] > Real(0)) {
      importance[at] = Real(0);
      term_of[at] = mark;
    }
  }
};

/// One N:M group of one row. Each value's rank is the count of those worth more, or as much and
/// before it: M (M - 1) / 2 comparisons without a branch, several times faster than sorting, whose
/// branches depend on the data.
template <index_t M, class Real>
LACUNA_ALWAYS_INLINE void take_group(Real* importance, std::uint8_t* term_of, index_t n,
                                     std::uint8_t mark) noexcept {
  using kernel::simd::unroll;
  Real s[static_cast<std::size_t>(M)];
  int rank[static_cast<std::size_t>(M)] = {};
  unroll<M>([&](auto p) LACUNA_INLINE_LAMBDA { s[p] = importance[p]; });
  kernel::simd::unroll_pairs<M>([&](auto later, auto earlier) LACUNA_INLINE_LAMBDA {
    const int first = s[earlier] >= s[later];
    rank[later] += first;
    rank[earlier] += 1 - first;
  });
  unroll<M>([&](auto p) LACUNA_INLINE_LAMBDA {
    const bool taken = rank[p] < n && s[p] > Real(0);
    importance[p] = taken ? Real(0) : s[p];
    term_of[p] = taken ? mark : term_of[p];
  });
}

template <index_t M, class Real>
void take_whole_groups(const remainder<Real>& r, index_t first, index_t last, index_t n,
                       std::uint8_t mark) {
  using arch = xsimd::default_arch;
  for (index_t i = 0; i < r.rows; ++i) {
    Real* importance = r.importance + i * r.cols;
    std::uint8_t* term_of = r.term_of + i * r.cols;
    index_t k = first;
    if constexpr (kernel::simd::takes_groups<Real, arch, M>) {
      constexpr index_t step = kernel::simd::take_step<Real, arch, M>;
      const index_t count = (last - first) / step * step;
      kernel::simd::take_groups<arch, M>(importance + k, term_of + k, count, n, mark);
      k += count;
    }
    for (; k + M <= last; k += M) take_group<M>(importance + k, term_of + k, n, mark);
  }
}

/// N:M in columns [first, last): of every m columns the n worth most; of V rows that share
/// positions, the columns with the largest sums of squares.
template <class Real>
void take_n_m(const remainder<Real>& r, const n_m_pattern& p, index_t first, index_t last,
              std::uint8_t mark) {
  index_t done = first;
  if (p.shared_rows == 1) {
    done = first + (last - first) / p.m * p.m;
    switch (p.m) {
      case 2:
        take_whole_groups<2>(r, first, last, p.n, mark);
        break;
      case 4:
        take_whole_groups<4>(r, first, last, p.n, mark);
        break;
      case 8:
        take_whole_groups<8>(r, first, last, p.n, mark);
        break;
      case 16:
        take_whole_groups<16>(r, first, last, p.n, mark);
        break;
      default:
        done = first;
    }
  }
  std::array<double, 256> worth;
  std::array<bool, 256> chosen;
  for (index_t i = 0; i < r.rows; i += p.shared_rows) {
    const index_t rows = std::min(p.shared_rows, r.rows - i);
    for (index_t k = done; k < last; k += p.m) {
      const index_t size = std::min(p.m, last - k);
      worth.fill(0);
      for (index_t j = 0; j < rows; ++j) {
        for (index_t c = 0; c < size; ++c) {
          const auto s = static_cast<double>(r.importance[(i + j) * r.cols + k + c]);
          // One row ranks by itself: the square of a small importance may be zero.
          worth[static_cast<std::size_t>(c)] += rows == 1 ? s : s * s;
        }
      }
      choose_columns(worth.data(), size, p.n, chosen.data());
      for (index_t j = 0; j < rows; ++j) {
        for (index_t c = 0; c < size; ++c) {
          if (chosen[static_cast<std::size_t>(c)]) r.take((i + j) * r.cols + k + c, mark);
        }
      }
    }
  }
}

/// The blocks with the largest sums of squares, `keep` of them all. Columns are `taps` runs of
/// channels; a block spans all taps.
template <class Real>
void take_blocks(const remainder<Real>& r, const block_pattern& p, keep share, index_t taps,
                 std::uint8_t mark) {
  const index_t in = r.cols / taps;
  const index_t across = ceil_div(in, p.cols);
  std::vector<double> worth(static_cast<std::size_t>(ceil_div(r.rows, p.rows) * across));
  const auto block_of = [&](index_t i, index_t k) {
    return static_cast<std::size_t>(i / p.rows * across + k % in / p.cols);
  };
  for (index_t i = 0; i < r.rows; ++i) {
    for (index_t k = 0; k < r.cols; ++k) {
      const auto s = static_cast<double>(r.importance[i * r.cols + k]);
      worth[block_of(i, k)] += s * s;
    }
  }
  const auto blocks = static_cast<index_t>(worth.size());
  std::vector<bool> chosen(worth.size());
  for (const index_t b : best(worth.data(), blocks, share.of(blocks))) {
    chosen[static_cast<std::size_t>(b)] = true;
  }
  for (index_t i = 0; i < r.rows; ++i) {
    for (index_t k = 0; k < r.cols; ++k) {
      if (chosen[block_of(i, k)]) r.take(i * r.cols + k, mark);
    }
  }
}

/// The values worth most, `keep` of them all, zeros counted.
template <class Real>
void take_largest(const remainder<Real>& r, keep share, std::uint8_t mark) {
  const index_t size = r.rows * r.cols;
  const index_t count = share.of(size);
  if (count == size) {
    for (index_t at = 0; at < size; ++at) r.take(at, mark);
    return;
  }
  for (const index_t at : best(r.importance, size, count)) r.take(at, mark);
}

}  // namespace lacuna::inline LACUNA_ABI::detail
