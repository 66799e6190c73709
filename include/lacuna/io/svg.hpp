// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

#include <lacuna/core/extents.hpp>
#include <lacuna/io/file.hpp>

namespace lacuna::inline LACUNA_ABI::io {

/// A picture that needs nothing else: one file, text in whatever sans-serif font there is.
class svg_writer {
 public:
  svg_writer(double width, double height) {
    out_ = message("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", text(width), " ",
                   text(height), "\" font-family=\"sans-serif\" font-size=\"12\">\n");
    rectangle(0, 0, width, height, "#ffffff");
  }

  /// `hint` shows where the pointer rests.
  void rectangle(double x, double y, double w, double h, std::string_view fill,
                 std::string_view hint = {}) {
    out_ += message("<rect x=\"", text(x), "\" y=\"", text(y), "\" width=\"", text(w),
                    "\" height=\"", text(h), "\" fill=\"", fill, "\">");
    if (!hint.empty()) out_ += message("<title>", escaped(hint), "</title>");
    out_ += "</rect>\n";
  }
  void line(double x1, double y1, double x2, double y2, std::string_view stroke, double width = 1) {
    out_ += message("<line x1=\"", text(x1), "\" y1=\"", text(y1), "\" x2=\"", text(x2), "\" y2=\"",
                    text(y2), "\" stroke=\"", stroke, "\" stroke-width=\"", text(width), "\"/>\n");
  }
  void circle(double x, double y, double r, std::string_view fill, std::string_view hint = {}) {
    out_ += message("<circle cx=\"", text(x), "\" cy=\"", text(y), "\" r=\"", text(r), "\" fill=\"",
                    fill, "\">");
    if (!hint.empty()) out_ += message("<title>", escaped(hint), "</title>");
    out_ += "</circle>\n";
  }
  /// `anchor`: start, middle or end.
  void label(double x, double y, std::string_view words, std::string_view anchor = "start") {
    out_ += message("<text x=\"", text(x), "\" y=\"", text(y), "\" text-anchor=\"", anchor, "\">",
                    escaped(words), "</text>\n");
  }
  [[nodiscard]] std::string finish() const { return out_ + "</svg>\n"; }

  /// "12.5": no more digits than a picture needs; what is not finite is 0.
  [[nodiscard]] static std::string text(double value) {
    char digits[48];
    std::snprintf(digits, sizeof digits, "%.6g", std::isfinite(value) ? value : 0.0);
    return digits;
  }
  /// Text as XML takes it; control characters become spaces.
  [[nodiscard]] static std::string escaped(std::string_view words) {
    std::string out;
    for (const char c : words) {
      switch (c) {
        case '&':
          out += "&amp;";
          break;
        case '<':
          out += "&lt;";
          break;
        case '>':
          out += "&gt;";
          break;
        case '"':
          out += "&quot;";
          break;
        default:
          out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
      }
    }
    return out;
  }

 private:
  std::string out_;
};

/// Colours that people who don't see red and green tell apart: Okabe and Ito's, then two greys.
[[nodiscard]] inline std::string_view series_colour(std::size_t i) noexcept {
  constexpr std::array<std::string_view, 10> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                     "#e69f00", "#56b4e9", "#f0e442", "#000000",
                                                     "#777777", "#bbbbbb"};
  return colours[i % colours.size()];
}

/// The step of a readable axis: 1, 2 or 5 times a power of ten, at most `ticks` of them to `range`.
[[nodiscard]] inline double axis_step(double range, index_t ticks) noexcept {
  if (!(range > 0) || !std::isfinite(range) || ticks < 1) return 1;
  const double raw = range / static_cast<double>(ticks);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw) return factor * power;
  }
  return 10 * power;
}

}  // namespace lacuna::inline LACUNA_ABI::io
