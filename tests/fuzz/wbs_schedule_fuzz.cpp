// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <cmath>

#include <lacuna/io/wbs_schedule.hpp>

#include "target.hpp"

namespace io = lacuna::io;

// Whatever is read has times that are numbers, from either count of multiply-adds.
void fuzz_one(std::span<const std::byte> input) {
  try {
    for (const io::scheduled_row& row : io::parse_wbs_schedule(input, "fuzz", 0.5)) {
      using lacuna::hardware::aie2::mac_estimator;
      for (const mac_estimator e : {mac_estimator::published, mac_estimator::exact}) {
        const double total = published_rule(row.layer, {}, e).total;
        require(std::isfinite(total) && total >= 0);
      }
    }
  } catch (const lacuna::io_error&) {
  }
}
