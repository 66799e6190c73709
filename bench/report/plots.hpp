// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "report/measurements.hpp"

namespace bench {

// Pictures of docs/results.md.

/// Geometric mean of speed-ups over dense, a line a format, with the limit 1 / kept.
void write_speed_up_plot(const std::string& path, const run& f32);
/// Rate on kept values against operations a byte that must move, under the machine's two limits.
void write_roofline_plot(const std::string& path, const run& f32);
/// How much faster Lacuna is than each sparse library, a bar each.
void write_peers_plot(const std::string& path, const run& f32);

}  // namespace bench
