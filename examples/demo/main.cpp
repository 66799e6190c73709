// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// lacuna-demo: the whole path of a sparse network on real images. See --help.

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <lacuna/network/models/fashion_cnn.hpp>

#include "fashion_mnist.hpp"
#include "options.hpp"
#include "speed.hpp"
#include "training.hpp"
#include "weights_file.hpp"

namespace {

struct row {
  std::string pattern;
  double pruned{0};  ///< accuracies, 0 ... 1
  double retrained{0};
  demo::measurement measured;
};

lacuna::tensor<float> first_images(const demo::images& data, lacuna::index_t count) {
  lacuna::extents4 e = data.images.extents();
  e.n = std::min(count, e.n);
  return {e, lacuna::aligned_vector<float>(data.images.begin(), data.images.begin() + e.size())};
}

void print_table(double dense_accuracy, const std::vector<row>& rows, lacuna::index_t batch,
                 lacuna::index_t all_weights) {
  std::printf("\n%-14s %8s %6s %9s   %21s   %25s %9s\n", "", "weights", "", "", "test accuracy, %",
              ("ms for " + std::to_string(batch) + " images").c_str(), "");
  std::printf("%-14s %8s %6s %9s   %6s %6s %9s   %13s %11s %9s\n", "pattern", "kept", "%", "bytes",
              "dense", "pruned", "retrained", "dense (Eigen)", "lacuna", "speed-up");
  for (const row& r : rows) {
    const auto& m = r.measured;
    std::printf(
        "%-14s %8td %6.1f %9td   %6.2f %6.2f %9.2f   %13.2f %11.2f %8.2fx\n", r.pattern.c_str(),
        m.kept, 100 * static_cast<double>(m.kept) / static_cast<double>(all_weights),
        static_cast<std::ptrdiff_t>(lacuna::to_bytes(m.size.total()).count()), 100 * dense_accuracy,
        100 * r.pruned, 100 * r.retrained, m.dense_ms, m.sparse_ms, m.dense_ms / m.sparse_ms);
  }
  std::printf(
      "\nTimes: one thread, medians of runs that take turns. Weights of convolutions and the "
      "linear layer;\nthe first convolution, and layers smaller than a pattern, stay dense.\n");
}

int run(const demo::options& o) {
  const auto data = demo::read_fashion_mnist(o.data, o.train_images);
  auto dense = lacuna::network::fashion_cnn(o.seed);
  std::printf(
      "Fashion-MNIST: %td + %td images. Network: %td parameters, %.1f million "
      "multiply-adds an image. %d threads.\n",
      data.train.size(), data.test.size(), lacuna::network::parameter_count(dense),
      static_cast<double>(lacuna::network::mac_count(dense).count()) / 1e6, o.threads);

  double dense_accuracy = 0;
  if (o.load.empty()) {
    dense_accuracy = demo::train(dense, data.train, data.test, {}, o, "dense");
  } else {
    demo::load_weights(dense, o.load);
    dense_accuracy = demo::accuracy(dense, data.test, o);
    std::printf("%-14s test accuracy %.2f %%, from %s\n", "dense", 100 * dense_accuracy,
                o.load.c_str());
  }
  if (!o.save.empty()) demo::save_weights(dense, o.save);

  const auto batch = first_images(data.test, 128);
  std::vector<row> rows;
  rows.push_back({"dense", dense_accuracy, dense_accuracy,
                  demo::measure(dense, lacuna::dense_pattern{}, {}, batch)});
  for (const lacuna::pattern& p : o.patterns) {
    row r;
    r.pattern = lacuna::to_string(p);
    auto g = dense;
    const auto nodes = lacuna::train::prunable(g, p);
    auto masks = lacuna::train::prune(g, p, o.keep, nodes);
    r.pruned = demo::accuracy(g, data.test, o);
    r.retrained = demo::train(g, data.train, data.test, std::move(masks), o, r.pattern);
    r.measured = demo::measure(g, p, nodes, batch);
    rows.push_back(r);
    if (!o.save.empty()) demo::save_weights(g, demo::beside(o.save, r.pattern));
  }
  print_table(dense_accuracy, rows, batch.extents().n, rows.front().measured.kept);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto command = demo::parse_command_line(argc, argv);
  if (!command.proceed) return command.exit_code;
  try {
    return run(command.given);
  } catch (const std::exception& e) {
    std::cerr << "lacuna-demo: " << e.what() << "\n";
    return 1;
  }
}
