// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/scalar.hpp>
#include <lacuna/format/concepts.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// N:M for matrix-vector products, rows in lanes: Lanes rows a panel, and for every slot the value
/// of each row. Positions stand in front of the values they belong to, as bits: one word a row
/// holds those of as many whole groups as fit (8 groups of 2:4 in 32 bits), the first lowest. So
/// 2:4 of floats takes 68 bytes for 16 kept values of 128, where `panels` takes 128.
///
///   panel = [words of 32 or 64 bits a row: positions | values of slot 0 | slot 1 | ...] repeated
///
/// The kernel loads a group of X once, the same to all rows, and each lane picks its value by its
/// position inside the register. X must be readable, and zero, up to `overread` values past the
/// depth: groups that fill up the last word are zeros there.
template <class T, index_t N, index_t M, index_t Lanes>
struct gemv_n_m {
  using value_type = T;
  using word = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  static constexpr index_t rows_per_panel = Lanes;
  static constexpr int position_bits = M == 1 ? 1 : std::bit_width(static_cast<word>(M - 1));
  /// Groups whose positions share a word; 0 where not even one fits.
  static constexpr index_t groups_a_word = std::numeric_limits<word>::digits / position_bits / N;
  static constexpr index_t slots_a_word = groups_a_word * N;
  /// Values of X that a group is loaded with: the power of two that holds it.
  static constexpr index_t window = static_cast<index_t>(std::bit_ceil(static_cast<word>(M)));
  static constexpr index_t overread = groups_a_word * M + window;

  index_t rows{0};
  index_t depth{0};
  index_t words{0};             ///< of positions, a row
  aligned_vector<word> stream;  ///< positions and the bits of values, in the order they are read

  [[nodiscard]] index_t count() const noexcept { return ceil_div(rows, Lanes); }
  [[nodiscard]] index_t values_before(index_t panel) const noexcept {
    return panel * Lanes * words * slots_a_word;
  }
  /// Words of the stream that a panel takes.
  [[nodiscard]] index_t panel_words() const noexcept { return words * (1 + slots_a_word) * Lanes; }
};

/// Packs N:M for panels of Lanes rows; rows that share positions get a copy each. O(stored values).
template <index_t Lanes, scalar T, index_t N, index_t M, index_t V>
[[nodiscard]] auto pack_gemv_n_m(const n_m_matrix<T, N, M, V>& a) {
  using sum = accumulator_t<T>;
  using layout = gemv_n_m<sum, N, M, Lanes>;
  using word = typename layout::word;
  static_assert(layout::groups_a_word > 0);
  layout out;
  out.rows = a.rows();
  out.depth = a.cols();
  out.words = ceil_div(a.col_groups(), layout::groups_a_word);
  out.stream.resize(static_cast<std::size_t>(out.count() * out.panel_words()));
  for (index_t i = 0; i < a.rows() && !out.stream.empty(); ++i) {
    word* const panel = out.stream.data() + i / Lanes * out.panel_words() + i % Lanes;
    for (index_t s = 0; s < a.slots(); ++s) {
      word* const positions = panel + s / layout::slots_a_word * (1 + layout::slots_a_word) * Lanes;
      const index_t slot = s % layout::slots_a_word;
      const auto position = static_cast<word>(a.column(i / V, s) - s / N * M);
      *positions |= position << (static_cast<int>(slot) * layout::position_bits);
      positions[(1 + slot) * Lanes] =
          std::bit_cast<word>(static_cast<sum>(a.slot_values(i / V, s)[i % V]));
    }
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
