// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <lacuna/io/svg.hpp>

namespace lacuna::inline LACUNA_ABI::io {

/// One bar of a plot: a name, how long, and where its mark stands; no mark at 0.
struct plot_bar {
  std::string name;
  double value{0};
  double mark{0};
};

/// Horizontal bars from 0, one below the other, each with its name before and its value behind.
struct bar_plot {
  std::string title;
  std::vector<plot_bar> bars;
};

/// The plot as a picture; as high as it has bars. @throws shape_error where a value is negative or
/// not finite.
[[nodiscard]] inline std::string to_svg(const bar_plot& p, double width = 640) {
  constexpr double top = 36, line = 22;
  double left = 20;  // 7 a letter of the longest name
  double most = 0;
  for (const plot_bar& b : p.bars) {
    if (!std::isfinite(b.value) || b.value < 0 || !std::isfinite(b.mark) || b.mark < 0) {
      throw shape_error(message("plot ", p.title, ": bar ", b.name, " is ", b.value));
    }
    left = std::max(left, 20 + 7 * static_cast<double>(b.name.size()));
    most = std::max({most, b.value, b.mark});
  }
  if (most <= 0) most = 1;
  left = std::min(left, width - 200);
  const double scale = (width - left - 70) / most;
  svg_writer out(width, top + line * static_cast<double>(p.bars.size()) + 10);
  out.label(10, 20, p.title);
  for (std::size_t i = 0; i < p.bars.size(); ++i) {
    const plot_bar& b = p.bars[i];
    const double y = top + line * static_cast<double>(i);
    out.label(left - 6, y + 13, b.name, "end");
    out.rectangle(left, y, b.value * scale, line - 6, series_colour(0),
                  message(b.name, ": ", svg_writer::text(b.value)));
    if (b.mark > 0) {
      out.line(left + b.mark * scale, y - 2, left + b.mark * scale, y + line - 4, series_colour(1),
               2);
    }
    out.label(left + std::max(b.value, b.mark) * scale + 6, y + 13, svg_writer::text(b.value));
  }
  return out.finish();
}

/// Writes it. @throws io_error, shape_error
inline void write_svg(const std::string& path, const bar_plot& p) {
  const std::string text = to_svg(p);
  write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace lacuna::inline LACUNA_ABI::io
