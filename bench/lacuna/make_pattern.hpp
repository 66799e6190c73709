// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <lacuna/network/run_time_pattern.hpp>

#include "lacuna/make_operator.hpp"

namespace bench {

/// The problem in the format of its pattern, where it is one of `known`.
template <class T, class... Patterns>
[[nodiscard]] std::vector<contender> make_pattern(
    const problem& p, lacuna::network::pattern_list<Patterns...> /*known*/) {
  std::vector<contender> out;
  const auto try_one = [&](auto type) {
    if (to_string(lacuna::pattern{as_pattern(type)}) != p.pattern) return;
    const auto packed = lacuna::network::to_format(type, weights_as<T>(p));
    out.push_back(make_operator(p, packed));
  };
  (try_one(Patterns{}), ...);
  return out;
}

}  // namespace bench
