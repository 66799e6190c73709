// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lacuna/format/pattern.hpp>
#include <lacuna/prune/keep.hpp>

namespace demo {

/// What the command line says.
struct options {
  std::string data = "/usr/share/datasets/fashion-mnist";
  std::vector<lacuna::pattern> patterns;  ///< 8x8 and 2:4 when none is named
  lacuna::index_t epochs = 2;
  lacuna::keep keep{0.5};
  lacuna::index_t batch = 64;
  lacuna::index_t train_images = 0;  ///< 0: all
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: as many as the machine has
  std::string save;
  std::string load;
};

/// The options, or what to leave with.
struct parsed {
  options given;
  bool proceed{true};  ///< false: help or an error has been printed
  int exit_code{0};
};
/// Prints help and what is wrong with the command line itself.
[[nodiscard]] parsed parse_command_line(int argc, char** argv);

}  // namespace demo
