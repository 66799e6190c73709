// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <lacuna/io/element_type.hpp>

namespace lacuna::inline LACUNA_ABI::io {

namespace detail {
template <class T>
struct safetensors_type;  // no definition: the format has no such type
#define LACUNA_SAFETENSORS_TYPE(type, text)           \
  template <>                                         \
  struct safetensors_type<type> {                     \
    static constexpr std::string_view dtype = (text); \
  }
LACUNA_SAFETENSORS_TYPE(double, "F64");
LACUNA_SAFETENSORS_TYPE(float, "F32");
LACUNA_SAFETENSORS_TYPE(bfloat16, "BF16");
LACUNA_SAFETENSORS_TYPE(std::int8_t, "I8");
LACUNA_SAFETENSORS_TYPE(std::uint8_t, "U8");
LACUNA_SAFETENSORS_TYPE(std::int16_t, "I16");
LACUNA_SAFETENSORS_TYPE(std::int32_t, "I32");
LACUNA_SAFETENSORS_TYPE(std::int64_t, "I64");
#undef LACUNA_SAFETENSORS_TYPE

/// Bytes of a value, 0 for a type the format does not have.
[[nodiscard]] inline std::uint64_t dtype_size(std::string_view dtype) {
  constexpr std::pair<std::string_view, std::uint64_t> sizes[] = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
      {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},
      {"U32", 4},  {"F32", 4}, {"F64", 8}, {"I64", 8},     {"U64", 8}};
  for (const auto& [name, size] : sizes) {
    if (name == dtype) return size;
  }
  return 0;
}
}  // namespace detail

/// One tensor of a file: its type, shape and bytes [begin, end) of the data section.
struct safetensors_entry {
  std::string dtype;
  std::vector<index_t> shape;
  std::uint64_t begin{0};
  std::uint64_t end{0};
};

namespace detail {
/// What the header of a safetensors file says.
struct safetensors_header {
  std::map<std::string, safetensors_entry> entries;
  std::map<std::string, std::string> metadata;
};

/// Parses and checks a header: types, shapes, and that the tensors tile the data section.
class safetensors_header_parser {
 public:
  /// The data section is the file's bytes [data_at, data_at + data_size).
  safetensors_header_parser(std::uint64_t data_at, std::uint64_t data_size, const std::string& path)
      : data_at_(data_at), data_size_(data_size), path_(path) {}

  /// @throws io_error: at the byte where it is no JSON, at the tensor that does not follow on the
  /// one before, or at the header's start.
  safetensors_header parse(std::string_view text) const {
    // The format says so, and nlohmann-json would skip a byte order mark and blanks.
    if (text.empty() || text.front() != '{') fail("the header is no JSON object: expected '{'");
    const json parsed = parse_json(text);
    safetensors_header header;
    for (const auto& [name, value] : parsed.items()) {
      if (name != "__metadata__") {
        header.entries[name] = parse_entry(name, value);
        continue;
      }
      if (!value.is_object()) fail("__metadata__ is no object of strings");
      for (const auto& [key, text_value] : value.items()) {
        if (!text_value.is_string()) fail("__metadata__ is no object of strings");
        header.metadata[key] = text_value.template get<std::string>();
      }
    }
    expect_tiling(header);
    return header;
  }

 private:
  using json = nlohmann::json;
  static constexpr int deepest = 8;                   // a header has 3 levels
  static constexpr std::size_t most_dimensions = 64;  // numpy's limit too

  [[nodiscard]] json parse_json(std::string_view text) const {
    // nlohmann-json keeps the last of two equal keys; the callback sees both. It also stops what
    // no header has before memory is spent on it: one more '[' or ',0' costs 16 bytes for one.
    std::vector<std::set<std::string>> keys;
    std::size_t elements = 0;
    const auto watch = [&](int depth, json::parse_event_t event, json& value) {
      using on = json::parse_event_t;
      if (depth > deepest) fail("the header is nested deeper than any can be");
      if (event == on::object_start) keys.emplace_back();
      if (event == on::object_end) keys.pop_back();
      if (event == on::key || event == on::array_start) elements = 0;
      if (event == on::value && ++elements > most_dimensions) {
        fail(message("a list is longer than ", most_dimensions));
      }
      if (event == on::key && !keys.back().insert(value.get<std::string>()).second) {
        fail(message("'", value.get<std::string>(), "' stands twice"));
      }
      return true;
    };
    try {
      return json::parse(text, watch);
    } catch (const json::parse_error& e) {
      throw io_error(path_, 8 + e.byte, message("the header is no JSON: ", e.what()));
    } catch (const json::exception& e) {  // a number beyond every type
      fail(message("the header is no JSON: ", e.what()));
    }
  }

  [[nodiscard]] safetensors_entry parse_entry(const std::string& name, const json& value) const {
    if (!value.is_object() || value.size() != 3 || !value.contains("dtype") ||
        !value.contains("shape") || !value.contains("data_offsets") ||
        !value["dtype"].is_string() || !value["shape"].is_array() ||
        !value["data_offsets"].is_array() || value["data_offsets"].size() != 2) {
      fail(message("tensor '", name, "' needs dtype, shape and two data_offsets"));
    }
    const auto number = [&](const json& n) {
      if (!n.is_number_unsigned() || n.get<std::uint64_t>() > std::uint64_t{1} << 62U) {
        fail(message("tensor '", name, "': extents and offsets are whole numbers below 2^62"));
      }
      return n.get<std::uint64_t>();
    };
    safetensors_entry e;
    e.dtype = value["dtype"].get<std::string>();
    for (const json& extent : value["shape"]) {
      e.shape.push_back(static_cast<index_t>(number(extent)));
    }
    e.begin = number(value["data_offsets"][0]);
    e.end = number(value["data_offsets"][1]);
    const std::uint64_t size = detail::dtype_size(e.dtype);
    if (size == 0) fail(message("tensor '", name, "' has unknown dtype '", e.dtype, "'"));
    std::uint64_t count = 0;
    if (e.begin > e.end || !detail::fits(e.shape, (e.end - e.begin) / size, count) ||
        count * size != e.end - e.begin) {
      fail(message("tensor '", name, "': ", e.dtype, " of shape ", shape_text(e.shape),
                   " does not take bytes ", e.begin, " to ", e.end));
    }
    return e;
  }

  void expect_tiling(const safetensors_header& header) const {
    std::vector<std::pair<const std::string*, const safetensors_entry*>> order;
    for (const auto& [name, e] : header.entries) order.emplace_back(&name, &e);
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return std::pair(a.second->begin, a.second->end) < std::pair(b.second->begin, b.second->end);
    });
    std::uint64_t at = 0;
    for (const auto& [name, e] : order) {
      if (e->begin != at) {
        throw io_error(path_, data_at_ + std::min(at, e->begin),
                       message("tensor '", *name, "' starts at byte ", e->begin,
                               " of the data, expected ", at, ": no gap, no overlap"));
      }
      at = e->end;
    }
    if (at != data_size_) {
      throw io_error(path_, data_at_ + std::min(at, data_size_),
                     message("the tensors take ", at, " bytes of data, the file has ", data_size_));
    }
  }

  [[noreturn]] void fail(const std::string& what) const { throw io_error(path_, 8, what); }

  std::uint64_t data_at_;
  std::uint64_t data_size_;
  const std::string& path_;
};
}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI::io
