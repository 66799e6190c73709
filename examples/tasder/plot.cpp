// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <sstream>

#include "plot.hpp"

namespace tasder {

std::string draw(const std::string& title, const std::vector<curve>& curves) {
  constexpr double width = 720, height = 440, left = 60, right = 20, top = 40, bottom = 50;
  const char* const colours[] = {"#1b6ca8", "#c8553d", "#3a7d44", "#7b4fa3",
                                 "#b8860b", "#444444", "#e377c2", "#17becf"};
  double low = 100;
  double high = 0;
  for (const curve& c : curves) {
    for (const auto& [x, y] : c.points) {
      low = std::min(low, y);
      high = std::max(high, y);
    }
  }
  low = std::max(std::floor(low), high - 15);  // a search's last, failing step may fall far
  high = std::ceil(high);
  const auto at_x = [&](double x) { return left + x * (width - left - right); };
  const auto at_y = [&](double y) {
    return top + (high - std::max(y, low)) / std::max(high - low, 1.0) * (height - top - bottom);
  };

  std::ostringstream svg;
  svg << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << width << " " << height
      << "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
         "fill=\"white\"/>\n<text x=\""
      << left << "\" y=\"24\" font-size=\"15\">" << title << "</text>\n";
  for (double x = 0; x <= 1.001; x += 0.2) {
    svg << "<line x1=\"" << at_x(x) << "\" x2=\"" << at_x(x) << "\" y1=\"" << top << "\" y2=\""
        << height - bottom << "\" stroke=\"#ddd\"/><text x=\"" << at_x(x) << "\" y=\""
        << height - bottom + 18 << "\" text-anchor=\"middle\">" << std::round(10 * x) / 10
        << "</text>\n";
  }
  const double step = std::max(1.0, std::ceil((high - low) / 8));
  for (double y = low; y <= high; y += step) {
    svg << "<line x1=\"" << left << "\" x2=\"" << width - right << "\" y1=\"" << at_y(y)
        << "\" y2=\"" << at_y(y) << "\" stroke=\"#ddd\"/><text x=\"" << left - 8 << "\" y=\""
        << at_y(y) + 4 << "\" text-anchor=\"end\">" << y << "</text>\n";
  }
  svg << "<text x=\"" << width / 2 << "\" y=\"" << height - 10
      << "\" text-anchor=\"middle\">EDP over the dense tensor core's</text>\n<text x=\"16\" y=\""
      << height / 2 << "\" transform=\"rotate(-90 16 " << height / 2
      << ")\" text-anchor=\"middle\">accuracy, %</text>\n";
  for (std::size_t c = 0; c < curves.size(); ++c) {
    const char* colour = colours[c % std::size(colours)];
    svg << "<polyline fill=\"none\" stroke=\"" << colour << "\" points=\"";
    for (const auto& [x, y] : curves[c].points) svg << at_x(x) << "," << at_y(y) << " ";
    svg << "\"/>\n";
    for (const auto& [x, y] : curves[c].points) {
      svg << "<circle cx=\"" << at_x(x) << "\" cy=\"" << at_y(y) << "\" r=\"3\" fill=\"" << colour
          << "\"/>\n";
    }
    const double row = top + 16 + 18 * static_cast<double>(c);
    svg << "<rect x=\"" << left + 12 << "\" y=\"" << row - 9
        << "\" width=\"10\" height=\"10\" fill=\"" << colour << "\"/><text x=\"" << left + 28
        << "\" y=\"" << row << "\">" << curves[c].name << "</text>\n";
  }
  svg << "</svg>\n";
  return svg.str();
}

}  // namespace tasder
