// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// N:M, strict and with eight rows that share positions, fp32.
#include "lacuna/make_pattern.hpp"

namespace bench {

std::vector<contender> n_m_f32(const problem& p) {
  using namespace lacuna;  // NOLINT: a list of patterns
  using network::dense;
  return make_pattern<float>(p, network::pattern_list<n_m<2, 4, 8>, n_m<1, 4, 8>, n_m<1, 8, 8>,
                                                      n_m<2, 4>, n_m<2, 8>, n_m<1, 8>>{});
}

}  // namespace bench
