// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/format/storage.hpp>
#include <lacuna/network/graph.hpp>

namespace demo {

/// Of one network, on one batch.
struct measurement {
  double dense_ms{0};       ///< all layers dense, Eigen products, batch norms folded
  double sparse_ms{0};      ///< the pattern's operators
  lacuna::index_t kept{0};  ///< weights kept, of convolutions and linear layers
  lacuna::storage size;     ///< of those, in their formats
};

/// Times a batch of `images` through the network both ways on one thread: runs take turns, so that
/// whatever else the machine does meets both, and the medians of 21 count. `nodes` hold the
/// pattern.
[[nodiscard]] measurement measure(const lacuna::network::graph<float>& g, const lacuna::pattern& p,
                                  const std::vector<lacuna::network::node_id>& nodes,
                                  const lacuna::tensor<float>& images);

}  // namespace demo
