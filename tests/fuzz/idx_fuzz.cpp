// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <lacuna/io/idx.hpp>

#include <unistd.h>

#include "target.hpp"

// zlib reads files, so the input goes through one in memory. What is read has as many values as its
// shape says.
void fuzz_one(std::span<const std::byte> input) {
  static const std::string path = "/tmp/lacuna_idx_fuzz_" + std::to_string(getpid());
  lacuna::io::write_file(path, input);
  try {
    const auto array = lacuna::io::read_idx(path, 1U << 24U);
    lacuna::index_t count = 1;
    for (const auto extent : array.shape) count *= extent;
    require(static_cast<lacuna::index_t>(array.values.size()) == count);
  } catch (const lacuna::io_error&) {
  }
  unlink(path.c_str());
}
