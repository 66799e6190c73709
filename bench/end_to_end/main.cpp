// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Whole networks, batch 1, 224x224: every convolution but the first at 50 % 8x8 blocks against the
// same graph dense, in fp32 or, with --int8, in 8 bits from the image to the last layer.
//
//   bench_end_to_end resnet50              Lacuna against oneDNN, layer by layer
//   bench_end_to_end vgg16 --export DIR    the graph, for engines.py; with --int8 its scales, too
//   bench_end_to_end vgg16 --serve         one run of an engine for each line "run NAME" read
//
// engines.py adds ONNX Runtime and OpenVINO. Weights are random: time does not depend on them.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>
#include <set>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <lacuna/network/fold.hpp>
#include <lacuna/network/models/resnet50.hpp>
#include <lacuna/network/models/vgg16.hpp>
#include <lacuna/train/prune.hpp>

#include "end_to_end/engine.hpp"
#include "end_to_end/export_graph.hpp"
#include "support/interleave.hpp"
#include "support/random_operands.hpp"

namespace {

namespace net = lacuna::network;
using graph = net::graph<float>;
using lacuna::tensor;
using nlohmann::json;

/// Convolutions but the first: what is pruned.
std::vector<net::node_id> convolutions(const graph& g) {
  std::vector<net::node_id> out;
  for (const net::node_id id : lacuna::train::prunable(g, lacuna::block_pattern{8, 8})) {
    if (std::holds_alternative<net::conv<float>>(g[id].layer)) out.push_back(id);
  }
  return out;
}

struct contender {
  std::string name;
  std::unique_ptr<bench::engine> engine;
  tensor<float> expected{};  ///< scores to compare with, or none
  double tolerance{0};       ///< as a share of the largest score
};

tensor<float> scores_of(bench::engine& e, const tensor<float>& image) {
  tensor<float> scores({1, 1000, 1, 1});
  e.run(image, scores);
  return scores;
}

graph pruned_to(const graph& dense, double keep, const std::vector<net::node_id>& nodes) {
  graph pruned = dense;
  lacuna::train::prune(pruned, lacuna::block_pattern{8, 8}, lacuna::keep{keep}, nodes);
  return pruned;
}

std::vector<contender> make_contenders(const graph& dense, double keep, int threads,
                                       const tensor<float>& image) {
  const auto nodes = convolutions(dense);
  const graph pruned = pruned_to(dense, keep, nodes);
  std::vector<contender> out;
  out.push_back({"Lacuna 8x8", bench::make_lacuna_engine(pruned, "8x8", nodes, threads)});
  out.push_back({"Lacuna dense", bench::make_lacuna_engine(dense, "dense", {}, threads)});
  if (auto onednn = bench::make_onednn_engine(dense, threads)) {
    const auto expected = scores_of(*out.back().engine, image);
    out.push_back({"oneDNN", std::move(onednn), expected, 1e-3});
  } else {
    std::cerr << "oneDNN is not installed: left out\n";
  }
  return out;
}

std::vector<contender> make_int8_contenders(const graph& dense, double keep, int threads,
                                            const tensor<float>& image) {
  // Rounding to 8 bits layer after layer leaves noise of some per cent.
  constexpr double noise = 0.1;
  std::vector<contender> out;
  const auto add = [&](const char* name, std::unique_ptr<bench::engine> e, const graph& g) {
    const auto fp32 = bench::make_lacuna_engine(g, "dense", {}, threads);
    out.push_back({name, std::move(e), scores_of(*fp32, image), noise});
  };
  const auto nodes = convolutions(dense);
  const graph pruned = pruned_to(dense, keep, nodes);
  add("Lacuna 8x8 int8", bench::make_lacuna_int8_engine(pruned, "8x8", nodes, image, threads),
      pruned);
  add("Lacuna dense int8", bench::make_lacuna_int8_engine(dense, "dense", {}, image, threads),
      dense);
  const auto scales = bench::activation_scales(net::fold_batch_norms(dense), image);
  if (auto onednn = bench::make_onednn_int8_engine(dense, scales, threads)) {
    add("oneDNN int8", std::move(onednn), dense);
  } else {
    std::cerr << "oneDNN is not installed: left out\n";
  }
  return out;
}

double seconds_of_run(bench::engine& e, const tensor<float>& image, tensor<float>& scores) {
  const auto start = std::chrono::steady_clock::now();
  e.run(image, scores);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Scores must be near those expected. Another library whose are not is left out: without VNNI
/// oneDNN's int8 saturates sums of two products, and VGG-16 comes out as noise.
/// @throws std::runtime_error where they are Lacuna's
void check(std::vector<contender>& all, const tensor<float>& image) {
  std::erase_if(all, [&](contender& c) {
    const auto scores = scores_of(*c.engine, image);
    if (c.expected.size() == 0) return false;
    double worst = 0, most = 0;
    for (lacuna::index_t i = 0; i < scores.size(); ++i) {
      worst = std::max(worst, std::abs(static_cast<double>(scores.data()[i]) -
                                       static_cast<double>(c.expected.data()[i])));
      most = std::max(most, std::abs(static_cast<double>(c.expected.data()[i])));
    }
    const std::string difference = c.name + " differs from Lacuna in fp32 by " +
                                   std::to_string(worst) + " of " + std::to_string(most);
    const bool is_near = worst <= c.tolerance * most;
    if (!is_near && c.name.starts_with("Lacuna")) throw std::runtime_error(difference);
    std::cerr << difference << (is_near ? "\n" : ": left out\n");
    return !is_near;
  });
}

using layer_times = std::vector<std::pair<std::string, double>>;

/// Medians layer by layer of rounds in which the engines take turns.
std::vector<layer_times> time_layers(std::vector<contender>& all, const tensor<float>& image,
                                     int rounds) {
  std::vector<layer_times> out(all.size());
  std::vector<std::vector<std::vector<double>>> samples(all.size());
  for (int r = 0; r < rounds; ++r) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      out[i] = all[i].engine->time_layers(image);
      samples[i].resize(out[i].size());
      for (std::size_t l = 0; l < out[i].size(); ++l) samples[i][l].push_back(out[i][l].second);
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t l = 0; l < out[i].size(); ++l) out[i][l].second = bench::median(samples[i][l]);
  }
  return out;
}

