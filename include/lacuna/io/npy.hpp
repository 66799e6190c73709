// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lacuna/format/dense.hpp>
#include <lacuna/io/element_type.hpp>

namespace lacuna::inline LACUNA_ABI::io {

/// An n-dimensional array, the last index fastest.
template <class T>
struct npy_array {
  std::vector<index_t> shape;
  aligned_vector<T> values;
};

namespace detail {

template <class T>
struct npy_type;  // no definition: npy has no such type (bfloat16) or it is not supported
template <>
struct npy_type<float> {
  static constexpr std::string_view descr = "<f4";
};
template <>
struct npy_type<double> {
  static constexpr std::string_view descr = "<f8";
};
template <>
struct npy_type<std::int8_t> {
  static constexpr std::string_view descr = "|i1";
};
template <>
struct npy_type<std::uint8_t> {
  static constexpr std::string_view descr = "|u1";
};
template <>
struct npy_type<std::int32_t> {
  static constexpr std::string_view descr = "<i4";
};
template <>
struct npy_type<std::int64_t> {
  static constexpr std::string_view descr = "<i8";
};

struct npy_header {
  std::string descr;
  bool fortran_order{false};
  std::vector<index_t> shape;
};

/// The Python dictionary of an npy header: exactly its three keys, in any order.
class npy_header_parser {
 public:
  npy_header_parser(std::string_view text, std::uint64_t offset, const std::string& path)
      : text_(text), offset_(offset), path_(path) {}

