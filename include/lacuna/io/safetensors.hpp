// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <lacuna/core/tensor.hpp>
#include <lacuna/io/element_type.hpp>
#include <lacuna/io/safetensors_header.hpp>

namespace lacuna::inline LACUNA_ABI::io {

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
    header_ = detail::safetensors_header_parser(data_at_, in.left(), path_)
                  .parse({reinterpret_cast<const char*>(text.data()), text.size()});
  }

  /// Sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& [name, e] : header_.entries) out.push_back(name);
    return out;
  }
  [[nodiscard]] bool contains(const std::string& name) const {
    return header_.entries.count(name) > 0;
  }
  /// @throws io_error when there is no such tensor.
  [[nodiscard]] const safetensors_entry& entry(const std::string& name) const {
    const auto found = header_.entries.find(name);
    if (found == header_.entries.end())
      throw io_error(path_, 8, message("has no tensor '", name, "'"));
    return found->second;
  }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const noexcept {
    return header_.metadata;
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
  std::vector<std::byte> bytes_;
  std::string path_;
  std::uint64_t data_at_{0};
  detail::safetensors_header header_;
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

  /// The whole file. @throws format_error when a name or metadata is no UTF-8, as JSON must be.
  [[nodiscard]] std::vector<std::byte> bytes() const {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata_.empty()) header["__metadata__"] = metadata_;
    std::uint64_t at = 0;
    for (const auto& [name, t] : tensors_) {
      header[name] = {
          {"dtype", t.dtype}, {"shape", t.shape}, {"data_offsets", {at, at + t.bytes.size()}}};
      at += t.bytes.size();
    }
    std::string text;
    try {
      text = header.dump();
    } catch (const nlohmann::json::type_error& e) {
      throw format_error(message("safetensors: a name or metadata is no UTF-8: ", e.what()));
    }
    text.append((8 - text.size() % 8) % 8, ' ');  // data starts on 8 bytes
    const std::uint64_t size = text.size();
    std::vector<std::byte> out(8 + text.size());
    std::memcpy(out.data(), &size, 8);
    std::memcpy(out.data() + 8, text.data(), text.size());
    for (const auto& [name, t] : tensors_) out.insert(out.end(), t.bytes.begin(), t.bytes.end());
    return out;
  }

  /// Whole or not at all. @throws io_error, format_error.
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
