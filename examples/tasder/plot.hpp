// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tasder {

/// Points of one search: x the relative EDP, y the accuracy in percent.
struct curve {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// A self-contained SVG picture of all curves, quality against EDP.
[[nodiscard]] std::string draw(const std::string& title, const std::vector<curve>& curves);

}  // namespace tasder
