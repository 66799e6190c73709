// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <lacuna/hardware/aie2/movement/flow_graph.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A graph in which nothing can go on; the message says who waits for whom.
struct deadlock_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What one core did with its time; the parts sum to the time of the whole run.
struct core_time {
  tile_id tile;
  double compute{0};
  double first_wait{0};   ///< until its first objects came: fill
  double input_wait{0};   ///< LOCK_STALL for a full object
  double output_wait{0};  ///< LOCK_STALL for an empty one
  double finished{0};     ///< after its last action: drain
};
struct transfer_time {
  std::string name;
  double busy{0};  ///< cycles its channels were taken
  std::int64_t bytes{0};
};
struct flow_run {
  double cycles{0};
  std::vector<core_time> cores;
  std::vector<transfer_time> transfers;
  double dram_bytes{0};
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
