// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "end_to_end/engine.hpp"

namespace bench {

std::unique_ptr<engine> make_onednn_engine(const lacuna::network::graph<float>& /*g*/,
                                           int /*threads*/) {
  return nullptr;
}

std::unique_ptr<engine> make_onednn_int8_engine(const lacuna::network::graph<float>& /*g*/,
                                                const std::vector<activation_scale>& /*scales*/,
                                                int /*threads*/) {
  return nullptr;
}

}  // namespace bench
