// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// 8x8 blocks and dense in the narrow types.
#include "lacuna/make_pattern.hpp"

namespace bench {

std::vector<contender> blocks_narrow(const problem& p) {
  using known = lacuna::network::pattern_list<lacuna::block<8, 8>, lacuna::network::dense>;
  return p.type == "i8" ? make_pattern<std::int8_t>(p, known{})
                        : make_pattern<lacuna::bfloat16>(p, known{});
}

}  // namespace bench
