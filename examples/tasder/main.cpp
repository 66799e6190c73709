// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// lacuna-tasder: a series for every layer of a trained network, without fine-tuning. See --help.
#include <unistd.h>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <span>
#include <utility>

#include <lacuna/io/line_plot.hpp>
#include <lacuna/io/series_file.hpp>
#include <lacuna/network/models/fashion_cnn.hpp>
#include <lacuna/network/series.hpp>
#include <lacuna/network/shape_of.hpp>

#include "../demo/fashion_mnist.hpp"
#include "../demo/training.hpp"
#include "../demo/weights_file.hpp"
#include "edp.hpp"
#include "options.hpp"
#include "shapes.hpp"

namespace {

using demo::images, demo::network;
using lacuna::index_t, lacuna::search_result, lacuna::selection;

images part_of(const images& all, index_t first, index_t count) {
  lacuna::extents4 e = all.images.extents();
  e.n = count;
  const auto from = all.images.begin() + first * all.image_size();
  return {{e, lacuna::aligned_vector<float>(from, from + e.size())},
          {all.labels.begin() + first, all.labels.begin() + first + count}};
}

/// Everything that the searches of one network share.
struct task {
  const tasder::options& o;
  std::string name;
  network net;
  images asked;   ///< by searches
  images unseen;  ///< judges their results
  std::vector<lacuna::network::node_id> nodes;
  lacuna::network::network_shape shape;
  std::vector<std::string> layers;
  std::vector<lacuna::io::plot_series> curves;  ///< accuracy lost, in points, against EDP

  [[nodiscard]] double accuracy(bool of_activations, const selection& s, const images& on) const {
    const lacuna::thread_pool pool(o.training.threads);
    if (of_activations) {
      auto infer = lacuna::network::with_activation_series(net, nodes, o.menu, s);
      return lacuna::train::evaluate(infer, on, pool).accuracy();
    }
    const network changed = lacuna::network::with_weight_series(net, nodes, o.menu, s);
    lacuna::network::dense_inference infer(changed);
    return lacuna::train::evaluate(infer, on, pool).accuracy();
  }
  [[nodiscard]] double edp(bool of_activations, const selection& s) const {
    return tasder::relative_edp(shape, layers, o.menu, s, of_activations);
  }
};

/// Runs one search with progress, state on disk and a row of the table.
template <class Search>
void run(task& t, const lacuna::search_space& space, const std::string& how, bool of_activations,
         const Search& search) {
  const std::string file = t.o.out.empty() ? "" : t.o.out + "/" + t.name + "." + how + ".json";
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  lacuna::quality_memory memory;
  if (!file.empty() && std::filesystem::exists(file)) {
    const auto saved = lacuna::io::load_series(file);
    expect_same_search(saved, space, file);
    const selection dense(t.nodes.size(), 0);
    expect_same_dense_quality(saved, t.accuracy(of_activations, dense, t.asked), file);
    memory = saved.asked;
    std::printf("%s, %s: goes on from %s, %zu answers known\n", t.name.c_str(), how.c_str(),
                file.c_str(), memory.size());
  }
  lacuna::io::plot_series curve{t.name + ", " + how, {}, {}};
  const auto plot = [&](const selection& chosen, double quality, double dense) {
    curve.x.push_back(t.edp(of_activations, chosen));
    curve.y.push_back(100 * (dense - quality));
  };
  lacuna::search_options options;
  options.least_quality = t.o.least_quality;
  options.memory = &memory;
  options.progress = [&](const search_result& so_far, std::size_t most) {
    if (terminal) {
      const lacuna::search_step& step = so_far.steps.back();
      std::printf("\r%s, %s: %zu of at most %zu, accuracy %.2f %%, work %.1f %%\x1b[K",
                  t.name.c_str(), how.c_str(), so_far.steps.size(), most, 100 * step.quality,
                  100 * step.cost);
      std::fflush(stdout);
    }
    if (!file.empty()) {
      lacuna::io::save_series(file, lacuna::io::to_series_file(space, so_far, memory));
    }
  };
  const auto start = std::chrono::steady_clock::now();
  const search_result r = search(
      space, [&](const selection& s) { return t.accuracy(of_activations, s, t.asked); }, options);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!file.empty()) lacuna::io::save_series(file, lacuna::io::to_series_file(space, r, memory));
  plot(selection(t.nodes.size(), 0), r.dense_quality, r.dense_quality);
  for (const lacuna::search_step& step : r.steps) {
    if (step.accepted) plot(step.chosen, step.quality, r.dense_quality);
  }
  t.curves.push_back(std::move(curve));

