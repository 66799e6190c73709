// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <lacuna/format/series_pattern.hpp>

#include "../demo/options.hpp"

namespace tasder {

/// What the command line says; the demo's options are those of training and data.
struct options {
  demo::options training;
  std::vector<lacuna::series_pattern> menu;  ///< dense first
  double least_quality = 0.99;
  double density = 0.1;                  ///< of the network that is pruned without structure
  lacuna::index_t search_images = 2000;  ///< the rest of the test images judges the result
  lacuna::index_t test_images = 10000;   ///< in all
  std::string out;                       ///< folder for series, resumable state and the plot
  bool shapes_only = false;              ///< ResNet-50 and BERT-base instead of a trained network
};

struct parsed {
  options given;
  bool proceed{true};  ///< false: help or an error has been printed
  int exit_code{0};
};
/// Prints help and what is wrong with the command line itself.
[[nodiscard]] parsed parse_command_line(int argc, char** argv);

}  // namespace tasder
