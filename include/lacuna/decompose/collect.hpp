// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include <lacuna/core/matrix_view.hpp>
#include <lacuna/format/convert.hpp>
#include <lacuna/format/n_m_builder.hpp>

namespace lacuna::inline LACUNA_ABI {

template <class Pattern, int Percent>
struct at_most;

namespace detail {

/// Rows of a matrix and which term holds each of their values.
template <class T>
struct assigned_rows {
  matrix_view<const T> w;
  const std::uint8_t* term_of;

  /// The value if that term holds it, else zero.
  [[nodiscard]] T value(index_t i, index_t k, std::uint8_t mark) const noexcept {
    return term_of[i * w.cols + k] == mark ? w(i, k) : T(0);
  }
};

/// Bit p is set where from[p] == wanted, for p < Count <= 64; eight bytes a step: the bytes that
/// are zero after the exclusive or, found by a carry into their high bits, and those bits gathered
/// by a multiplication.
template <index_t Count>
[[nodiscard]] std::uint64_t bits_where(const std::uint8_t* from, std::uint8_t wanted) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t low7 = 0x7f * ones;
  std::uint64_t bits = 0;
  for (index_t p = 0; p < Count; p += 8) {
    std::uint64_t eight = ~(wanted * ones);  // what lies behind Count never matches
    std::memcpy(&eight, from + p, static_cast<std::size_t>(std::min<index_t>(8, Count - p)));
    const std::uint64_t differs = eight ^ wanted * ones;
    const std::uint64_t same = ~(((differs & low7) + low7) | differs | low7);
    bits |= (same >> 7) * 0x0102040810204080 >> 56 << p;
  }
  return bits;
}

/// Gathers what a term was assigned into the format of its pattern. A local pattern looks at
/// `row_unit` rows at a time and takes a matrix in pieces; any other takes it whole.
template <scalar T, class Pattern>
class collector;

template <scalar T, index_t N, index_t M, index_t V>
class collector<T, n_m<N, M, V>> {
 public:
  using format = n_m_matrix<T, N, M, V>;
  static constexpr bool is_local = true;
  static constexpr index_t row_unit = V;

  collector(index_t rows, index_t cols) : builder_(rows, cols) {}

  void append(const assigned_rows<T>& rows, std::uint8_t mark) {
    const index_t whole = V == 1 && M <= 64 && rows.w.col_stride == 1 ? rows.w.cols / M * M : 0;
    for (index_t i = 0; i < rows.w.rows; i += V) {
      for (index_t k = 0; k < whole; k += M) append_group(rows, i, k, mark);
      for (index_t k = whole; k < rows.w.cols; k += M) append_edge(rows, i, k, mark);
    }
  }
  [[nodiscard]] format finish() && { return std::move(builder_).finish(); }

 private:
  /// One row, a whole group, contiguous.
  void append_group(const assigned_rows<T>& rows, index_t i, index_t k, std::uint8_t mark) {
    const T* w = &rows.w(i, k);
    const std::uint8_t* term_of = rows.term_of + i * rows.w.cols + k;
    column_set<M> used;
    used.insert_bits(bits_where<M>(term_of, mark));
    builder_.append(used, [&](index_t p, index_t) { return term_of[p] == mark ? w[p] : T(0); });
  }

  void append_edge(const assigned_rows<T>& rows, index_t i, index_t k, std::uint8_t mark) {
    const auto inside = [&](index_t p, index_t r) {
      return i + r < rows.w.rows && k + p < rows.w.cols;
    };
    column_set<M> used;
    for (index_t p = 0; p < M; ++p) {
      for (index_t r = 0; r < V; ++r) {
        used.insert(p, inside(p, r) && rows.term_of[(i + r) * rows.w.cols + k + p] == mark);
      }
    }
    builder_.append(used, [&](index_t p, index_t r) {
      return inside(p, r) ? rows.value(i + r, k + p, mark) : T(0);
    });
  }

  n_m_builder<T, N, M, V> builder_;
};

template <scalar T, index_t R, index_t C>
class collector<T, block<R, C>> {
 public:
  using format = block_csr<T, R, C>;
  static constexpr bool is_local = false;
  static constexpr index_t row_unit = R;

  collector(index_t /*rows*/, index_t /*cols*/) {}

  void append(const assigned_rows<T>& rows, std::uint8_t mark) {
    const held_values term{rows, mark};
    blocks_ = to_block_csr_where<R, C>(term, [&](index_t block_row, index_t block_col) {
      for (index_t i = block_row * R; i < std::min(rows.w.rows, (block_row + 1) * R); ++i) {
        for (index_t k = block_col * C; k < std::min(rows.w.cols, (block_col + 1) * C); ++k) {
          if (rows.term_of[i * rows.w.cols + k] == mark) return true;
        }
      }
      return false;
    });
  }
  [[nodiscard]] format finish() && { return std::move(blocks_); }

 private:
  /// What to_block_csr_where reads.
  struct held_values {
    using Scalar = T;
    const assigned_rows<T>& from;
    std::uint8_t mark;

    [[nodiscard]] index_t rows() const noexcept { return from.w.rows; }
    [[nodiscard]] index_t cols() const noexcept { return from.w.cols; }
    [[nodiscard]] T operator()(index_t i, index_t k) const noexcept {
      return from.value(i, k, mark);
    }
  };

  format blocks_;
};

template <scalar T>
class collector<T, unstructured> : public collector<T, block<1, 1>> {
 public:
  using collector<T, block<1, 1>>::collector;
};

template <scalar T, class Pattern, int Percent>
class collector<T, at_most<Pattern, Percent>> : public collector<T, Pattern> {
 public:
  using collector<T, Pattern>::collector;
};

}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI
