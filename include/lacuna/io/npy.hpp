// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lacuna/format/dense.hpp>
#include <lacuna/io/element_type.hpp>
#include <lacuna/io/npy_header.hpp>

namespace lacuna::inline LACUNA_ABI::io {

/// An n-dimensional array, the last index fastest.
template <class T>
struct npy_array {
  std::vector<index_t> shape;
  aligned_vector<T> values;
};

namespace detail {

template <class T>
struct npy_type;  // no definition: not a type of npy_value
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

}  // namespace detail

/// A value type that is read and written here: float, double, int8, uint8, int32, int64. npy has no
/// bfloat16 (safetensors has); its f2 is no type of C++20.
template <class T>
concept npy_value = requires {
  detail::npy_type<T>::descr;
};

namespace detail {
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
template <npy_value T>
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
template <npy_value T>
[[nodiscard]] npy_array<T> read_npy(const std::string& path,
                                    non_finite policy = non_finite::carry) {
  return parse_npy<T>(read_file(path), path, policy);
}

/// Reads a matrix (rows, cols). @throws io_error unless the array has two dimensions, see
/// parse_npy.
template <npy_value T>
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
template <npy_value T>
[[nodiscard]] std::vector<std::byte> to_npy(const std::vector<index_t>& shape,
                                            std::span<const T> values) {
  std::uint64_t count = 0;
  if (!detail::fits(shape, values.size(), count) || count != values.size()) {
    throw shape_error(
        message("npy of shape ", shape_text(shape), " does not take ", values.size(), " values"));
  }
  std::string extents = shape_text(shape);
  extents.pop_back();
  extents.append(shape.size() == 1 ? ",)" : ")");  // Python's tuple of one
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
template <npy_value T>
void write_npy(const std::string& path, const std::vector<index_t>& shape,
               std::span<const T> values) {
  write_file(path, to_npy(shape, values));
}
/// The same for an array that was read, or made alike.
template <npy_value T>
void write_npy(const std::string& path, const npy_array<T>& array) {
  write_npy(path, array.shape, std::span<const T>(array.values));
}
/// The same for a matrix; its shape is (rows, cols).
template <npy_value T>
void write_npy(const std::string& path, const dense_matrix<T>& matrix) {
  write_npy(path, {matrix.rows(), matrix.cols()},
            std::span<const T>(matrix.data(), static_cast<std::size_t>(matrix.size())));
}

}  // namespace lacuna::inline LACUNA_ABI::io
