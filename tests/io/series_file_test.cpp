// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/io/series_file.hpp
#include <iomanip>
#include <limits>
#include <sstream>

#include <lacuna/io/series_file.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

namespace series_file_test {

using lacuna::io_error, lacuna::io::parse_series_file, lacuna::io::series_file;

namespace {

series_file example() {
  return {{"conv2", "fc"},
          {lacuna::parse_series_pattern("dense"), lacuna::parse_series_pattern("2:8+1:8")},
          {1, 0},
          0.875,
          0.9,
          0.5,
          {{{0, 0}, 0.9}, {{1, 0}, 0.875}},
          0x0123456789abcdef};
}

/// The example's text with one piece replaced.
std::string with(const std::string& piece, const std::string& replacement) {
  std::string text = to_json(example());
  const auto at = text.find(piece);
  REQUIRE(at != std::string::npos);
  return text.replace(at, piece.size(), replacement);
}

std::string hexadecimal(std::uint64_t v) {
  std::ostringstream text;
  text << std::hex << std::setw(16) << std::setfill('0') << v;
  return text.str();
}

void refused(const std::string& text, const std::string& why) {
  CAPTURE(text);
  CHECK_THROWS_WITH(parse_series_file(text, "f"), Catch::Contains(why));
  CHECK_THROWS_AS(parse_series_file(text, "f"), io_error);
}

}  // namespace

TEST_CASE("a search is saved and loaded", "[io][series_file]") {
  const test::temporary_folder folder;
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
  refused(with("\"version\": 2", "\"version\": 1"), "version 2");
  for (const char* digits :
       {"123456789abcdef", "0123456789abcdefg", "-123456789abcdef", "", "0x1"}) {
    refused(with("0123456789abcdef", digits), "16 hexadecimal digits");
  }
  refused(with("\"0123456789abcdef\"", "81985529216486895"), "16 hexadecimal digits");
  refused(with("\"fingerprint\"", "\"finger\""), "'fingerprint' is missing");
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
  auto saved = example();
  saved.fingerprint = fingerprint(space);
  CHECK_NOTHROW(expect_same_search(saved, space, "f"));
  const lacuna::search_result found{{1, 0}, 0.875, 0.9, 0.5, {}};
  CHECK_NOTHROW(expect_same_search(lacuna::io::to_series_file(space, found), space, "f"));
  // The same layers and menu, trained otherwise: other shares are dropped.
  space.layers[0].dropped[1] = 0.125;
  CHECK_THROWS_WITH(expect_same_search(saved, space, "f"),
                    Catch::Contains("fingerprint is " + hexadecimal(saved.fingerprint)) &&
                        Catch::Contains("this search's is " + hexadecimal(fingerprint(space))));
  space.layers[1].name = "fc2";
  CHECK_THROWS_WITH(expect_same_search(example(), space, "f"), Catch::Contains("'fc2'"));
  space.layers.pop_back();
  CHECK_THROWS_WITH(expect_same_search(example(), space, "f"), Catch::Contains("2 layers"));
  space.menu.pop_back();
  CHECK_THROWS_WITH(expect_same_search(example(), space, "f"), Catch::Contains("another menu"));
}

TEST_CASE("answers of another dense quality are refused", "[io][series_file]") {
  CHECK_NOTHROW(expect_same_dense_quality(example(), 0.9, "f"));
  CHECK_THROWS_WITH(expect_same_dense_quality(example(), 0.9000000001, "f"),
                    Catch::Contains("is 0.9, this search's is 0.9000000001"));
  CHECK_THROWS_AS(expect_same_dense_quality(example(), 0.8, "f"), io_error);
}

TEST_CASE("fingerprints keep all their bits", "[io][series_file]") {
  for (const std::uint64_t bits : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    auto f = example();
    f.fingerprint = bits;
    CHECK(parse_series_file(to_json(f), "f") == f);
  }
}

TEST_CASE("what JSON can't hold is not written", "[io][series_file]") {
  auto f = example();
  f.quality = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(to_json(f), lacuna::shape_error);
  const test::temporary_folder folder;
  CHECK_THROWS_AS(save_series(folder.file("none/series.json"), example()), io_error);
  CHECK_THROWS_AS(lacuna::io::load_series(folder.file("absent.json")), io_error);
}

}  // namespace series_file_test
