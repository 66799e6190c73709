// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>

namespace lacuna::inline LACUNA_ABI::io {

/// A file's bytes. @throws io_error when it can't be read to its end, or is no regular file.
[[nodiscard]] inline std::vector<std::byte> read_file(const std::string& path) {
  std::error_code error;
  // Asked before it is opened: opening a pipe waits for a writer.
  const bool regular = std::filesystem::is_regular_file(path, error);
  std::ifstream in;
  if (regular) in.open(path, std::ios::binary);
  if (!in.is_open()) throw io_error(path, 0, "can't be opened as a file");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw io_error(path, 0, error.message());
  std::vector<std::byte> bytes(size);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (static_cast<std::uintmax_t>(in.gcount()) != size) {
    throw io_error(path, static_cast<std::uint64_t>(in.gcount()),
                   message("expected ", size, " bytes, the file ends here"));
  }
  return bytes;
}

/// Writes a whole file, or nothing: the bytes go to a neighbour, path + ".partial", which takes the
/// name only when all are written and is removed when they are not. A link at `path` is replaced,
/// not followed; one writer a path at a time.
/// @throws io_error when anything fails; what stood at `path` before still stands then. So it does
/// when that is a folder, a pipe or a device: renaming would put a file in the device's place.
inline void write_file(const std::string& path, std::span<const std::byte> bytes) {
  const std::string partial = path + ".partial";
  std::error_code ignored;
  const auto there = std::filesystem::status(path, ignored);
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there)) {
    throw io_error(path, 0, "expected a file or nothing, found a folder, pipe or device");
  }
  std::filesystem::remove(partial, ignored);  // a link left there would be written through
  std::ofstream out(partial, std::ios::binary | std::ios::trunc);
  if (!out) throw io_error(path, 0, message("can't be written: ", std::strerror(errno)));
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(partial, path, error);
  if (!out || error) {
    std::filesystem::remove(partial, ignored);
    throw io_error(path, bytes.size(),
                   error ? error.message() : std::string("writing failed: is the disk full?"));
  }
}

/// Reads values one after the other from a file's bytes, and says where it fell short.
class byte_reader {
 public:
  byte_reader(std::span<const std::byte> bytes, const std::string& path)
      : bytes_(bytes), path_(path) {}

  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
  [[nodiscard]] std::uint64_t left() const noexcept { return bytes_.size() - offset_; }

  /// The next `count` bytes. @throws io_error when there are fewer; `what` they are is in the text.
  std::span<const std::byte> take(std::uint64_t count, const char* what) {
    if (count > left()) {
      fail(message("expected ", count, " bytes of ", what, ", found ", left()));
    }
    const auto taken = bytes_.subspan(offset_, count);
    offset_ += count;
    return taken;
  }

  /// An unsigned number of `size` bytes, least significant first.
  std::uint64_t little_endian(std::uint64_t size, const char* what) {
    std::uint64_t value = 0;
    const auto taken = take(size, what);
    for (std::size_t i = taken.size(); i > 0; --i) {
      value = value << 8U | std::to_integer<std::uint64_t>(taken[i - 1]);
    }
    return value;
  }

  [[noreturn]] void fail(const std::string& what) const { throw io_error(path_, offset_, what); }

 private:
  std::span<const std::byte> bytes_;
  const std::string& path_;
  std::uint64_t offset_{0};
};

}  // namespace lacuna::inline LACUNA_ABI::io
