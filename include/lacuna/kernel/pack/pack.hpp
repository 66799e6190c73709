// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include <lacuna/format/permuted.hpp>
#include <lacuna/kernel/pack/dot_panels.hpp>
#include <lacuna/kernel/pack/merge.hpp>
#include <lacuna/kernel/pack/mixed_panels.hpp>
#include <lacuna/kernel/pack/narrow_panels.hpp>
#include <lacuna/kernel/simd/spmm_row_pairs.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

namespace detail {

/// Rows of a tile that holds terms with and without shared rows: at 4 a row's own entries still
/// load X six vectors at a time with 32 registers, at 8 only three.
inline constexpr index_t mixed_rows = 4;

template <class Format>
inline constexpr bool is_mixed = false;
template <matrix_format... Terms>
inline constexpr bool is_mixed<series<Terms...>> = row_unit_v<series<Terms...>> % mixed_rows != 0 &&
                                                   ((row_unit_v<Terms> % mixed_rows == 0) || ...);
template <class Matrix>
inline constexpr bool is_mixed<permuted<Matrix>> = is_mixed<Matrix>;

/// Merges the packed terms whose rows share positions Rows at a time (or do not) into `out`.
template <bool Shared, index_t Rows, class T, class Series, class Column>
void merge_terms(panels<T, Rows>& out, const Series& a, const Column& column) {
  const auto add = [&](const auto& term) {
    using format = std::decay_t<decltype(term)>;
    if constexpr ((row_unit_v<format> % mixed_rows == 0) == Shared) {
      out = merge(out, pack_panels<Rows>(term, out.depth, column));
    }
  };
  std::apply([&](const auto&... term) { (add(term), ...); }, a.terms());
}

}  // namespace detail

/// Packs a series: the terms' panels, merged, for one way through X.
template <index_t Rows, matrix_format... Terms, class Column>
[[nodiscard]] auto pack_panels(const series<Terms...>& a, index_t depth, const Column& column) {
  using T = accumulator_t<typename series<Terms...>::value_type>;
  auto out = panels<T, Rows>::empty(a.rows(), depth);
  std::apply(
      [&](const auto&... term) {
        ((out = merge(out, pack_panels<Rows>(term, depth, column))), ...);
      },
      a.terms());
  return out;
}

/// Packs a series of terms with and without shared rows.
template <index_t Rows, matrix_format... Terms, class Column>
[[nodiscard]] auto pack_mixed(const series<Terms...>& a, index_t depth, const Column& column) {
  using T = accumulator_t<typename series<Terms...>::value_type>;
  mixed_panels<T, Rows> out{panels<T, Rows>::empty(a.rows(), depth),
                            panels<T, 1>::empty(a.rows(), depth), a.rows(), depth};
  detail::merge_terms<true>(out.shared, a, column);
  detail::merge_terms<false>(out.single, a, column);
  return out;
}

/// Whether a format is packed for dot products of four narrow values at once: int8 in every format,
/// as what is not stored may be multiplied as zero where there is no NaN.
template <matrix_format Format>
inline constexpr bool is_dot_packed = std::is_same_v<value_type_t<Format>, std::int8_t>;

/// Consecutive rows of X that a dot-packed format's product takes at once.
template <matrix_format Format>
inline constexpr index_t dot_group = dot_panels<value_type_t<Format>, 1>::group;

namespace detail {
/// Tile instructions and products of pairs take rows by eights, and words by the lanes of AVX-512.
template <class Arch, matrix_format Format>
inline constexpr bool has_narrow_layouts =
    ((is_dot_packed<Format> && LACUNA_AMX == 1) ||
     (stores_pairs<Format> && (LACUNA_AMX == 1 || LACUNA_PAIRS == 1))) &&
    simd::tile_rows<Arch>(row_unit_v<Format>) == 8 && simd::lanes<std::int32_t, Arch> == 16;

template <class T, index_t Rows>
struct panels_or_pairs {
  using type = panels<T, Rows>;
};
template <class T>
struct panels_or_pairs<T, 1> {
  using type = row_pairs<T>;
};
template <class Arch, matrix_format Format>
using sum_panels =
    std::conditional_t<detail::is_mixed<Format>,
                       mixed_panels<accumulator_t<value_type_t<Format>>, detail::mixed_rows>,
                       typename panels_or_pairs<accumulator_t<value_type_t<Format>>,
                                                simd::tile_rows<Arch>(row_unit_v<Format>)>::type>;

template <class Arch, matrix_format Format>
using vector_panels =
    std::conditional_t<is_dot_packed<Format>,
                       dot_panels<value_type_t<Format>, simd::tile_rows<Arch>(row_unit_v<Format>)>,
                       sum_panels<Arch, Format>>;
}  // namespace detail

/// The layout that the register tiles of Arch read best.
template <class Arch, matrix_format Format>
using packed_t =
    std::conditional_t<detail::has_narrow_layouts<Arch, Format>,
                       narrow_panels<detail::vector_panels<Arch, Format>, value_type_t<Format>>,
                       detail::vector_panels<Arch, Format>>;

/// Packs any format for Arch; see `pack_panels`. Rows of X are `taps.h * taps.w` runs of channels.
template <class Arch, matrix_format Format, class Column>
[[nodiscard]] packed_t<Arch, Format> pack(const Format& a, index_t depth, const Column& column,
                                          extents2 taps = 1) {
  if constexpr (detail::has_narrow_layouts<Arch, Format> && is_dot_packed<Format>) {
    return pack_narrow_bytes(a, depth, column, taps);
  } else if constexpr (detail::has_narrow_layouts<Arch, Format>) {
    return pack_narrow_floats(a, depth, column, taps);
  } else if constexpr (is_dot_packed<Format>) {
    auto out = pack_dot_panels<simd::tile_rows<Arch>(row_unit_v<Format>)>(a, depth, column);
    if constexpr (simd::fitting_dots_are_fast<Arch>) {
      sort_by_fit(out);
    } else {
      sort_by_taps(out, taps);
    }
    end_positions(out);
    return out;
  } else if constexpr (detail::is_mixed<Format>) {
    return pack_mixed<detail::mixed_rows>(a, depth, column);
  } else {
    auto out = pack_panels<simd::tile_rows<Arch>(row_unit_v<Format>)>(a, depth, column);
    if constexpr (out.rows_per_panel == 1) {
      using T = typename decltype(out)::value_type;
      return pair_rows(
          out, depth_block(out.entries(), out.rows, out.depth, simd::fitting_depth<T, Arch>()),
          panel_rows(out.rows));
    } else {
      ready_for_tiles(out, taps);
      return out;
    }
  }
}
/// Columns in another order: the order disappears in the positions.
template <class Arch, matrix_format Matrix, class Column>
[[nodiscard]] packed_t<Arch, permuted<Matrix>> pack(const permuted<Matrix>& a, index_t depth,
                                                    const Column& column, extents2 taps = 1) {
  return pack<Arch>(
      a.matrix(), depth,
      [&](index_t k) { return column(a.columns()[static_cast<std::size_t>(k)]); }, taps);
}

}  // namespace lacuna::inline LACUNA_ABI::kernel