  npy_header parse() {
    npy_header header;
    bool seen[3] = {};
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      const int which = key == "descr" ? 0 : key == "fortran_order" ? 1 : key == "shape" ? 2 : -1;
      if (which < 0) fail("expected descr, fortran_order or shape, found '" + key + "'");
      if (std::exchange(seen[which], true)) fail("'" + key + "' stands twice");
      if (which == 0) header.descr = quoted();
      if (which == 1) header.fortran_order = boolean();
      if (which == 2) header.shape = tuple();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (at_ != text_.size()) fail("expected the end of the header");
    if (!seen[0] || !seen[1] || !seen[2]) fail("descr, fortran_order or shape is missing");
    return header;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool accept(char c) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(std::string("expected '").append(1, c).append("'"));
  }
  std::string quoted() {
    const char quote = accept('\'') ? '\'' : '"';
    if (quote == '"') expect('"');
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail("a string does not end");
    std::string value(text_.substr(at_, end - at_));
    at_ = end + 1;
    return value;
  }
  bool boolean() {
    skip_blanks();
    for (const std::string_view word : {std::string_view("True"), std::string_view("False")}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return word == "True";
    }
    fail("expected True or False");
  }
  std::vector<index_t> tuple() {
    std::vector<index_t> values;
    expect('(');
    while (!accept(')')) {
      skip_blanks();
      index_t value = 0;
      const char* const first = text_.data() + at_;
      const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
      if (error != std::errc{} || value < 0) fail("expected an extent");
      at_ += static_cast<std::size_t>(end - first);
      values.push_back(value);
      if (values.size() > 64) fail("more than 64 dimensions");
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return values;
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw io_error(path_, offset_ + at_, what);
  }

  std::string_view text_;
  std::uint64_t offset_;
  const std::string& path_;
  std::size_t at_{0};
};

/// Fortran order (first index fastest) to C order.
template <class T>
[[nodiscard]] aligned_vector<T> to_c_order(const std::vector<index_t>& shape,
                                           const aligned_vector<T>& values) {
  aligned_vector<T> out(values.size());
  std::vector<index_t> index(shape.size(), 0);
  for (const T& value : values) {
    index_t at = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) at = at * shape[d] + index[d];
    out[static_cast<std::size_t>(at)] = value;
    for (std::size_t d = 0; d < shape.size() && ++index[d] == shape[d]; ++d) index[d] = 0;
  }
  return out;
}

}  // namespace detail

/// An npy file (NumPy's NEP 1, versions 1 to 3) from memory; `path` is for messages.
/// @throws io_error with the offset when it is not one, holds another type than T, or its size is
/// not what its shape says.
template <class T>
[[nodiscard]] npy_array<T> parse_npy(std::span<const std::byte> bytes, const std::string& path,
                                     non_finite policy = non_finite::carry) {
  byte_reader in(bytes, path);
  const auto magic = in.take(6, "magic");
  if (std::memcmp(magic.data(), "\x93NUMPY", 6) != 0) {
    throw io_error(path, 0, "not an npy file: expected the magic \\x93NUMPY");
  }
  const auto version = in.little_endian(2, "version");
  if (version != 1 && version != 2 && version != 3) {
    throw io_error(
        path, 6,
        message("npy version ", version & 0xffU, ".", version >> 8U, ", expected 1.0, 2.0 or 3.0"));
  }
  const std::uint64_t length = in.little_endian(version == 1 ? 2 : 4, "header length");
  const std::uint64_t header_at = in.offset();
  const auto text = in.take(length, "header");
  const detail::npy_header header =
      detail::npy_header_parser({reinterpret_cast<const char*>(text.data()), text.size()},
                                header_at, path)
          .parse();

  constexpr std::string_view wanted = detail::npy_type<T>::descr;
  // Bytes have no order; some writers say "<i1" all the same.
  const bool same = header.descr == wanted ||
                    (sizeof(T) == 1 && header.descr == std::string("<").append(wanted.substr(1)));
  if (!same) {
    throw io_error(path, header_at,
                   message("holds values of type '", header.descr, "', expected '", wanted, "'"));
  }
  std::uint64_t count = 0;
  if (!detail::fits(header.shape, in.left() / sizeof(T), count) || count * sizeof(T) != in.left()) {
    in.fail(message("shape ", shape_text(header.shape), " of '", wanted, "' does not take the ",
                    in.left(), " bytes that follow"));
  }
  const std::uint64_t data_at = in.offset();
  auto values = detail::copy_values<T>(in.take(in.left(), "values"), data_at, path, policy);
  if (header.fortran_order) values = detail::to_c_order(header.shape, values);
  return {header.shape, std::move(values)};
}

/// Reads an npy file. @throws io_error, see parse_npy.
template <class T>
[[nodiscard]] npy_array<T> read_npy(const std::string& path,
                                    non_finite policy = non_finite::carry) {
  return parse_npy<T>(read_file(path), path, policy);
}

/// Reads a matrix. @throws io_error unless the array has two dimensions.
template <class T>
[[nodiscard]] dense_matrix<T> read_npy_matrix(const std::string& path,
                                              non_finite policy = non_finite::carry) {
  const npy_array<T> a = read_npy<T>(path, policy);
  if (a.shape.size() != 2) {
    throw io_error(path, 0, message("holds an array ", shape_text(a.shape), ", expected a matrix"));
  }
  return Eigen::Map<const dense_matrix<T>>(a.values.data(), a.shape[0], a.shape[1]);
}

/// The bytes of an npy file, version 1.0 (2.0 for a header beyond 64 KB), C order.
/// @throws shape_error when values and shape differ in count.
template <class T>
[[nodiscard]] std::vector<std::byte> to_npy(const std::vector<index_t>& shape,
                                            std::span<const T> values) {
  std::uint64_t count = 0;
  if (!detail::fits(shape, values.size(), count) || count != values.size()) {
    throw shape_error(
        message("npy of shape ", shape_text(shape), " does not take ", values.size(), " values"));
  }
  std::string extents = shape_text(shape);
  if (shape.size() == 1) extents.insert(extents.size() - 1, ",");
  std::string header = message("{'descr': '", detail::npy_type<T>::descr,
                               "', 'fortran_order': False, 'shape': ", extents, ", }");
  const bool long_header = header.size() + 64 > 0xffff;
  const std::size_t prefix = long_header ? 12 : 10;
  header.append(63 - (prefix + header.size()) % 64, ' ').append("\n");

  std::vector<std::byte> out;
  const auto put = [&](const void* data, std::size_t size) {
    const auto* from = static_cast<const std::byte*>(data);
    out.insert(out.end(), from, from + size);
  };
  const auto length = static_cast<std::uint32_t>(header.size());
  put(long_header ? "\x93NUMPY\2\0" : "\x93NUMPY\1\0", 8);
  put(&length, prefix - 8);
  put(header.data(), header.size());
  put(values.data(), values.size_bytes());
  return out;
}

/// Writes an npy file, whole or not at all. @throws io_error, shape_error.
template <class T>
void write_npy(const std::string& path, const std::vector<index_t>& shape,
               std::span<const T> values) {
  write_file(path, to_npy(shape, values));
}
template <class T>
void write_npy(const std::string& path, const dense_matrix<T>& matrix) {
  write_npy(path, {matrix.rows(), matrix.cols()},
            std::span<const T>(matrix.data(), static_cast<std::size_t>(matrix.size())));
}

}  // namespace lacuna::inline LACUNA_ABI::io
