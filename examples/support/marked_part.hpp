// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>

#include <lacuna/io/file.hpp>

namespace support {

/// Puts `text` between the lines <!-- begin NAME --> and <!-- end NAME --> of a document.
/// @throws io_error, also where the lines are not there; the document is then as it was.
inline void replace_marked(const std::string& path, const std::string& name,
                           const std::string& text) {
  const std::string begin = "<!-- begin " + name + " -->\n";
  const std::string end = "<!-- end " + name + " -->";
  const auto bytes = lacuna::io::read_file(path);
  std::string document(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t from = document.find(begin);
  const std::size_t to = document.find(end);
  if (from == std::string::npos || to == std::string::npos || to < from) {
    throw lacuna::io_error(path, 0, "has no part marked '" + name + "'");
  }
  document.replace(from + begin.size(), to - from - begin.size(), text);
  lacuna::io::write_file(path, std::as_bytes(std::span<const char>(document)));
}

}  // namespace support
