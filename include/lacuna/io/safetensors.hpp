// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <lacuna/core/tensor.hpp>
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

/// A safetensors file: 8 bytes of header size, a JSON header {name: {dtype, shape, data_offsets}},
/// and the values, row-major and little-endian. All of the header is checked when the file is
/// opened: types, shapes, and that the tensors tile the data section without gap or overlap.
class safetensors_file {
 public:
  /// @throws io_error with the offset of what is wrong.
  explicit safetensors_file(const std::string& path) : safetensors_file(read_file(path), path) {}

  /// From memory; `path` is for messages.
  safetensors_file(std::vector<std::byte> bytes, std::string path)
      : bytes_(std::move(bytes)), path_(std::move(path)) {
    byte_reader in(bytes_, path_);
    const std::uint64_t size = in.little_endian(8, "header size");
    // The format's own limit; it keeps a hostile header from costing more than its file.
    if (size > 100'000'000 || size > in.left()) {
      throw io_error(path_, 0, message("header of ", size, " bytes, ", in.left(), " follow"));
    }
    const auto text = in.take(size, "header");
    data_at_ = in.offset();
    parse({reinterpret_cast<const char*>(text.data()), text.size()});
    expect_tiling(in.left());
  }

  /// Sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& [name, e] : entries_) out.push_back(name);
    return out;
  }
  [[nodiscard]] bool contains(const std::string& name) const { return entries_.count(name) > 0; }
  /// @throws io_error when there is no such tensor.
  [[nodiscard]] const safetensors_entry& entry(const std::string& name) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) throw io_error(path_, 8, message("has no tensor '", name, "'"));
    return found->second;
  }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const noexcept {
    return metadata_;
  }

  /// A tensor's values. @throws io_error when it is of another type.
  template <class T>
  [[nodiscard]] aligned_vector<T> read(const std::string& name,
                                       non_finite policy = non_finite::carry) const {
    const safetensors_entry& e = entry(name);
    constexpr std::string_view wanted = detail::safetensors_type<T>::dtype;
    const std::uint64_t at = data_at_ + e.begin;
    if (e.dtype != wanted) {
      throw io_error(path_, at, message("tensor '", name, "' is ", e.dtype, ", expected ", wanted));
    }
    return detail::copy_values<T>(std::span(bytes_).subspan(at, e.end - e.begin), at, path_,
                                  policy);
  }

  /// A tensor of up to four dimensions; missing ones are 1, at the end: a vector is (n, 1, 1, 1).
  template <class T>
  [[nodiscard]] tensor<T> read_tensor(const std::string& name,
                                      non_finite policy = non_finite::carry) const {
    const safetensors_entry& e = entry(name);
    if (e.shape.size() > 4) {
      throw io_error(path_, data_at_ + e.begin,
                     message("tensor '", name, "' has shape ", shape_text(e.shape),
                             ", expected at most four dimensions"));
    }
    std::array<index_t, 4> x{1, 1, 1, 1};
    std::copy(e.shape.begin(), e.shape.end(), x.begin());
    return tensor<T>({x[0], x[1], x[2], x[3]}, read<T>(name, policy));
  }

 private:
  using json = nlohmann::json;

  [[noreturn]] void fail(const std::string& what) const { throw io_error(path_, 8, what); }

  void parse(std::string_view text) {
    // nlohmann-json keeps the last of two equal keys; the callback sees both.
    std::vector<std::set<std::string>> keys;
    std::string twice;
    const auto watch = [&](int depth, json::parse_event_t event, json& value) {
      if (depth > 8) throw io_error(path_, 8, "the header is nested deeper than any can be");
      if (event == json::parse_event_t::object_start) keys.emplace_back();
      if (event == json::parse_event_t::object_end) keys.pop_back();
      if (event == json::parse_event_t::key &&
          !keys.back().insert(value.get<std::string>()).second) {
        twice = value.get<std::string>();
      }
      return true;
    };
    json header;
    try {
      header = json::parse(text, watch);
    } catch (const json::parse_error& e) {
      throw io_error(path_, 8 + e.byte, message("the header is no JSON: ", e.what()));
    } catch (const json::exception& e) {  // a number beyond every type
      fail(message("the header is no JSON: ", e.what()));
    }
    if (!twice.empty()) fail(message("'", twice, "' stands twice"));
    if (!header.is_object()) fail("the header is no JSON object");
    for (const auto& [name, value] : header.items()) {
      if (name == "__metadata__") {
        if (!value.is_object()) fail("__metadata__ is no object of strings");
        for (const auto& [key, text_value] : value.items()) {
          if (!text_value.is_string()) fail("__metadata__ is no object of strings");
          metadata_[key] = text_value.get<std::string>();
        }
      } else {
        entries_[name] = parse_entry(name, value);
      }
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

  void expect_tiling(std::uint64_t data_size) const {
    std::vector<std::pair<const std::string*, const safetensors_entry*>> order;
    for (const auto& [name, e] : entries_) order.emplace_back(&name, &e);
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
    if (at != data_size) {
      throw io_error(path_, data_at_ + std::min(at, data_size),
                     message("the tensors take ", at, " bytes of data, the file has ", data_size));
    }
  }

  std::vector<std::byte> bytes_;
  std::string path_;
  std::uint64_t data_at_{0};
  std::map<std::string, safetensors_entry> entries_;
  std::map<std::string, std::string> metadata_;
};

/// Collects tensors and writes them as one safetensors file, sorted by name: the same tensors give
/// the same bytes.
class safetensors_writer {
 public:
  /// @throws shape_error when values and shape differ in count, or the name is taken.
  template <class T>
  void add(const std::string& name, const std::vector<index_t>& shape, std::span<const T> values) {
    std::uint64_t count = 0;
    if (!detail::fits(shape, values.size(), count) || count != values.size()) {
      throw shape_error(message("tensor '", name, "' of shape ", shape_text(shape),
                                " does not take ", values.size(), " values"));
    }
    const auto bytes = std::as_bytes(values);
    const bool added =
        name != "__metadata__" &&
        tensors_
            .try_emplace(name, stored{std::string(detail::safetensors_type<T>::dtype),
                                      shape,
                                      {bytes.begin(), bytes.end()}})
            .second;
    if (!added) throw shape_error(message("tensor name '", name, "' is taken"));
  }
  template <class T>
  void add(const std::string& name, const tensor<T>& t) {
    const extents4 e = t.extents();
    add(name, {e.n, e.c, e.h, e.w},
        std::span<const T>(t.data(), static_cast<std::size_t>(t.size())));
  }
  void add_metadata(const std::string& key, const std::string& value) { metadata_[key] = value; }

  [[nodiscard]] std::vector<std::byte> bytes() const {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata_.empty()) header["__metadata__"] = metadata_;
    std::uint64_t at = 0;
    for (const auto& [name, t] : tensors_) {
      header[name] = {
          {"dtype", t.dtype}, {"shape", t.shape}, {"data_offsets", {at, at + t.bytes.size()}}};
      at += t.bytes.size();
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');  // data starts on 8 bytes
    const std::uint64_t size = text.size();
    std::vector<std::byte> out(8 + text.size());
    std::memcpy(out.data(), &size, 8);
    std::memcpy(out.data() + 8, text.data(), text.size());
    for (const auto& [name, t] : tensors_) out.insert(out.end(), t.bytes.begin(), t.bytes.end());
    return out;
  }

  /// Whole or not at all. @throws io_error.
  void write(const std::string& path) const { write_file(path, bytes()); }

 private:
  struct stored {
    std::string dtype;
    std::vector<index_t> shape;
    std::vector<std::byte> bytes;
  };
  std::map<std::string, stored> tensors_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace lacuna::inline LACUNA_ABI::io
