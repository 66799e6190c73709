// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/io/{chrome_trace,svg,timeline_svg,line_plot,bar_plot}.hpp
#include <limits>

#include <lacuna/io/bar_plot.hpp>
#include <lacuna/io/chrome_trace.hpp>
#include <lacuna/io/line_plot.hpp>
#include <lacuna/io/timeline_svg.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

namespace timeline_test {

using lacuna::index_t;
namespace io = lacuna::io;
using lacuna::hardware::timeline;

namespace {

timeline two_units() {
  timeline t;
  t.name = "a \"layer\" <1>";
  t.clock_hz = 2e9;
  t.events = {{t.track("core"), "tile & 0", "compute", 100, 50},
              {t.track("DMA"), "in", "stream", 0, 100},
              {t.track("core"), "tile 1", "compute", 150, 25}};
  return t;
}

std::size_t times(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("a trace has each event on its track, in microseconds", "[io][timeline]") {
  const timeline t = two_units();
  CHECK(t.end() == 175);
  const auto json = nlohmann::json::parse(io::to_chrome_trace(t));
  std::vector<nlohmann::json> complete;
  std::vector<std::string> threads;
  for (const auto& e : json.at("traceEvents")) {
    if (e.at("ph") == "X") complete.push_back(e);
    if (e.at("name") == "thread_name") threads.push_back(e.at("args").at("name"));
  }
  REQUIRE(complete.size() == 3);
  CHECK(threads == std::vector<std::string>{"core", "DMA"});
  CHECK(complete[0].at("ts") == Approx(0.05));
  CHECK(complete[0].at("dur") == Approx(0.025));
  CHECK(complete[0].at("tid") == 0);
  CHECK(complete[1].at("tid") == 1);
  CHECK(complete[2].at("args").at("cycles") == 25);
  CHECK(complete[0].at("name") == "tile & 0");
}

TEST_CASE("a Gantt chart has a bar an event and escapes its text", "[io][timeline]") {
  const std::string svg = io::to_timeline_svg(two_units());
  CHECK(times(svg, "<title>") == 3);
  CHECK(svg.find("tile &amp; 0") != std::string::npos);
  CHECK(svg.find("a &quot;layer&quot; &lt;1&gt;") != std::string::npos);
  CHECK(svg.find("<1>") == std::string::npos);
  CHECK(times(svg, "<svg") == 1);
  CHECK(times(svg, "<rect") == times(svg, "</rect>"));
  CHECK(io::to_timeline_svg(timeline{}).find("</svg>") != std::string::npos);
}

TEST_CASE("a timeline that contradicts itself is refused", "[io][timeline]") {
  timeline t = two_units();
  t.events[0].track = GENERATE(-1, 2);
  CHECK_THROWS_AS(io::to_chrome_trace(t), lacuna::shape_error);
  CHECK_THROWS_AS(io::to_timeline_svg(t), lacuna::shape_error);
  t = two_units();
  t.clock_hz = 0;
  CHECK_THROWS_AS(io::to_chrome_trace(t), lacuna::shape_error);
}

TEST_CASE("a plot draws what is finite and leaves gaps", "[io][plot]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  io::line_plot p{
      "speed", "mesh", "ms", {{"dense", {2, 3, 4, 5}, {8, 4, nan, 2}}, {"one", {2}, {1}}}};
  const std::string svg = io::to_svg(p);
  CHECK(times(svg, "<circle") == 4);
  CHECK(times(svg, "stroke-width=\"2\"") == 1);  // only 2 to 3 joins two points
  CHECK(svg.find("nan") == std::string::npos);
  p.series[0].y.pop_back();
  CHECK_THROWS_AS(io::to_svg(p), lacuna::shape_error);
  p.series = {{"bad", {nan}, {1}}};
  CHECK_THROWS_AS(io::to_svg(p), lacuna::shape_error);
  CHECK(io::to_svg({"none", "", "", {}}).find("</svg>") != std::string::npos);
}

TEST_CASE("logarithmic axes space decades evenly and refuse what they can't hold", "[io][plot]") {
  io::line_plot p{"roofline", "x", "y", {{"rates", {1, 10, 100}, {1, 10, 100}, true}}, true};
  const std::string svg = io::to_svg(p);
  CHECK(times(svg, "<circle") == 3);
  CHECK(times(svg, "stroke-width=\"2\"") == 0);  // points only
  std::vector<double> x;
  for (std::size_t at = svg.find("cx=\""); at != std::string::npos;
       at = svg.find("cx=\"", at + 1)) {
    x.push_back(std::stod(svg.substr(at + 4)));
  }
  REQUIRE(x.size() == 3);
  CHECK(x[1] - x[0] == Approx(x[2] - x[1]));
  CHECK(svg.find(">50<") != std::string::npos);
  p.series[0].y[1] = 0;
  CHECK_THROWS_AS(io::to_svg(p), lacuna::shape_error);
}

TEST_CASE("bars are as long as their values, marks stand where they are asked", "[io][plot]") {
  const std::string svg = io::to_svg(io::bar_plot{"peers", {{"a", 4, 2}, {"b", 2, 0}}});
  CHECK(times(svg, "<rect") == 3);  // two and the ground
  CHECK(times(svg, "<line") == 1);
  std::vector<double> width;
  for (std::size_t at = svg.find(" width=\""); at != std::string::npos;
       at = svg.find(" width=\"", at + 1)) {
    width.push_back(std::stod(svg.substr(at + 8)));
  }
  REQUIRE(width.size() == 3);
  CHECK(width[1] == Approx(2 * width[2]));
  CHECK_THROWS_AS(io::to_svg(io::bar_plot{"", {{"a", -1, 0}}}), lacuna::shape_error);
  CHECK(io::to_svg(io::bar_plot{"none", {}}).find("</svg>") != std::string::npos);
}

TEST_CASE("axes step by 1, 2 or 5 and stay within the ticks asked for", "[io][plot]") {
  CHECK(io::axis_step(10, 5) == Approx(2));
  CHECK(io::axis_step(0.7, 7) == Approx(0.1));
  CHECK(io::axis_step(0, 5) == 1);
  for (double range = 1e-6; range < 1e9; range *= 1.7) {
    CHECK(range / io::axis_step(range, 6) <= 6 * (1 + 1e-9));
    CHECK(range / io::axis_step(range, 6) > 2);
  }
}

TEST_CASE("pictures and traces reach their files", "[io][timeline]") {
  const test::temporary_folder folder;
  io::write_timeline_svg(folder.file("t.svg"), two_units());
  io::write_chrome_trace(folder.file("t.json"), two_units());
  io::write_svg(folder.file("p.svg"), {"p", "x", "y", {{"s", {0, 1}, {0, 1}}}});
  CHECK(io::read_file(folder.file("t.svg")).size() == io::to_timeline_svg(two_units()).size());
  CHECK(io::read_file(folder.file("t.json")).size() == io::to_chrome_trace(two_units()).size());
  CHECK_FALSE(io::read_file(folder.file("p.svg")).empty());
}

}  // namespace timeline_test
