// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <lacuna/decompose/search.hpp>
#include <lacuna/io/file.hpp>

namespace lacuna::inline LACUNA_ABI::io {

/// A search for series, finished or broken off, as a file holds it: JSON with the names of the
/// layers, the menu, the series chosen, every quality that was asked for, and the fingerprint of
/// the search space, in hexadecimal.
struct series_file {
  std::vector<std::string> layers;
  std::vector<series_pattern> menu;
  selection chosen;  ///< a number in the menu a layer
  double quality{0};
  double dense_quality{0};
  double cost{1};
  quality_memory asked;
  std::uint64_t fingerprint{0};

  friend bool operator==(const series_file&, const series_file&) = default;
};

/// What is to be saved of a search.
[[nodiscard]] inline series_file to_series_file(const search_space& space,
                                                const search_result& result,
                                                const quality_memory& asked = {}) {
  series_file out{{},          space.menu, result.chosen,     result.quality, result.dense_quality,
                  result.cost, asked,      fingerprint(space)};
  for (const search_layer& l : space.layers) out.layers.push_back(l.name);
  return out;
}

namespace detail {
/// 16 digits: JSON's own numbers hold 53 bits where they are read as double.
[[nodiscard]] inline std::string to_hexadecimal(std::uint64_t v) {
  char digits[16];
  const auto end = std::to_chars(digits, std::end(digits), v, 16).ptr;
  return std::string(static_cast<std::size_t>(std::end(digits) - end), '0').append(digits, end);
}
}  // namespace detail

/// The file's text. @throws shape_error for qualities that are NaN or infinite: JSON has none.
[[nodiscard]] inline std::string to_json(const series_file& f) {
  using nlohmann::json;
  const auto finite = [](double v) {
    if (!std::isfinite(v)) throw shape_error(message("series file: ", v, " can't be written"));
    return v;
  };
  json menu = json::array();
  for (const series_pattern& s : f.menu) menu.push_back(to_string(s));
  json layers = json::array();
  for (std::size_t l = 0; l < f.layers.size(); ++l) {
    layers.push_back({{"name", f.layers[l]}, {"series", to_string(f.menu.at(f.chosen.at(l)))}});
  }
  json asked = json::array();
  for (const auto& [chosen, quality] : f.asked) {
    asked.push_back({{"chosen", chosen}, {"quality", finite(quality)}});
  }
  const json all{{"format", "lacuna series"},
                 {"version", 2},
                 {"fingerprint", detail::to_hexadecimal(f.fingerprint)},
                 {"menu", menu},
                 {"layers", layers},
                 {"quality", finite(f.quality)},
                 {"dense_quality", finite(f.dense_quality)},
                 {"cost", finite(f.cost)},
                 {"asked", asked}};
  return all.dump(1) + "\n";
}

namespace detail {

class series_file_parser {
 public:
  explicit series_file_parser(const std::string& path) : path_(path) {}

  [[nodiscard]] series_file parse(std::string_view text) const {
    const json all = parse_json(text);
    if (field(all, "format") != "lacuna series" || field(all, "version") != 2) {
      fail("expected format 'lacuna series', version 2");
    }
    series_file out;
    out.fingerprint = hexadecimal(field(all, "fingerprint"));
    for (const json& s : list(all, "menu")) out.menu.push_back(series(s));
    if (out.menu.empty() || out.menu.front() != dense()) fail("the menu must begin with 'dense'");
    for (const json& l : list(all, "layers")) {
      const json& name = field(l, "name");
      if (!name.is_string()) fail("a layer's name must be text");
      out.layers.push_back(name.get<std::string>());
      const series_pattern wanted = series(field(l, "series"));
      const auto at = std::find(out.menu.begin(), out.menu.end(), wanted);
      if (at == out.menu.end()) {
        fail(message("layer '", out.layers.back(), "' has series '", to_string(wanted),
                     "', which is not in the menu"));
      }
      out.chosen.push_back(static_cast<std::size_t>(at - out.menu.begin()));
    }
    out.quality = number(field(all, "quality"));
    out.dense_quality = number(field(all, "dense_quality"));
    out.cost = number(field(all, "cost"));
    for (const json& a : list(all, "asked")) {
      selection chosen;
      for (const json& s : list(a, "chosen")) {
        if (!s.is_number_unsigned() || s.get<std::uint64_t>() >= out.menu.size()) {
          fail(message("'chosen' holds numbers below ", out.menu.size(), ", the menu's size"));
        }
        chosen.push_back(s.get<std::size_t>());
      }
      if (chosen.size() != out.layers.size()) {
        fail(message("a selection of ", chosen.size(), " series for ", out.layers.size(),
                     " layers"));
      }
      out.asked[chosen] = number(field(a, "quality"));
    }
    return out;
  }

