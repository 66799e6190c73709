// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/op/machine.hpp>

namespace test {

/// A machine of round numbers, so that costs can be added up by hand; nothing is timed. A layout's
/// entry takes `entry` seconds a vector, whatever its rows.
[[nodiscard]] inline lacuna::machine known_machine(double eight_rows, double four_rows,
                                                   double one_row) {
  const auto tiles = [](double entry, lacuna::index_t columns) {
    lacuna::tile_rates out;
    for (lacuna::index_t cols = 1; cols <= columns; ++cols) {
      out.strips.push_back({cols, 0, entry * static_cast<double>(cols)});
    }
    out.vector.points = {{1000, entry}};
    return out;
  };
  lacuna::machine m;
  m.arch = "known";
  m.fma = 1;
  m.loads = 1;
  m.call = 1;
  m.tiles["f32:8"] = tiles(eight_rows, 512);
  m.tiles["f32:8:runs"] = tiles(eight_rows, 512);
  m.tiles["f32:4"] = tiles(four_rows, 512);
  m.tiles["f32:4:runs"] = tiles(four_rows, 512);
  m.tiles["f32:both"] = tiles(one_row, 512);
  m.tiles["f32:alone"] = tiles(one_row, 512);
  return m;
}

}  // namespace test
