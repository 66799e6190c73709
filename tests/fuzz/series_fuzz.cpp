// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <lacuna/io/series_file.hpp>

#include "target.hpp"

// Whatever is read is written and read again the same.
void fuzz_one(std::span<const std::byte> input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  lacuna::io::series_file file;
  try {
    file = lacuna::io::parse_series_file(text, "fuzz");
  } catch (const lacuna::io_error& e) {
    require(e.offset() <= input.size());
    return;
  }
  require(lacuna::io::parse_series_file(to_json(file), "again") == file);
}
