// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <lacuna/core/contract.hpp>
#include <lacuna/core/matrix_view.hpp>
#include <lacuna/core/scalar.hpp>
#include <lacuna/kernel/simd/batch.hpp>
#include <lacuna/kernel/x86/interleave.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// X as bytes that a dot product of unsigned bytes takes: unsigned as they are, signed ones offset
/// by 128, which is a flip of the highest bit.
template <class X>
struct dot_bytes {
  static_assert(std::is_same_v<X, std::uint8_t> || std::is_same_v<X, std::int8_t>,
                "int8 weights multiply X of int8 or uint8");
  static constexpr std::int32_t zero = std::is_signed_v<X> ? 128 : 0;
  static constexpr std::int32_t flips = std::is_signed_v<X> ? -0x7f7f7f80 : 0;
};
template <>
struct dot_bytes<bfloat16> {
  static constexpr std::int32_t zero = 0;
  static constexpr std::int32_t flips = 0;
};

namespace detail {

/// Four bytes as one word, the first lowest. By shifts: a word that is loaded from bytes stored one
/// by one waits for all of them, which took stride-2 convolutions four times the product's time.
[[nodiscard]] LACUNA_ALWAYS_INLINE std::int32_t word_of(const std::uint8_t (&bytes)[4]) noexcept {
  return static_cast<std::int32_t>(
      static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8U |
      static_cast<std::uint32_t>(bytes[2]) << 16U | static_cast<std::uint32_t>(bytes[3]) << 24U);
}

[[nodiscard]] LACUNA_ALWAYS_INLINE std::int32_t word_of(const std::uint16_t (&pair)[2]) noexcept {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(pair[0]) |
                                   static_cast<std::uint32_t>(pair[1]) << 16U);
}

/// The twin of `x86::interleave_16`.
template <class Word>
void interleave_bytewise(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c,
                         const std::uint8_t* d, const std::int32_t* keep, std::int32_t flips,
                         Word* to) noexcept {
  for (index_t j = 0; j < 16; ++j) {
    const std::uint8_t bytes[] = {a[j], b[j], c[j], d[j]};
    to[j] = std::bit_cast<Word>((word_of(bytes) & keep[j]) ^ flips);
  }
}

template <class Word>
void interleave_pairwise(const std::uint16_t* a, const std::uint16_t* b, const std::int32_t* keep,
                         Word* to) noexcept {
  for (index_t j = 0; j < 16; ++j) {
    const std::uint16_t pair[] = {a[j], b[j]};
    to[j] = std::bit_cast<Word>(word_of(pair) & keep[j]);
  }
}

/// Columns that `interleave` takes at once.
inline constexpr index_t interleave_width = 16;
using interleave_mask = std::array<std::int32_t, 16>;

/// The bytes of a word that hold `rows` rows of X.
template <class X>
[[nodiscard]] constexpr std::int32_t bytes_of_rows(index_t rows) noexcept {
  const index_t bytes = rows * static_cast<index_t>(sizeof(X));
  return bytes >= 4 ? -1 : (std::int32_t{1} << (8 * bytes)) - 1;
}

/// Four rows of bytes; the last takes the place of missing ones, whose bytes a mask drops.
struct four_rows {
  const std::uint8_t* a;
  const std::uint8_t* b;
  const std::uint8_t* c;
  const std::uint8_t* d;

  LACUNA_ALWAYS_INLINE four_rows(const std::uint8_t* from, index_t stride, index_t rows) noexcept
      : a(from),
        b(a + (rows > 1 ? stride : 0)),
        c(b + (rows > 2 ? stride : 0)),
        d(c + (rows > 3 ? stride : 0)) {}

  [[nodiscard]] const std::uint8_t* last() const noexcept { return d; }

  /// to[i] = (the rows' bytes of column j + i) & keep[i] ^ flips, for 16 columns.
  template <class Word>
  LACUNA_ALWAYS_INLINE void interleave(index_t j, const std::int32_t* keep, std::int32_t flips,
                                       Word* to) const noexcept {
#if defined(__SSE2__)
    x86::interleave_16(a + j, b + j, c + j, d + j, keep, flips, to);
#else
    interleave_bytewise(a + j, b + j, c + j, d + j, keep, flips, to);
#endif
  }
};

/// Two rows of bfloat16, in the same way.
struct two_rows {
  const std::uint16_t* a;
  const std::uint16_t* b;

  LACUNA_ALWAYS_INLINE two_rows(const std::uint16_t* from, index_t stride, index_t rows) noexcept
      : a(from), b(a + (rows > 1 ? stride : 0)) {}
  [[nodiscard]] const std::uint16_t* last() const noexcept { return b; }
  template <class Word>
  LACUNA_ALWAYS_INLINE void interleave(index_t j, const std::int32_t* keep, std::int32_t /*flips*/,
                                       Word* to) const noexcept {
#if defined(__AVX512BW__)
    x86::interleave_pairs_16(a + j, b + j, keep, to);
#else
    interleave_pairwise(a + j, b + j, keep, to);
#endif
  }
};

