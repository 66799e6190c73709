// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <lacuna/format/permuted.hpp>
#include <lacuna/format/series.hpp>
#include <lacuna/kernel/pack/gemv_series.hpp>
#include <lacuna/kernel/pack/pack.hpp>
#include <lacuna/kernel/simd/gemv_blocks.hpp>
#include <lacuna/kernel/simd/gemv_n_m.hpp>
#include <lacuna/kernel/simd/gemv_panels.hpp>

// The layout that a matrix-vector product reads each format in.

namespace lacuna::inline LACUNA_ABI::kernel {

/// Rows of a panel whose lanes are its rows: the widest batch that divides row_unit, or a tile's.
template <class T, class Arch>
[[nodiscard]] constexpr index_t gemv_panel_rows(index_t row_unit) noexcept {
  constexpr index_t narrowest = 16 / static_cast<index_t>(sizeof(T));
  for (index_t rows = simd::lanes<T, Arch>; rows >= narrowest; rows /= 2) {
    if (row_unit % rows == 0) return rows;
  }
  return simd::tile_rows<Arch>(row_unit);
}

namespace detail {
template <class Arch, matrix_format Format, class Column>
[[nodiscard]] auto pack_gemv_panels(const Format& a, const Column& column) {
  using T = accumulator_t<value_type_t<Format>>;
  return pack_panels<gemv_panel_rows<T, Arch>(row_unit_v<Format>)>(a, a.cols(), column);
}
}  // namespace detail

/// Blocks that fill vectors go row by row with one index a block; others, CSR among them, as
/// panels.
template <class Arch, scalar T, index_t R, index_t C>
[[nodiscard]] auto pack_gemv(const block_csr<T, R, C>& a) {
  constexpr index_t rows = simd::gemv_block_rows<accumulator_t<T>, Arch>(R, C);
  if constexpr (rows > 0) {
    return pack_gemv_blocks<rows>(a);
  } else {
    return detail::pack_gemv_panels<Arch>(a, [](index_t k) { return k; });
  }
}
/// N:M, strict or not, in lanes where the instruction set permutes inside registers.
template <class Arch, scalar T, index_t N, index_t M, index_t V>
[[nodiscard]] auto pack_gemv(const n_m_matrix<T, N, M, V>& a) {
  using sum = accumulator_t<T>;
  if constexpr (simd::gemv_n_m_fits<sum, Arch, N, M>) {
    return pack_gemv_n_m<simd::lanes<sum, Arch>>(a);
  } else {
    return detail::pack_gemv_panels<Arch>(a, [](index_t k) { return k; });
  }
}
template <class Arch, scalar T>
[[nodiscard]] auto pack_gemv(const dense_matrix<T>& a) {
  using sum = accumulator_t<T>;
  constexpr index_t cols = simd::lanes<sum, Arch>;
  return pack_gemv_blocks<simd::gemv_block_rows<sum, Arch>(8, cols), cols>(a);
}
/// Columns in another order, folded into positions.
template <class Arch, matrix_format Matrix>
[[nodiscard]] auto pack_gemv(const permuted<Matrix>& a) {
  return pack<Arch>(a, a.cols(), [](index_t k) { return k; });
}
template <class Arch, matrix_format... Terms>
[[nodiscard]] auto pack_gemv(const series<Terms...>& a) {
  using layout = gemv_series<decltype(pack_gemv<Arch>(std::declval<const Terms&>()))...>;
  return layout{
      a.rows(), a.cols(),
      std::apply([](const auto&... t) { return std::tuple(pack_gemv<Arch>(t)...); }, a.terms())};
}

/// Bytes that one product reads of packed weights.
template <class T, index_t Rows>
[[nodiscard]] index_t bytes_of(const panels<T, Rows>& w) noexcept {
  return static_cast<index_t>(w.values.size() * sizeof(T) + w.k.size() * sizeof(std::int32_t));
}
template <class T, index_t Rows>
[[nodiscard]] index_t bytes_of(const mixed_panels<T, Rows>& w) noexcept {
  return bytes_of(w.shared) + bytes_of(w.single);
}
template <class T>
[[nodiscard]] index_t bytes_of(const row_pairs<T>& w) noexcept {
  return static_cast<index_t>(w.values.size() * sizeof(T) + w.k.size() * sizeof(w.k[0]) +
                              w.pairs.size() * sizeof(w.pairs[0]));
}
template <class T, index_t R, index_t C>
[[nodiscard]] index_t bytes_of(const gemv_blocks<T, R, C>& w) noexcept {
  return static_cast<index_t>(w.values.size() * sizeof(T) +
                              w.first_column.size() * sizeof(std::int32_t));
}
template <class T, index_t N, index_t M, index_t Lanes>
[[nodiscard]] index_t bytes_of(const gemv_n_m<T, N, M, Lanes>& w) noexcept {
  return static_cast<index_t>(w.stream.size() * sizeof(w.stream[0]));
}
template <class... Layouts>
[[nodiscard]] index_t bytes_of(const gemv_series<Layouts...>& w) noexcept {
  return std::apply([](const auto&... term) { return (bytes_of(term) + ...); }, w.terms);
}

/// How a layout runs, for plans: whole blocks, rows in lanes, or panels.
template <class T, index_t Rows>
[[nodiscard]] std::string layout_name(const panels<T, Rows>& /*w*/) {
  return "panels";
}
template <class T, index_t Rows>
[[nodiscard]] std::string layout_name(const mixed_panels<T, Rows>& /*w*/) {
  return "panels";
}
template <class T>
[[nodiscard]] std::string layout_name(const row_pairs<T>& /*w*/) {
  return "row pairs";
}
template <class T, index_t R, index_t C>
[[nodiscard]] std::string layout_name(const gemv_blocks<T, R, C>& /*w*/) {
  return "blocks";
}
template <class T, index_t N, index_t M, index_t Lanes>
[[nodiscard]] std::string layout_name(const gemv_n_m<T, N, M, Lanes>& /*w*/) {
  return "lanes";
}
template <class First, class... Rest>
[[nodiscard]] std::string layout_name(const gemv_series<First, Rest...>& w) {
  return std::apply(
      [](const auto& first, const auto&... rest) {
        return (layout_name(first) + ... + ("+" + layout_name(rest)));
      },
      w.terms);
}

/// What `pack_gemv` makes of a format.
template <class Arch, matrix_format Format>
using gemv_layout_t = decltype(pack_gemv<Arch>(std::declval<const Format&>()));

namespace simd {
/// sums += W X, term by term; see `gemv_blocks`.
template <class Arch, index_t Columns, class T, class... Layouts>
void add_product(const gemv_series<Layouts...>& w, index_t first, index_t last, const T* x,
                 index_t ldx, T* sums, index_t ld) LACUNA_KERNEL_NOEXCEPT {
  std::apply(
      [&](const auto&... term) {
        (add_product<Arch, Columns>(term, w.panel_of(term, first), w.panel_of(term, last), x, ldx,
                                    sums, ld),
         ...);
      },
      w.terms);
}
}  // namespace simd

}  // namespace lacuna::inline LACUNA_ABI::kernel
