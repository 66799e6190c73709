// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Runs a fuzz target over every file of a folder: what was found once is tested for ever.
#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <vector>

#include <lacuna/io/file.hpp>

#include "target.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: replay FOLDER\n";
    return 2;
  }
  std::vector<std::filesystem::path> inputs;
  for (const auto& file : std::filesystem::directory_iterator(argv[1])) inputs.push_back(file);
  std::sort(inputs.begin(), inputs.end());
  for (const auto& input : inputs) {
    // Before it runs, and flushed: a failed oracle ends the process and this is the last line.
    std::cout << input.filename().string() << std::endl;
    try {
      fuzz_one(lacuna::io::read_file(input.string()));
    } catch (const std::exception& e) {
      std::cout << "threw " << e.what() << "\n";
      return 1;
    }
  }
  std::cout << inputs.size() << " inputs replayed\n";
  return inputs.empty() ? 1 : 0;
}
