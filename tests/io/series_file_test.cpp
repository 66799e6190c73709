// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/io/series_file.hpp
#include <limits>

#include <lacuna/io/series_file.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

using lacuna::io_error, lacuna::io::parse_series_file, lacuna::io::series_file;

namespace {

series_file example() {
  return {{"conv2", "fc"},
          {lacuna::parse_series_pattern("dense"), lacuna::parse_series_pattern("2:8+1:8")},
          {1, 0},
          0.875,
          0.9,
          0.5,
          {{{0, 0}, 0.9}, {{1, 0}, 0.875}}};
}

/// The example's text with one piece replaced.
std::string with(const std::string& piece, const std::string& replacement) {
  std::string text = to_json(example());
  const auto at = text.find(piece);
  REQUIRE(at != std::string::npos);
  return text.replace(at, piece.size(), replacement);
}

void refused(const std::string& text, const std::string& why) {
  CAPTURE(text);
  CHECK_THROWS_WITH(parse_series_file(text, "f"), Catch::Contains(why));
  CHECK_THROWS_AS(parse_series_file(text, "f"), io_error);
}

}  // namespace

TEST_CASE("a search is saved and loaded", "[io][series_file]") {
  const test::temporary_folder folder("series_file");
  const std::string path = folder.file("series.json");
  save_series(path, example());
  CHECK(lacuna::io::load_series(path) == example());
}

TEST_CASE("broken series files are refused with what is wrong", "[io][series_file]") {
  refused("", "no JSON");
  refused("{", "no JSON");
  refused("[]", "'format' is missing");
  refused("{\"format\": 1e999}", "no JSON");
  refused(std::string(100, '[') + std::string(100, ']'), "nested deeper");
  refused(with("lacuna series", "lacuna serious"), "expected format");
  refused(with("\"version\": 1", "\"version\": 2"), "version 1");
  refused(with("\"dense\",", ""), "begin with 'dense'");
  refused(with("2:8+1:8\"", "2:8+9:8\""), "9:8");
  refused(with("\"series\": \"dense\"", "\"series\": \"3:8\""), "'fc' has series '3:8'");
  refused(with("\"name\": \"fc\"", "\"name\": 3"), "name must be text");
  refused(with("0.875", "\"good\""), "finite number");
  refused(with("    1,\n    0\n", "    7,\n    0\n"), "below 2");
  refused(with("    1,\n    0\n", "    0\n"), "a selection of 1 series for 2 layers");
  refused(with("\"layers\": [", "\"layers\": 3, \"x\": ["), "must be a list");
}

TEST_CASE("another network's series are refused", "[io][series_file]") {
  lacuna::search_space space{example().menu,
                             {{"conv2", 1, {0, 0.1}, {1, 0.5}}, {"fc", 1, {0, 0.1}, {1, 0.5}}}};
  CHECK_NOTHROW(expect_same_search(example(), space, "f"));
  space.layers[1].name = "fc2";
  CHECK_THROWS_WITH(expect_same_search(example(), space, "f"), Catch::Contains("'fc2'"));
  space.layers.pop_back();
  CHECK_THROWS_WITH(expect_same_search(example(), space, "f"), Catch::Contains("2 layers"));
  space.menu.pop_back();
  CHECK_THROWS_WITH(expect_same_search(example(), space, "f"), Catch::Contains("another menu"));
}

TEST_CASE("what JSON can't hold is not written", "[io][series_file]") {
  auto f = example();
  f.quality = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(to_json(f), lacuna::shape_error);
  const test::temporary_folder folder("series_file");
  CHECK_THROWS_AS(save_series(folder.file("none/series.json"), example()), io_error);
  CHECK_THROWS_AS(lacuna::io::load_series(folder.file("absent.json")), io_error);
}
