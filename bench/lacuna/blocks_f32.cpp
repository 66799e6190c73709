// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Blocks, unstructured and dense, fp32.
#include "lacuna/make_pattern.hpp"

namespace bench {

std::vector<contender> blocks_f32(const problem& p) {
  using namespace lacuna;  // NOLINT: a list of patterns
  using network::dense;
  return make_pattern<float>(
      p, network::pattern_list<block<8, 8>, block<16, 4>, block<8, 1>, unstructured, dense>{});
}

}  // namespace bench
