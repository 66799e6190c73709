// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <lacuna/io/svg.hpp>

namespace lacuna::inline LACUNA_ABI::io {

/// One line of a plot: as many y as x; a y that is not finite leaves a gap.
struct plot_series {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
};

struct line_plot {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<plot_series> series;
};

/// The plot as a picture, both axes from 0 or their least value, whichever is lower.
/// @throws shape_error where a series has not as many y as x, or an x is not finite.
[[nodiscard]] inline std::string to_svg(const line_plot& p, double width = 640,
                                        double height = 420) {
  constexpr double left = 70, top = 52, bottom = 50;
  double right = 60;  // the names of the series stand there, 7 a letter
  for (const plot_series& s : p.series) {
    right = std::max(right, 50 + 7 * static_cast<double>(s.name.size()));
  }
  double x_low = 0, x_high = 0, y_low = 0, y_high = 0;
  for (const plot_series& s : p.series) {
    if (s.x.size() != s.y.size()) {
      throw shape_error(message("plot ", p.title, ": series ", s.name, " has ", s.x.size(),
                                " x and ", s.y.size(), " y"));
    }
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      if (!std::isfinite(s.x[i])) {
        throw shape_error(message("plot ", p.title, ": x of series ", s.name, " is not finite"));
      }
      x_low = std::min(x_low, s.x[i]);
      x_high = std::max(x_high, s.x[i]);
      if (!std::isfinite(s.y[i])) continue;
      y_low = std::min(y_low, s.y[i]);
      y_high = std::max(y_high, s.y[i]);
    }
  }
  if (x_high <= x_low) x_high = x_low + 1;
  if (y_high <= y_low) y_high = y_low + 1;
  const auto px = [&](double x) {
    return left + (x - x_low) / (x_high - x_low) * (width - left - right);
  };
  const auto py = [&](double y) {
    return height - bottom - (y - y_low) / (y_high - y_low) * (height - top - bottom);
  };
  svg_writer out(width, height);
  out.label(left, 20, p.title);
  for (double step = axis_step(y_high - y_low, 6), at = std::ceil(y_low / step) * step;
       at <= y_high; at += step) {
    out.line(left, py(at), width - right, py(at), "#dddddd");
    out.label(left - 6, py(at) + 4, svg_writer::text(at), "end");
  }
  for (double step = axis_step(x_high - x_low, 8), at = std::ceil(x_low / step) * step;
       at <= x_high; at += step) {
    out.label(px(at), height - bottom + 18, svg_writer::text(at), "middle");
  }
  out.line(left, py(y_low), width - right, py(y_low), "#000000");
  out.line(left, top, left, py(y_low), "#000000");
  out.label((left + width - right) / 2, height - 10, p.x_label, "middle");
  out.label(6, top - 6, p.y_label);
  for (std::size_t k = 0; k < p.series.size(); ++k) {
    const plot_series& s = p.series[k];
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      if (!std::isfinite(s.y[i])) continue;
      if (i > 0 && std::isfinite(s.y[i - 1])) {
        out.line(px(s.x[i - 1]), py(s.y[i - 1]), px(s.x[i]), py(s.y[i]), series_colour(k), 2);
      }
      out.circle(px(s.x[i]), py(s.y[i]), 3, series_colour(k),
                 message(s.name, ": ", svg_writer::text(s.y[i]), " at ", svg_writer::text(s.x[i])));
    }
    const double y = top + 16 * static_cast<double>(k);
    out.rectangle(width - right + 10, y, 10, 10, series_colour(k));
    out.label(width - right + 26, y + 9, s.name);
  }
  return out.finish();
}

/// Writes it. @throws io_error, shape_error
inline void write_svg(const std::string& path, const line_plot& p) {
  const std::string text = to_svg(p);
  write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace lacuna::inline LACUNA_ABI::io
