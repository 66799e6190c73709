// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <lacuna/kernel/pack/tile_panels.hpp>
#include <lacuna/kernel/x86/amx.hpp>

namespace lacuna::inline LACUNA_ABI::kernel {

/// Dot panels and the same laid out for tile instructions, which a program only knows when it runs
/// whether it may use: the operating system decides. Dot panels stay for few columns.
template <class T>
struct tiled_panels {
  using value_type = T;
  static constexpr index_t rows_per_panel = tile_panels<T>::half_rows;

  dot_panels<T, rows_per_panel> dots;
  tile_panels<T> tiles;  ///< of no panels where tiles may not be used
  index_t rows{0};
  index_t depth{0};

  explicit tiled_panels(dot_panels<T, rows_per_panel> panels)
      : dots(std::move(panels)), rows(dots.rows), depth(dots.depth) {
#if LACUNA_AMX
    if (x86::may_use_tiles()) tiles = pack_tile_panels(dots);
#endif
  }

  [[nodiscard]] bool uses_tiles() const noexcept { return tiles.count() > 0; }
  [[nodiscard]] index_t count() const noexcept { return dots.count(); }
  [[nodiscard]] index_t values_before(index_t panel) const noexcept {
    return dots.values_before(panel);
  }
};

}  // namespace lacuna::inline LACUNA_ABI::kernel
