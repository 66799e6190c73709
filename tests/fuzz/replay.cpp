// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Runs a fuzz target over every file of a folder: what was found once is tested for ever.
#include <lacuna/io/file.hpp>

#include <filesystem>
#include <iostream>

#include "target.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: replay FOLDER\n";
    return 2;
  }
  int inputs = 0;
  for (const auto& file : std::filesystem::directory_iterator(argv[1])) {
    fuzz_one(lacuna::io::read_file(file.path().string()));
    ++inputs;
  }
  std::cout << inputs << " inputs replayed\n";
  return inputs > 0 ? 0 : 1;
}
