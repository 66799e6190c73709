// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>
#include <chrono>
#include <cstdio>

#include <lacuna/core/random.hpp>
#include <lacuna/network/zoo/bert_base.hpp>
#include <lacuna/network/zoo/resnet50.hpp>

#include "edp.hpp"
#include "shapes.hpp"

namespace tasder {

namespace {

/// Normal weights of which a share is kept at random.
lacuna::filter<lacuna::dense_matrix<float>> random_weights(const lacuna::network::layer_shape& l,
                                                           double density, std::uint64_t seed) {
  lacuna::random_source random(seed);
  const lacuna::index_t taps = l.window.kernel_h * l.window.kernel_w;
  lacuna::filter<lacuna::dense_matrix<float>> f{lacuna::dense_matrix<float>(l.out, taps * l.in),
                                                l.in, l.window.kernel_h, l.window.kernel_w};
  for (lacuna::index_t i = 0; i < f.matrix.size(); ++i) {
    const bool kept = random.uniform() < density;
    f.matrix.data()[i] = kept ? static_cast<float>(random.normal()) : 0.0F;
  }
  return f;
}

void search(const lacuna::network::network_shape& net, double density,
            const std::vector<lacuna::series_pattern>& menu) {
  lacuna::search_space space{menu, {}};
  std::vector<std::string> names;
  double seconds = 0;
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  for (const lacuna::network::layer_shape& l : net.layers) {
    if (!l.has_weights || &l == &net.layers.front()) continue;
    const auto w = random_weights(l, density, space.layers.size() + 1);
    const auto start = std::chrono::steady_clock::now();
    space.layers.push_back(measure_layer(l.name, w, static_cast<double>(l.work().count()), menu));
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    names.push_back(l.name);
    if (!terminal) continue;
    std::printf("\r%s: %zu layers measured\x1b[K", net.name.c_str(), names.size());
    std::fflush(stdout);
  }
  std::printf("%s%s, weights %.0f %% dense at random: %zu layers x %zu series measured in %.1f s\n",
              terminal ? "\r" : "", net.name.c_str(), 100 * density, names.size(), menu.size() - 1,
              seconds);
  std::printf("  %-18s %12s %12s\n", "dropped at most", "MACs, %", "EDP, %");
  for (const double budget : {0.001, 0.01, 0.05, 0.1}) {
    const auto chosen = select_by_budget(space, budget);
    std::printf("  %15.1f %% %12.1f %12.1f\n", 100 * budget,
                100 * lacuna::cost_share(space, chosen),
                100 * relative_edp(net, names, menu, chosen, false));
  }
}

}  // namespace

int search_shapes(const std::vector<lacuna::series_pattern>& menu) {
  std::printf(
      "Share of magnitude dropped by the cheapest series of each layer; the first layer stays "
      "dense.\nEDP of TTC-VEGETA-M8 over the dense tensor core's (recalled parameters: "
      "unverified).\n\n");
  for (const double density : {1.0, 0.1, 0.05}) {
    search(lacuna::network::resnet50_shape(), density, menu);
    search(lacuna::network::bert_base_shape(), density, menu);
  }
  return 0;
}

}  // namespace tasder
