// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/matrix_view.hpp>
#include <lacuna/core/message.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Order of tiles in memory.
enum class tile_order : unsigned char { by_rows, by_columns };

namespace detail {
/// Calls f(position in memory, row, column) for each element of a tiled matrix.
template <class F>
void for_each_tiled(index_t rows, index_t cols, index_t r, index_t c, tile_order order, F&& f) {
  const index_t across = ceil_div(cols, c);
  const index_t down = ceil_div(rows, r);
  for (index_t i = 0; i < rows; ++i) {
    for (index_t j = 0; j < cols; ++j) {
      const index_t tile =
          order == tile_order::by_rows ? i / r * across + j / c : j / c * down + i / r;
      f(tile * r * c + i % r * c + j % c, i, j);
    }
  }
}
}  // namespace detail

/// A matrix as row-major tiles of r x c, one after another; edges are padded with zeros. What a DMA
/// descriptor of three dimensions does on the way into a tile.
template <class View>
[[nodiscard]] auto to_tiles(const View& m, index_t r, index_t c,
                            tile_order order = tile_order::by_rows) {
  const auto view = as_view(m);
  using T = std::remove_const_t<std::remove_pointer_t<decltype(view.data)>>;
  std::vector<T> out(
      static_cast<std::size_t>(ceil_div(view.rows, r) * ceil_div(view.cols, c) * r * c), T{});
  detail::for_each_tiled(view.rows, view.cols, r, c, order, [&](index_t at, index_t i, index_t j) {
    out[static_cast<std::size_t>(at)] = view(i, j);
  });
  return out;
}

/// The way back: fills `m` from tiles.
template <class T, class Matrix>
void from_tiles(const std::vector<T>& tiles, Matrix& m, index_t r, index_t c,
                tile_order order = tile_order::by_rows) {
  const index_t need = ceil_div(m.rows(), r) * ceil_div(m.cols(), c) * r * c;
  if (static_cast<index_t>(tiles.size()) != need) {
    throw shape_error(message("from_tiles: ", tiles.size(), " values, a matrix of ", m.rows(),
                              " x ", m.cols(), " in tiles of ", r, " x ", c, " has ", need));
  }
  detail::for_each_tiled(m.rows(), m.cols(), r, c, order, [&](index_t at, index_t i, index_t j) {
    m(i, j) = tiles[static_cast<std::size_t>(at)];
  });
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
