// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include <lacuna/train/trainer.hpp>

namespace demo {

/// Shows how a training goes: on a terminal one line that is written over, elsewhere a line every
/// tenth of the way.
class progress_line {
 public:
  explicit progress_line(std::string what);

  void operator()(const lacuna::train::progress& now);
  /// Ends the line with a result.
  void finish(const std::string& result);

 private:
  void show(const lacuna::train::progress& now, double seconds) const;

  std::string what_;
  bool terminal_;
  std::chrono::steady_clock::time_point start_;
  double shown_{-1};  ///< seconds at the last update
  lacuna::index_t tenths_{0};
};

}  // namespace demo