/// The rows of X that share words, by their bits.
template <class X>
using row_bits = std::conditional_t<sizeof(X) == 1, std::uint8_t, std::uint16_t>;
template <class X>
using row_group = std::conditional_t<sizeof(X) == 1, four_rows, two_rows>;
template <class X>
inline constexpr index_t group_rows = 4 / static_cast<index_t>(sizeof(X));

}  // namespace detail

/// How a run of columns is cut in strips of words: strip s takes columns s * cols ... of the run,
/// its word g * stride + j is group g of column j, and starts at s * size.
struct dot_strips {
  index_t cols{0};    ///< columns of a strip
  index_t stride{0};  ///< words between a strip's groups, cols or more
  index_t size{0};    ///< words between strips
};

/// Copies columns col ... col + count - 1 of X (k, n) to strips of words, integers or floats of the
/// same bits: each holds rows 4 g ...
/// 4 g + 3 of a column (2 g and 2 g + 1 of bfloat16), the first lowest, rows beyond k zero; see
/// `dot_bytes` for signed X. Words beyond a strip's columns are left. A row is gone through for all
/// strips at once: a strip alone takes less than a cache line of it, rows lie pages apart, and no
/// prefetcher follows.
template <class X, class Word>
void pack_dot_columns(matrix_view<const X> x, index_t col, index_t count, const dot_strips& strips,
                      Word* words) LACUNA_KERNEL_NOEXCEPT {
  static_assert(sizeof(Word) == 4);
  LACUNA_EXPECTS(col >= 0 && col + count <= x.cols && strips.cols <= strips.stride);
  if (x.rows == 0 || count == 0) return;
  constexpr index_t step = detail::interleave_width;
  constexpr std::int32_t flips = dot_bytes<X>::flips;
  constexpr index_t group_rows = detail::group_rows<X>;
  using bits = detail::row_bits<X>;
  const auto* const base = reinterpret_cast<const bits*>(x.data + col * x.col_stride);
  const bits* const end =
      reinterpret_cast<const bits*>(x.data + (x.rows - 1) * x.row_stride + x.cols);
  const bool contiguous = x.col_stride == 1 && x.row_stride >= x.cols;
  alignas(64) detail::interleave_mask keep;
  keep.fill(-1);
  for (index_t k = 0; k < x.rows; k += group_rows, words += strips.stride) {
    const index_t rows = std::min(group_rows, x.rows - k);
    if (rows < group_rows) keep.fill(detail::bytes_of_rows<X>(rows));
    const bits* const from = base + k * x.row_stride;
    const detail::row_group<X> group(from, x.row_stride, rows);
    const index_t readable = contiguous ? end - group.last() : 0;
    Word* to = words;
    for (index_t first = 0; first < count; first += strips.cols, to += strips.size) {
      const index_t cols = std::min(strips.cols, count - first);
      index_t j = 0;
      for (; j + step <= cols && first + j + step <= readable; j += step) {
        group.interleave(first + j, keep.data(), flips, to + j);
      }
      for (; j < cols && first + j + step <= readable; j += step) {
        Word piece[static_cast<std::size_t>(step)];
        group.interleave(first + j, keep.data(), flips, piece);
        std::copy_n(piece, cols - j, to + j);
      }
      for (; j < cols; ++j) {
        const bits* const column = from + (first + j) * x.col_stride;
        bits word[4 / sizeof(bits)] = {};
        for (index_t g = 0; g < rows; ++g) word[g] = column[g * x.row_stride];
        to[j] = std::bit_cast<Word>(detail::word_of(word) ^ flips);
      }
    }
  }
}

/// A column (k) as words: its values as they lie, a word after the other, zero beyond k.
template <class X, class Word>
void pack_dot_vector(const X* x, index_t rows, Word* words) LACUNA_KERNEL_NOEXCEPT {
  static_assert(sizeof(Word) == 4);
  constexpr index_t group = detail::group_rows<X>;
  constexpr std::int32_t flips = dot_bytes<X>::flips;
  const auto word_from = [&](index_t k, index_t count) {
    std::int32_t word = 0;
    std::memcpy(&word, static_cast<const void*>(x + k),
                static_cast<std::size_t>(count) * sizeof(X));
    return std::bit_cast<Word>(word ^ flips);
  };
  index_t k = 0;
  for (; k + group <= rows; k += group) *words++ = word_from(k, group);
  if (k < rows) *words = word_from(k, rows - k);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
