// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::hardware {

/// One unit at work, from `start` for `cycles`.
struct timeline_event {
  index_t track{0};
  std::string name;
  std::string category;  ///< events of a category are drawn alike: "compute", "stream", "stall"
  double start{0};
  double cycles{0};
};

/// Who did what when: a track a core, a DMA channel, a stream.
struct timeline {
  std::string name;
  double clock_hz{1e9};
  std::vector<std::string> tracks;
  std::vector<timeline_event> events;

  /// The track of that name, made where there is none.
  index_t track(std::string_view wanted) {
    const auto found = std::find(tracks.begin(), tracks.end(), wanted);
    const auto at = found - tracks.begin();
    if (found == tracks.end()) tracks.emplace_back(wanted);
    return at;
  }
  [[nodiscard]] double end() const noexcept {
    double last = 0;
    for (const timeline_event& e : events) last = std::max(last, e.start + e.cycles);
    return last;
  }
};

}  // namespace lacuna::inline LACUNA_ABI::hardware
