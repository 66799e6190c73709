// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/io/wbs_schedule.hpp. The published schedules are data of others and not
// part of this project: they are read where they lie beside the checkout, else that case is
// skipped.
#include <cstdlib>
#include <filesystem>

#include <lacuna/io/wbs_schedule.hpp>

#include "support/catch.hpp"

namespace wbs_schedule_test {

namespace io = lacuna::io;
namespace aie2 = lacuna::hardware::aie2;

namespace {

const std::string header =
    "layer,type,IC,OC,WC,WM,IM,OM,LOAD_us,LOADW_us,LOADWM_us,LOADFM_us,COMP_us,WRITEFM_us,WRITE_us,"
    "total_us\n";
const std::string conv =
    "conv,conv2d,\"[1, 8, 16, 64]\",\"[1, 6, 14, 64]\",\"[16, 3, 3, 64]\",\"[16, 3, 3, 64]\","
    "\"[1, 56, 14, 64]\",\"[1, 56, 14, "
    "64]\",0.0,2.2203,2.2128,19.0735,184.3200,14.3051,0,195.4288\n";

std::vector<io::scheduled_row> parse(const std::string& text, double density = 1) {
  return io::parse_wbs_schedule(std::as_bytes(std::span(text)), "made.csv", density);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

std::filesystem::path reference() {
  const char* given = std::getenv("LACUNA_REFERENCE");
  return given != nullptr ? std::filesystem::path(given) / "wbs"
                          : std::filesystem::path(LACUNA_SOURCE_DIR) / "../shared/reference/wbs";
}

}  // namespace

TEST_CASE("the published rule reproduces every layer of the published schedules", "[io][aie2]") {
  const std::filesystem::path folder = reference();
  if (!std::filesystem::is_directory(folder)) {
    WARN("skipped: no published schedules beside the checkout (or LACUNA_REFERENCE)");
    return;
  }
  std::size_t layers = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".csv") continue;
    const std::string file = entry.path().string();
    const double density = file.find("sparse") == std::string::npos ? 1 : 0.5;
    double published = 0, modelled = 0;
    for (const io::scheduled_row& row : io::read_wbs_schedule(file, density)) {
      INFO(file << ": " << row.layer.name);
      const aie2::instruction_times t = published_rule(row.layer);
      CHECK(t.total == Approx(row.published.total).epsilon(1e-3));
      // Printed to 1e-4 us; COMP by whole cycles.
      CHECK(t.load_weights == Approx(row.published.load_weights).epsilon(1e-3).margin(1e-4));
      CHECK(t.send_weights == Approx(row.published.send_weights).epsilon(1e-3).margin(1e-4));
      CHECK(t.load_features == Approx(row.published.load_features).epsilon(1e-3).margin(1e-4));
      CHECK(t.compute == Approx(row.published.compute).epsilon(1e-3).margin(1e-4));
      CHECK(t.write_features == Approx(row.published.write_features).epsilon(1e-3).margin(1e-4));
      published += row.published.total;
      modelled += t.total;
      ++layers;
    }
    INFO(file);
    CHECK(modelled == Approx(published).epsilon(1e-3));
  }
  CHECK(layers > 0);
}

TEST_CASE("a schedule reads as written", "[io][aie2]") {
  const auto rows = parse(header + "input,,,,,,,,0,0,0,0,0,0,0,0\r\n" + conv + "\n" +
                              replaced(conv, "conv,", "\"a, \"\"b\"\"\","),
                          0.5);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].layer.input == aie2::tile_shape{8, 16, 64});
  CHECK(rows[0].layer.weights == aie2::weight_shape{16, 3, 3, 64});
  CHECK(rows[0].published.total == 195.4288);
  CHECK(rows[1].layer.name == "a, \"b\"");
  // The first convolution is never pruned.
  CHECK(rows[0].layer.density == 1);
  CHECK(rows[1].layer.density == 0.5);
  CHECK(parse(header).empty());
}

TEST_CASE("what is no schedule is refused with its line", "[io][aie2]") {
  using Catch::Matchers::Contains;
  const auto refuse = [](const std::string& text, const std::string& why) {
    INFO(text);
    CHECK_THROWS_WITH(parse(text), Contains("made.csv") && Contains(why));
    CHECK_THROWS_AS(parse(text), lacuna::io_error);
  };
  refuse("", "line 1");
  refuse("layer,kind\n", "line 1: expected column 2 to be 'type'");
  refuse(header + conv + "a,b\n", "line 3: expected 16 fields, got 2");
  for (const char* bad :
       {"[1, 8, 16]", "[1, 8, 16, 64, 2]", "[1, 8, 0, 64]", "[1, 8, -4, 64]", "8",
        "[1, 8, 99999999999999999999, 64]", "[1, 8, 16, 64]x", "[1 8 16 64]", ""}) {
    refuse(header + replaced(conv, "[1, 8, 16, 64]", bad), "line 2: IC");
  }
  refuse(header + replaced(conv, "[1, 8, 16, 64]", "[2, 8, 16, 64]"), "batch");
  refuse(header + replaced(conv, "[1, 8, 16, 64]", "[1, 1048576, 1048576, 1048576]"), "beyond");
  for (const char* bad : {"nan", "inf", "-1", "1e999", "0x1", "1.0 ", ""}) {
    refuse(header + replaced(conv, "2.2203", bad), "line 2: LOADW_us");
  }
  refuse(header + replaced(conv, "conv2d", "dense"), "line 2: type");
  refuse(header + "\"a", "quote");
  CHECK_THROWS_AS(parse(header, 0), lacuna::shape_error);
  CHECK_THROWS_AS(io::read_wbs_schedule("no/such.csv"), lacuna::io_error);
}

}  // namespace wbs_schedule_test
