// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>

#include <lacuna/core/units.hpp>
#include <lacuna/format/concepts.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Bits that a format takes, values and metadata apart.
struct storage {
  bits values;
  bits metadata;

  [[nodiscard]] constexpr bits total() const noexcept { return values + metadata; }
  friend constexpr bool operator==(const storage&, const storage&) = default;
};

namespace detail {
template <class T>
inline constexpr std::int64_t bits_of = 8 * static_cast<std::int64_t>(sizeof(T));
}

/// rows * cols values.
template <scalar T>
[[nodiscard]] storage storage_of(const dense_matrix<T>& a) {
  return {bits{a.size() * detail::bits_of<T>}, bits{0}};
}

/// Stored blocks, one 32-bit column a block and one 32-bit offset a block row (and one more).
template <scalar T, index_t R, index_t C>
[[nodiscard]] storage storage_of(const block_csr<T, R, C>& a) {
  return {bits{a.blocks() * R * C * detail::bits_of<T>},
          bits{32 * (a.blocks() + a.block_rows() + 1)}};
}

/// N values and N positions of ceil(log2 M) bits a group, shared by V rows: the packed form that
/// hardware reads (memory holds a position in 8 bits). 2:4 of 16-bit values is 56.25 % of dense,
/// of 8-bit values 62.5 %.
template <scalar T, index_t N, index_t M, index_t V>
[[nodiscard]] storage storage_of(const n_m_matrix<T, N, M, V>& a) {
  constexpr auto position_bits =
      static_cast<std::int64_t>(std::bit_width(static_cast<std::size_t>(M - 1)));
  const index_t slots = a.row_groups() * a.slots();
  return {bits{slots * V * detail::bits_of<T>}, bits{slots * position_bits}};
}

}  // namespace lacuna::inline LACUNA_ABI