 private:
  using json = nlohmann::json;

  [[nodiscard]] static series_pattern dense() { return {{{dense_pattern{}, 1}}}; }

  [[nodiscard]] json parse_json(std::string_view text) const {
    const auto watch = [this](int depth, json::parse_event_t /*event*/, json& /*value*/) {
      if (depth > 8) fail("nested deeper than any series file is");
      return true;
    };
    try {
      return json::parse(text, watch);
    } catch (const json::parse_error& e) {
      throw io_error(path_, std::min<std::uint64_t>(e.byte, text.size()),
                     message("no JSON: ", e.what()));
    } catch (const json::exception& e) {
      fail(message("no JSON: ", e.what()));
    }
  }
  [[nodiscard]] const json& field(const json& from, const char* name) const {
    if (!from.is_object() || !from.contains(name)) fail(message("'", name, "' is missing"));
    return from[name];
  }
  [[nodiscard]] const json& list(const json& from, const char* name) const {
    const json& found = field(from, name);
    if (!found.is_array()) fail(message("'", name, "' must be a list"));
    return found;
  }
  [[nodiscard]] double number(const json& value) const {
    if (!value.is_number() || !std::isfinite(value.get<double>())) fail("expected a finite number");
    return value.get<double>();
  }
  [[nodiscard]] std::uint64_t hexadecimal(const json& value) const {
    const std::string text = value.is_string() ? value.get<std::string>() : "";
    const char* const end = text.data() + text.size();
    std::uint64_t out = 0;
    const auto parsed = std::from_chars(text.data(), end, out, 16);
    if (text.size() != 16 || parsed.ec != std::errc{} || parsed.ptr != end) {
      fail("'fingerprint' must be 16 hexadecimal digits");
    }
    return out;
  }
  [[nodiscard]] series_pattern series(const json& value) const {
    if (!value.is_string()) fail("a series must be text");
    try {
      return parse_series_pattern(value.get<std::string>());
    } catch (const shape_error& e) {
      fail(e.what());
    }
  }
  [[noreturn]] void fail(const std::string& what) const { throw io_error(path_, 0, what); }

  const std::string& path_;
};

}  // namespace detail

/// Parses and checks a file's text. @throws io_error, at the byte where it is no JSON.
[[nodiscard]] inline series_file parse_series_file(std::string_view text, const std::string& path) {
  return detail::series_file_parser(path).parse(text);
}

/// Reads a file. @throws io_error.
[[nodiscard]] inline series_file load_series(const std::string& path) {
  const std::vector<std::byte> bytes = read_file(path);
  return parse_series_file({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

/// Writes a whole file or nothing. @throws io_error.
inline void save_series(const std::string& path, const series_file& f) {
  const std::string text = to_json(f);
  write_file(path, std::as_bytes(std::span<const char>(text)));
}

/// @throws io_error unless the file is about these layers, this menu and a space of the same
/// fingerprint: what was found for one network must not be taken for another, or for another
/// training of it.
inline void expect_same_search(const series_file& f, const search_space& space,
                               const std::string& path) {
  if (f.menu != space.menu) throw io_error(path, 0, "was saved for another menu of series");
  if (f.layers.size() != space.layers.size()) {
    throw io_error(
        path, 0,
        message("is about ", f.layers.size(), " layers, the network has ", space.layers.size()));
  }
  for (std::size_t l = 0; l < f.layers.size(); ++l) {
    if (f.layers[l] == space.layers[l].name) continue;
    throw io_error(path, 0,
                   message("layer ", l, " is '", f.layers[l], "', the network's is '",
                           space.layers[l].name, "'"));
  }
  const std::uint64_t wanted = fingerprint(space);
  if (f.fingerprint != wanted) {
    throw io_error(path, 0,
                   message("was saved for other weights, costs or data: its fingerprint is ",
                           detail::to_hexadecimal(f.fingerprint), ", this search's is ",
                           detail::to_hexadecimal(wanted)));
  }
}

/// @throws io_error unless the file has the quality of all layers dense that this search's network
/// has on this search's data: the answers of a file are good only where the first one still is.
/// Exact, as qualities are deterministic.
inline void expect_same_dense_quality(const series_file& f, double dense_quality,
                                      const std::string& path) {
  if (f.dense_quality == dense_quality) return;
  throw io_error(path, 0,
                 message("was saved for another network or other data: its dense quality is ",
                         nlohmann::json(f.dense_quality).dump(), ", this search's is ",
                         nlohmann::json(dense_quality).dump()));
}

}  // namespace lacuna::inline LACUNA_ABI::io
