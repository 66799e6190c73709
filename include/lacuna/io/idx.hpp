// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <lacuna/io/element_type.hpp>
#include <lacuna/io/gzip.hpp>

namespace lacuna::inline LACUNA_ABI::io {

/// An array of bytes, the last index fastest.
struct idx_array {
  std::vector<index_t> shape;
  std::vector<std::uint8_t> values;
};

/// Images and the class of each, as the MNIST family has them.
struct labelled_bytes {
  idx_array images;                  ///< (n, h, w)
  std::vector<std::uint8_t> labels;  ///< n of them
};

/// An IDX file of unsigned bytes from memory, gzip or plain: magic 0, 0, type 8, dimensions; 32-bit
/// big-endian extents; values; nothing more. `path` is for messages. Memory grows with what is
/// really there, not with what the header says; at most `limit` values.
/// @throws io_error; offsets are those of the decompressed bytes, except where decompression itself
/// fails: there they are the file's.
[[nodiscard]] inline idx_array parse_idx(std::span<const std::byte> bytes, const std::string& path,
                                         std::uint64_t limit = std::uint64_t{1} << 32U) {
  detail::gzip_reader in(bytes, path);
  std::uint8_t magic[4] = {};
  if (in.read(magic, 4) != 4 || magic[0] != 0 || magic[1] != 0) {
    throw io_error(path, 0, "not an IDX file: expected two zero bytes, a type and a count");
  }
  if (magic[2] != 0x08) {
    throw io_error(
        path, 2,
        message("holds type ", static_cast<int>(magic[2]), ", expected 8, unsigned bytes"));
  }
  idx_array out;
  for (int d = 0; d < magic[3]; ++d) {
    std::uint8_t extent[4] = {};
    const std::uint64_t at = in.offset();
    if (in.read(extent, 4) != 4) throw io_error(path, at, "ends inside its extents");
    out.shape.push_back((index_t{extent[0]} << 24) | (index_t{extent[1]} << 16) |
                        (index_t{extent[2]} << 8) | index_t{extent[3]});
  }
  std::uint64_t count = 0;
  if (out.shape.empty() || !detail::fits(out.shape, limit, count)) {
    throw io_error(
        path, 3,
        message("shape ", shape_text(out.shape), " is empty or beyond ", limit, " values"));
  }
  constexpr std::uint64_t piece = std::uint64_t{1} << 22U;
  while (out.values.size() < count) {
    const std::size_t have = out.values.size();
    out.values.resize(have + std::min(piece, count - have));
    const std::size_t wanted = out.values.size() - have;
    if (const std::size_t got = in.read(out.values.data() + have, wanted); got != wanted) {
      throw io_error(path, in.offset(),
                     message("expected ", count, " values, ends after ", have + got));
    }
  }
  std::uint8_t beyond = 0;
  if (in.read(&beyond, 1) != 0) {
    throw io_error(path, in.offset() - 1, message("expected the end after ", count, " values"));
  }
  return out;
}

/// Reads an IDX file. @throws io_error, see parse_idx.
[[nodiscard]] inline idx_array read_idx(const std::string& path,
                                        std::uint64_t limit = std::uint64_t{1} << 32U) {
  return parse_idx(read_file(path), path, limit);
}

/// Reads images (n, h, w) with their labels (n). @throws io_error when the two files don't pair up
/// or a label is not below `classes`.
[[nodiscard]] inline labelled_bytes read_labelled_images(const std::string& images_path,
                                                         const std::string& labels_path,
                                                         index_t classes) {
  labelled_bytes out{read_idx(images_path), {}};
  if (out.images.shape.size() != 3) {
    throw io_error(images_path, 3,
                   message("holds ", shape_text(out.images.shape), ", expected images (n, h, w)"));
  }
  idx_array labels = read_idx(labels_path);
  if (labels.shape.size() != 1 || labels.shape[0] != out.images.shape[0]) {
    throw io_error(
        labels_path, 4,
        message("holds ", shape_text(labels.shape), ", expected ", out.images.shape[0], " labels"));
  }
  for (std::size_t i = 0; i < labels.values.size(); ++i) {
    if (labels.values[i] >= classes) {
      throw io_error(
          labels_path, 8 + i,
          message("label ", static_cast<int>(labels.values[i]), " is not below ", classes));
    }
  }
  out.labels = std::move(labels.values);
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::io
