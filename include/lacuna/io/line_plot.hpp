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
  bool points_only{false};  ///< no lines between the points
};

struct line_plot {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<plot_series> series;
  bool logarithmic{false};  ///< both axes
};

namespace detail {
/// A readable axis from `low` to `high`, as a share of its length. Linear ones take 0 in.
struct plot_axis {
  double low{0};
  double high{0};
  bool logarithmic{false};
  bool empty{true};

  void take_in(double v) noexcept {
    const double at = logarithmic ? std::log10(v) : v;
    low = empty && logarithmic ? at : std::min(low, at);
    high = empty && logarithmic ? at : std::max(high, at);
    empty = false;
  }
  void finish() noexcept {
    if (high <= low) high = low + 1;
  }
  [[nodiscard]] double share(double v) const noexcept {
    return ((logarithmic ? std::log10(v) : v) - low) / (high - low);
  }
  /// Values to mark, `count` of them at most on linear axes; 1, 2 and 5 of each decade on others.
  [[nodiscard]] std::vector<double> ticks(index_t count) const {
    std::vector<double> out;
    if (!logarithmic) {
      const double step = axis_step(high - low, count);
      for (double at = std::ceil(low / step) * step; at <= high; at += step) out.push_back(at);
      return out;
    }
    for (double decade = std::floor(low); decade <= high; ++decade) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double at = factor * std::pow(10.0, decade);
        if (std::log10(at) >= low && std::log10(at) <= high) out.push_back(at);
      }
    }
    return out;
  }
};
}  // namespace detail

/// The plot as a picture, linear axes from 0 or their least value, whichever is lower.
/// @throws shape_error where a series has not as many y as x, an x is not finite, or an axis is
/// logarithmic and a value not positive.
[[nodiscard]] inline std::string to_svg(const line_plot& p, double width = 640,
                                        double height = 420) {
  constexpr double left = 70, top = 52, bottom = 50;
  double right = 60;  // the names of the series stand there, 7 a letter
  for (const plot_series& s : p.series) {
    right = std::max(right, 50 + 7 * static_cast<double>(s.name.size()));
  }
  detail::plot_axis x_axis, y_axis;
  x_axis.logarithmic = y_axis.logarithmic = p.logarithmic;
  for (const plot_series& s : p.series) {
    if (s.x.size() != s.y.size()) {
      throw shape_error(message("plot ", p.title, ": series ", s.name, " has ", s.x.size(),
                                " x and ", s.y.size(), " y"));
    }
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      if (!std::isfinite(s.x[i])) {
        throw shape_error(message("plot ", p.title, ": x of series ", s.name, " is not finite"));
      }
      if (p.logarithmic && (s.x[i] <= 0 || s.y[i] <= 0)) {
        throw shape_error(message("plot ", p.title, ": series ", s.name, " has a point (", s.x[i],
                                  ", ", s.y[i], ") that no logarithmic axis has"));
      }
      x_axis.take_in(s.x[i]);
      if (std::isfinite(s.y[i])) y_axis.take_in(s.y[i]);
    }
  }
  x_axis.finish();
  y_axis.finish();
  const auto px = [&](double x) { return left + x_axis.share(x) * (width - left - right); };
  const auto py = [&](double y) {
    return height - bottom - y_axis.share(y) * (height - top - bottom);
  };
  svg_writer out(width, height);
  out.label(left, 20, p.title);
  for (const double at : y_axis.ticks(6)) {
    out.line(left, py(at), width - right, py(at), "#dddddd");
    out.label(left - 6, py(at) + 4, svg_writer::text(at), "end");
  }
  for (const double at : x_axis.ticks(8)) {
    out.label(px(at), height - bottom + 18, svg_writer::text(at), "middle");
  }
  out.line(left, height - bottom, width - right, height - bottom, "#000000");
  out.line(left, top, left, height - bottom, "#000000");
  out.label((left + width - right) / 2, height - 10, p.x_label, "middle");
  out.label(6, top - 6, p.y_label);
  for (std::size_t k = 0; k < p.series.size(); ++k) {
    const plot_series& s = p.series[k];
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      if (!std::isfinite(s.y[i])) continue;
      if (i > 0 && !s.points_only && std::isfinite(s.y[i - 1])) {
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
