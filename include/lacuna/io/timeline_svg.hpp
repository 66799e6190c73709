// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <lacuna/hardware/timeline.hpp>
#include <lacuna/io/svg.hpp>

namespace lacuna::inline LACUNA_ABI::io {

/// A timeline as a Gantt chart: a row a track, a colour a category, cycles along the axis; an
/// event's name and cycles show where the pointer rests. @throws shape_error where an event names
/// no track.
[[nodiscard]] inline std::string to_timeline_svg(const hardware::timeline& t, double width = 1000) {
  constexpr double left = 130, top = 30, row = 26, bottom = 50;
  const double height = top + row * static_cast<double>(t.tracks.size()) + bottom;
  const double last = std::max(1.0, t.end());
  const double scale = (width - left - 20) / last;
  svg_writer out(width, height);
  out.label(left, 18, t.name);
  std::vector<std::string> categories;
  for (std::size_t i = 0; i < t.tracks.size(); ++i) {
    const double y = top + row * static_cast<double>(i);
    out.label(left - 8, y + 16, t.tracks[i], "end");
    out.rectangle(left, y + 2, last * scale, row - 4, "#f2f2f2");
  }
  for (const hardware::timeline_event& e : t.events) {
    if (e.track < 0 || e.track >= static_cast<index_t>(t.tracks.size())) {
      throw shape_error(message("timeline ", t.name, ": event ", e.name, " is on track ", e.track,
                                " of ", t.tracks.size()));
    }
    auto known = std::find(categories.begin(), categories.end(), e.category);
    if (known == categories.end()) known = categories.insert(known, e.category);
    const auto colour = series_colour(static_cast<std::size_t>(known - categories.begin()));
    // A gap of a fifth of a unit keeps neighbours apart; the thinnest event is still seen.
    out.rectangle(left + e.start * scale, top + row * static_cast<double>(e.track) + 2,
                  std::max(0.3, e.cycles * scale - 0.2), row - 4, colour,
                  message(e.name, ": ", svg_writer::text(e.cycles), " cycles from ",
                          svg_writer::text(e.start)));
  }
  const double axis = height - bottom + 4;
  const double step = axis_step(last, 8);
  for (double at = 0; at <= last; at += step) {
    out.line(left + at * scale, axis, left + at * scale, axis + 5, "#000000");
    out.label(left + at * scale, axis + 18, svg_writer::text(at), "middle");
  }
  const double apart = std::min(
      130.0, (width - 80) / static_cast<double>(std::max<std::size_t>(1, categories.size())));
  double x = 10;
  for (std::size_t i = 0; i < categories.size(); ++i, x += apart) {
    out.rectangle(x, height - 14, 10, 10, series_colour(i));
    out.label(x + 14, height - 5, categories[i]);
  }
  out.label(width - 20, height - 5, "cycles", "end");
  return out.finish();
}

/// Writes it. @throws io_error, shape_error
inline void write_timeline_svg(const std::string& path, const hardware::timeline& t) {
  const std::string text = to_timeline_svg(t);
  write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace lacuna::inline LACUNA_ABI::io
