// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <lacuna/decompose/search.hpp>
#include <lacuna/network/compressible.hpp>
#include <lacuna/network/run.hpp>
#include <lacuna/op/activation_density.hpp>
#include <lacuna/op/decompose_activations.hpp>

namespace lacuna::inline LACUNA_ABI::network {

namespace detail {
template <class T>
[[nodiscard]] const filter<dense_matrix<T>>& weights_of(const node<T>& n) {
  const filter<dense_matrix<T>>* found = nullptr;
  std::visit(
      [&](const auto& layer) {
        if constexpr (requires { layer.weight; }) found = &layer.weight;
      },
      n.layer);
  if (found == nullptr) throw shape_error(n.name + " has no weights to make a series of");
  return *found;
}

inline void expect_paired(std::size_t nodes, const selection& chosen) {
  if (nodes != chosen.size()) {
    throw shape_error(message("a selection of ", chosen.size(), " series for ", nodes, " layers"));
  }
}
}  // namespace detail

/// What TASDER searches for weights (TASD-W): for each of `nodes` what every series of the menu
/// drops of its weights, and costs in multiply-adds. @throws as `measure_layer`.
template <class T>
[[nodiscard]] search_space weight_space(const graph<T>& g, const std::vector<node_id>& nodes,
                                        const std::vector<series_pattern>& menu) {
  search_space out{menu, {}};
  for (const node_id id : nodes) {
    out.layers.push_back(measure_layer(g[id].name, detail::weights_of(g[id]),
                                       static_cast<double>(mac_count(g[id]).count()), menu));
  }
  return out;
}

/// The network with the weights of nodes[i] replaced by what series menu[chosen[i]] keeps of them.
/// @throws shape_error where a series does not fit its layer; g itself is never changed.
template <class T>
[[nodiscard]] graph<T> with_weight_series(graph<T> g, const std::vector<node_id>& nodes,
                                          const std::vector<series_pattern>& menu,
                                          const selection& chosen) {
  detail::expect_paired(nodes.size(), chosen);
  for (auto& p : parameters(g)) {
    if (p.filters == nullptr) continue;
    const auto at = std::find(nodes.begin(), nodes.end(), p.node);
    if (at == nodes.end()) continue;
    const std::size_t series = chosen[static_cast<std::size_t>(at - nodes.begin())];
    if (series == 0) continue;
    const assignment kept = assign(*p.filters, menu.at(series));
    for (index_t i = 0; i < kept.size(); ++i) {
      if (kept.data()[i] == 0) p.filters->matrix.data()[i] = T(0);
    }
  }
  return g;
}

/// Replaces activations by what a series keeps of them, groups along channels, at every pixel.
/// Terms of one M of 4 or 8 are one vectorised pass; others go value by value.
template <class T>
void approximate(const series_pattern& s, feature_map<T>& x) {
  index_t n = 0;
  index_t m = 0;
  for (const term_pattern& t : s.terms) {
    const auto* g = std::get_if<n_m_pattern>(&t.what);
    const bool same = g != nullptr && g->shared_rows == 1 && (m == 0 || m == g->m);
    m = same ? g->m : -1;
    if (m < 0) break;
    n += g->n;  // two terms of one M are one term with both their N
  }
  auto matrix = x.matrix();
  const auto run = [&]<index_t M, index_t... N>(std::integer_sequence<index_t, M, N...>) {
    const auto one = [&]<index_t Kept>(std::integral_constant<index_t, Kept>) {
      if (n == Kept) approximate_activations<n_m<Kept, M>>(matrix, matrix);
    };
    (one(std::integral_constant<index_t, N + 1>{}), ...);
  };
  if (m > 0 && n >= m) return;
  if (m == 8) return run(std::integer_sequence<index_t, 8, 0, 1, 2, 3, 4, 5, 6>{});
  if (m == 4) return run(std::integer_sequence<index_t, 4, 0, 1, 2>{});
  // Rows of a decomposition are pixels, its columns channels.
  const matrix_view<const T> pixels{matrix.data(), matrix.cols(), matrix.rows(), 1, matrix.cols()};
  const assignment kept = assign(pixels, s);
  for (index_t c = 0; c < matrix.rows(); ++c) {
    for (index_t j = 0; j < matrix.cols(); ++j) {
      if (kept(j, c) == 0) matrix(c, j) = T(0);
    }
  }
}

/// Inference whose nodes[i] reads what series menu[chosen[i]] keeps of its input (TASD-A).
/// @throws shape_error where nodes and series do not pair up.
template <class T>
[[nodiscard]] dense_inference<T> with_activation_series(const graph<T>& g,
                                                        const std::vector<node_id>& nodes,
                                                        const std::vector<series_pattern>& menu,
                                                        const selection& chosen) {
  detail::expect_paired(nodes.size(), chosen);
  std::map<node_id, series_pattern> series;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (chosen[i] != 0) series[nodes[i]] = menu.at(chosen[i]);
  }
  return dense_inference<T>(g, 16, [series](node_id id, feature_map<T>& x) {
    const auto found = series.find(id);
    if (found != series.end()) approximate(found->second, x);
  });
}

/// Mean density of what each of `nodes` reads over the images: of non-zeros behind ReLU, or the
/// pseudo-density that holds `energy` of sum |x| where energy is below 1.
template <class T>
[[nodiscard]] std::vector<double> activation_densities(const graph<T>& g,
                                                       const std::vector<node_id>& nodes,
                                                       const tensor<T>& images, double energy = 1) {
  std::vector<double> sum(nodes.size());
  index_t chunks = 0;
  dense_inference<T> infer(g, 16, [&](node_id id, feature_map<T>& x) {
    const auto at = std::find(nodes.begin(), nodes.end(), id);
    if (at == nodes.end()) return;
    const std::size_t i = static_cast<std::size_t>(at - nodes.begin());
    sum[i] += energy < 1 ? pseudo_density(x.matrix(), energy) : measured_density(x.matrix());
    chunks += i == 0 ? 1 : 0;
  });
  tensor<T> y(infer.output_extents(images.extents()));
  infer(images, y);
  for (double& d : sum) d /= static_cast<double>(std::max<index_t>(1, chunks));
  return sum;
}

}  // namespace lacuna::inline LACUNA_ABI::network
