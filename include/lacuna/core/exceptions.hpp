// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include <lacuna/version.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Operand shapes do not fit together, or a size or fraction is out of its range;
/// the message has every shape involved.
struct shape_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A sparse format breaks one of its invariants; the message says which and where.
struct format_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Something that was asked for is valid but not supported yet; the message says what is.
struct unsupported_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A file can't be read or written, or does not hold what it should.
class io_error : public std::runtime_error {
 public:
  io_error(const std::string& path, std::uint64_t offset, const std::string& what)
      : std::runtime_error(std::string(path)
                               .append(": byte ")
                               .append(std::to_string(offset))
                               .append(": ")
                               .append(what)),
        path_(path),
        offset_(offset) {}

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Where in the file the trouble is; 0 when the file can't be opened at all.
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

 private:
  std::string path_;
  std::uint64_t offset_;
};

/// A kernel was called against its contract (checked builds only): a bug of the caller.
struct contract_violation : std::logic_error {
  using std::logic_error::logic_error;
};

}  // namespace lacuna::inline LACUNA_ABI
