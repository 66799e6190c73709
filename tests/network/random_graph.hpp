// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/random.hpp>
#include <lacuna/core/tensor.hpp>
#include <lacuna/format/pattern.hpp>
#include <lacuna/network/builder.hpp>

namespace lacuna_test {

using lacuna::extents4;
using lacuna::index_t;

template <class T = float>
lacuna::tensor<T> random_images(extents4 extents, std::uint64_t seed = 5) {
  lacuna::random_source random(seed);
  lacuna::tensor<T> x(extents);
  for (T& v : x) v = static_cast<T>(random.normal());
  return x;
}

/// Gives every parameter and running statistic a value of its own, as after training.
template <class T>
void randomise(lacuna::network::graph<T>& g, std::uint64_t seed = 6) {
  lacuna::random_source random(seed);
  for (const auto& p : lacuna::network::parameters(g)) {
    for (T& v : p.values) v = static_cast<T>(0.4 * random.normal());
  }
  for (lacuna::network::node_id id = 0; id < g.nodes().size(); ++id) {
    if (auto* n = std::get_if<lacuna::network::batch_norm<T>>(&g[id].layer)) {
      for (T& v : n->running_mean) v = static_cast<T>(random.normal());
      for (T& v : n->running_variance) v = static_cast<T>(random.uniform(0.5, 2));
    }
  }
}

/// Two residual blocks, one of them with a projection, pools of each kind, a batch norm that can't
/// be folded, and a linear layer on several pixels a channel.
template <class T = float>
lacuna::network::graph<T> small_network(std::uint64_t seed = 1) {
  lacuna::network::builder<T> b({1, 3, 12, 10}, seed);
  auto x = b.conv("stem", 0, 16, {3, 1, 1, true});
  x = b.relu("stem.relu", b.norm("stem.bn", x));
  x = b.max_pool("pool", x, {3, 2, 1});
  const auto first = x;
  x = b.relu("a.relu1", b.norm("a.bn1", b.conv("a.conv1", x, 16, {3, 1, 1})));
  x = b.norm("a.bn2", b.conv("a.conv2", x, 16, {3, 1, 1}));
  x = b.relu("a.relu2", b.add("a.add", x, first));
  auto shortcut = b.norm("b.bn0", b.conv("b.conv0", x, 32, {1, 2, 0}));
  auto y = b.norm("b.bn1", b.conv("b.conv1", x, 32, {3, 2, 1}));
  x = b.relu("b.relu", b.add("b.add", shortcut, y));
  x = b.norm("late.bn", x);
  x = b.average_pool("average", x, {2, 1, 0});
  b.linear("fc", x, 7);
  auto g = std::move(b).take();
  randomise(g);
  return g;
}

/// Zeroes what breaks the pattern: position by position, whatever the values.
inline void prune_all(lacuna::network::graph<float>& g, const lacuna::pattern& p) {
  for (const auto& parameter : lacuna::network::parameters(g)) {
    if (parameter.filters == nullptr) continue;
    auto& m = parameter.filters->matrix;
    for (index_t o = 0; o < m.rows(); ++o) {
      for (index_t k = 0; k < m.cols(); ++k) {
        const index_t c = k % parameter.filters->in;
        bool stays = (o * 7 + c * 3) % 5 < 3;
        if (const auto* b = std::get_if<lacuna::block_pattern>(&p)) {
          stays = (o / b->rows + c / b->cols) % 2 == 0;
        } else if (const auto* n = std::get_if<lacuna::n_m_pattern>(&p)) {
          stays = (c + o / n->shared_rows) % n->m < n->n;
        } else if (std::holds_alternative<lacuna::dense_pattern>(p)) {
          stays = true;
        }
        if (!stays) m(o, k) = 0;
      }
    }
  }
}

}  // namespace lacuna_test
