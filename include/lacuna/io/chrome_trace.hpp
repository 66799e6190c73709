// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <lacuna/hardware/timeline.hpp>
#include <lacuna/io/file.hpp>

namespace lacuna::inline LACUNA_ABI::io {

/// A timeline in the Trace Event Format that chrome://tracing and Perfetto open: complete events
/// ("ph": "X") with times in microseconds, a thread a track; each event has its cycles in "args".
/// Text that is no UTF-8 is repaired. @throws shape_error where an event names no track or the
/// clock is not positive.
[[nodiscard]] inline std::string to_chrome_trace(const hardware::timeline& t) {
  if (!(t.clock_hz > 0)) {
    throw shape_error(
        message("timeline ", t.name, ": expected a positive clock, got ", t.clock_hz));
  }
  nlohmann::json events = nlohmann::json::array();
  events.push_back(
      {{"name", "process_name"}, {"ph", "M"}, {"pid", 0}, {"args", {{"name", t.name}}}});
  for (std::size_t i = 0; i < t.tracks.size(); ++i) {
    events.push_back({{"name", "thread_name"},
                      {"ph", "M"},
                      {"pid", 0},
                      {"tid", i},
                      {"args", {{"name", t.tracks[i]}}}});
    events.push_back({{"name", "thread_sort_index"},
                      {"ph", "M"},
                      {"pid", 0},
                      {"tid", i},
                      {"args", {{"sort_index", i}}}});
  }
  const double us = 1e6 / t.clock_hz;
  for (const hardware::timeline_event& e : t.events) {
    if (e.track < 0 || e.track >= static_cast<index_t>(t.tracks.size())) {
      throw shape_error(message("timeline ", t.name, ": event ", e.name, " is on track ", e.track,
                                " of ", t.tracks.size()));
    }
    events.push_back({{"name", e.name},
                      {"cat", e.category},
                      {"ph", "X"},
                      {"pid", 0},
                      {"tid", e.track},
                      {"ts", e.start * us},
                      {"dur", e.cycles * us},
                      {"args", {{"start_cycle", e.start}, {"cycles", e.cycles}}}});
  }
  const nlohmann::json all{{"displayTimeUnit", "ns"}, {"traceEvents", std::move(events)}};
  return all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Writes it. @throws io_error, shape_error
inline void write_chrome_trace(const std::string& path, const hardware::timeline& t) {
  const std::string text = to_chrome_trace(t);
  write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace lacuna::inline LACUNA_ABI::io