/// What runs until a layer of Lacuna's has run: with a pool, convolutions that run in bands with
/// it.
struct row_of_layers {
  std::string layers;
  std::string products;  ///< m x k x n of the convolutions
};

/// By the last layer of each, of those that `reported` holds.
std::map<std::string, row_of_layers> rows_of(const graph& g,
                                             const std::set<std::string>& reported) {
  const auto append = [](std::string& list, const std::string& last) {
    list += (list.empty() || last.empty() ? "" : " + ") + last;
  };
  std::map<std::string, row_of_layers> out;
  row_of_layers row;
  for (const auto& n : g.nodes()) {
    std::string product;
    if (const auto* c = std::get_if<net::conv<float>>(&n.layer)) {
      const auto& w = c->weight;
      product = std::to_string(w.out()) + "x" + std::to_string(w.matrix.cols()) + "x" +
                std::to_string(n.extents.h * n.extents.w);
    }
    const bool is_row = reported.count(n.name) != 0;
    if (product.empty() && !is_row) continue;
    append(row.layers, n.name);
    append(row.products, product);
    if (is_row) out[n.name] = std::exchange(row, {});
  }
  return out;
}

json describe_layers(const graph& g, std::vector<contender>& all, const tensor<float>& image) {
  const auto times = time_layers(all, image, 7);
  std::set<std::string> reported;
  for (const auto& [layer, seconds] : times[0]) reported.insert(layer);
  std::map<std::string, json> row_of;
  for (const auto& [last, row] : rows_of(g, reported)) {
    row_of[last] = {{"layer", row.layers}, {"product", row.products}};
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    double seconds = 0;
    for (const auto& [layer, t] : times[i]) {
      seconds += t;
      if (reported.count(layer) == 0) continue;
      row_of[layer][all[i].name] = 1e3 * seconds;
      seconds = 0;
    }
  }
  json out = json::array();
  for (const auto& [layer, seconds] : times[0]) out.push_back(row_of[layer]);
  return out;
}

void serve(const graph& g, std::vector<contender>& all, const tensor<float>& image) {
  tensor<float> scores({1, 1000, 1, 1});
  json names = json::array();
  for (const contender& c : all) names.push_back(c.name);
  std::cout << names << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "layers") {
      std::cout << describe_layers(g, all, image) << std::endl;
      continue;
    }
    for (contender& c : all) {
      if (line != "run " + c.name) continue;
      std::cout << seconds_of_run(*c.engine, image, scores) << std::endl;
    }
  }
}

void print_table(const graph& g, std::vector<contender>& all, const tensor<float>& image) {
  std::printf("%-37s %-27s", "layer, milliseconds", "m x k x n");
  for (const contender& c : all) std::printf(" %14s", c.name.c_str());
  std::printf("\n");
  for (const json& row : describe_layers(g, all, image)) {
    std::printf("%-37s %-27s", row["layer"].get<std::string>().c_str(),
                row["product"].get<std::string>().c_str());
    for (const contender& c : all) std::printf(" %14.3f", row.value(c.name, std::nan("")));
    std::printf("\n");
  }
  tensor<float> scores({1, 1000, 1, 1});
  std::vector<std::function<void()>> runs;
  for (contender& c : all) runs.push_back([&] { c.engine->run(image, scores); });
  const auto times = bench::interleave(runs, {.total = 5, .least = 9});
  std::printf("%-65s", "whole network");
  for (const auto& t : times) std::printf(" %14.3f", 1e3 * t.median);
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Whole networks at 50 % 8x8 blocks against dense engines, batch 1"};
  std::string network = "resnet50";
  std::string folder;
  double keep = 0.5;
  int threads = 1;
  bool serving = false;
  bool int8 = false;
  app.add_option("network", network)->check(CLI::IsMember({"resnet50", "vgg16"}));
  app.add_option("--export", folder, "write the graph there and end");
  app.add_option("--keep", keep, "fraction of blocks")->check(CLI::Range(0.01, 1.0));
  app.add_option("--threads", threads)->check(CLI::Range(1, 64));
  app.add_flag("--serve", serving, "run what standard input asks for");
  app.add_flag("--int8", int8, "8 bits in place of fp32");
  CLI11_PARSE(app, argc, argv);
  try {
    const graph g = network == "resnet50" ? net::resnet50<float>() : net::vgg16<float>();
    const auto image = bench::normal_tensor({1, 3, 224, 224}, 1);
    if (!folder.empty()) {
      std::vector<bench::activation_scale> scales;
      if (int8) scales = bench::activation_scales(net::fold_batch_norms(g), image);
      bench::export_graph(g, folder, scales);
      return 0;
    }
    auto all = int8 ? make_int8_contenders(g, keep, threads, image)
                    : make_contenders(g, keep, threads, image);
    check(all, image);
    if (serving) {
      serve(g, all, image);
    } else {
      print_table(g, all, image);
    }
  } catch (const std::exception& e) {
    std::cerr << "bench_end_to_end: " << e.what() << "\n";
    return 1;
  }
}