  const double before = t.accuracy(of_activations, selection(t.nodes.size(), 0), t.unseen);
  const double after = t.accuracy(of_activations, r.chosen, t.unseen);
  std::printf("%s%-8s %-22s %9.2f %9.2f %9.2f %9.1f %9.1f %7zu %7.0f\n", terminal ? "\r\x1b[K" : "",
              t.name.c_str(), how.c_str(), 100 * before, 100 * after, 100 * after / before,
              100 * r.cost, 100 * t.edp(of_activations, r.chosen), memory.size(), seconds);
  std::printf("         ");
  for (std::size_t l = 0; l < t.layers.size(); ++l) {
    std::printf(" %s %s", t.layers[l].c_str(), to_string(t.o.menu[r.chosen[l]]).c_str());
  }
  std::printf("\n");
}

void search_network(task& t) {
  for (const auto id : t.nodes) t.layers.push_back(t.net[id].name);
  auto weights = weight_space(t.net, t.nodes, t.o.menu);
  weights.about = lacuna::message("weights; ", t.asked.size(), " test images of Fashion-MNIST");
  auto activations = weights;
  activations.about.replace(0, 7, "activations");
  run(t, weights, "weights-published", false, [](auto&&... a) { return search_greedy(a...); });
  run(t, weights, "weights-sensitivity", false,
      [](auto&&... a) { return search_by_sensitivity(a...); });
  lacuna::extents4 few = t.asked.images.extents();
  few.n = std::min<index_t>(few.n, 256);
  const lacuna::tensor<float> sample(few,
                                     {t.asked.images.begin(), t.asked.images.begin() + few.size()});
  const auto densities = activation_densities(t.net, t.nodes, sample);
  run(t, activations, "activations-density", true,
      [&](const auto& space, auto&& quality, auto&& o) {
        return search_by_density(space, densities, quality, o);
      });
  run(t, activations, "activations-sensitivity", true,
      [](auto&&... a) { return search_by_sensitivity(a...); });
}

int search_fashion(const tasder::options& o) {
  const auto data = demo::read_fashion_mnist(o.training.data, o.training.train_images);
  if (!o.out.empty()) std::filesystem::create_directories(o.out);
  auto dense = lacuna::network::fashion_cnn(o.training.seed);
  if (o.training.load.empty()) {
    demo::train(dense, data.train, data.test, {}, o.training, "dense");
  } else {
    demo::load_weights(dense, o.training.load);
  }
  auto sparse = dense;
  auto masks =
      lacuna::train::prune(sparse, lacuna::unstructured_pattern{}, lacuna::keep{o.density},
                           lacuna::train::prunable(sparse, lacuna::unstructured_pattern{}));
  demo::train(sparse, data.train, data.test, std::move(masks), o.training, "unstructured");

  const images asked = part_of(data.test, 0, o.search_images);
  const images unseen = part_of(data.test, o.search_images,
                                std::min(o.test_images, data.test.size()) - o.search_images);
  std::printf(
      "\nNo fine-tuning. %td test images are asked by the searches, accuracy is of the other "
      "%td.\nWork: multiply-adds, %% of dense. EDP: TTC-VEGETA-M8 over the dense tensor "
      "core's, %% (recalled parameters: unverified).\n\n",
      asked.size(), unseen.size());
  std::printf("%-8s %-22s %9s %9s %9s %9s %9s %7s %7s\n", "network", "search", "dense %",
              "series %", "kept %", "work %", "EDP %", "asked", "s");
  lacuna::io::line_plot plot{"Accuracy lost without fine-tuning",
                             "EDP of TTC-VEGETA-M8 over the dense tensor core's",
                             "points of accuracy lost",
                             {}};
  for (auto& [name, net] : {std::pair{"dense", dense}, std::pair{"sparse", sparse}}) {
    task t{o,
           name,
           net,
           asked,
           unseen,
           lacuna::network::compressible_nodes(net),
           lacuna::network::shape_of(net, name),
           {},
           {}};
    search_network(t);
    for (auto& c : t.curves) plot.series.push_back(std::move(c));
  }
  if (!o.out.empty()) {
    const std::string path = o.out + "/quality_edp.svg";
    const std::string svg = to_svg(plot, 800);
    lacuna::io::write_file(path, std::as_bytes(std::span<const char>(svg)));
    std::printf("\n%s written\n", path.c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto command = tasder::parse_command_line(argc, argv);
  if (!command.proceed) return command.exit_code;
  try {
    if (command.given.shapes_only) return tasder::search_shapes(command.given.menu);
    return search_fashion(command.given);
  } catch (const std::exception& e) {
    std::cerr << "\nlacuna-tasder: " << e.what() << "\n";
    return 1;
  }
}
