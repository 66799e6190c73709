// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <stdexcept>
#include <thread>

#include <CLI/CLI.hpp>

#include <lacuna/decompose/search_space.hpp>

#include "options.hpp"

namespace tasder {

parsed parse_command_line(int argc, char** argv) {
  parsed out;
  options& o = out.given;
  std::vector<std::string> menu;
  const auto series_defect = [](const std::string& text) -> std::string {
    try {
      static_cast<void>(lacuna::parse_series_pattern(text));
      return {};
    } catch (const std::runtime_error& e) {
      return e.what();
    }
  };
  CLI::App app(
      "Chooses a series of structured terms for every layer of a network without any fine-tuning "
      "(TASDER): for weights by the published search and by a better one, for activations by their "
      "density; on Fashion-MNIST, for the demo's network dense and pruned without structure. "
      "Accuracy of the result is measured on images that no search has seen.",
      "lacuna-tasder");
  app.add_option("--data", o.training.data,
                 "Folder of the four IDX files (Debian package dataset-fashion-mnist)")
      ->capture_default_str();
  app.add_option("--load", o.training.load, "Dense weights, as lacuna-demo --save writes them")
      ->type_name("FILE.safetensors");
  app.add_option("--epochs", o.training.epochs, "Epochs of each training")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--train-images", o.training.train_images,
                 "Train on the first N images (default: all)")
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", o.training.seed, "Of the first weights and the order of images")
      ->capture_default_str();
  app.add_option("--threads", o.training.threads, "Threads (default: all)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--menu", menu,
                 "A series to choose from, as 2:8+1:8; repeat for several "
                 "(default: 1:8 to 6:8 in sums of two)")
      ->check(CLI::Validator(series_defect, "SERIES"))
      ->take_all();
  app.add_option("--least-quality", o.least_quality, "Share of the accuracy that must be kept")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--density", o.density, "Weights that the sparse network keeps")
      ->check(CLI::Range(0.001, 1.0))
      ->capture_default_str();
  app.add_option("--search-images", o.search_images,
                 "Test images that searches ask; the rest judges their results")
      ->check(CLI::Range(1, 9999))
      ->capture_default_str();
  app.add_option("--test-images", o.test_images, "Test on the first N images only")
      ->check(CLI::Range(2, 10000))
      ->capture_default_str();
  app.add_option(
         "--out", o.out,
         "Write the series found, the plot of accuracy against EDP, and what a search that "
         "is broken off needs to go on, to this folder; what another training or other data "
         "left there is refused")
      ->type_name("FOLDER");
  app.add_flag("--shapes", o.shapes_only,
               "ResNet-50 and BERT-base instead: random weights, no accuracy, cost and time only");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    out.proceed = false;
    out.exit_code = app.exit(e);
    return out;
  }
  if (o.search_images >= o.test_images) {
    std::cerr << "--search-images must be below --test-images: some must judge what is found\n";
    out.proceed = false;
    out.exit_code = 2;
    return out;
  }
  if (o.training.threads == 0) {
    o.training.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  }
  o.menu = lacuna::tasd_m8_menu();
  if (!menu.empty()) o.menu.resize(1);
  for (const std::string& text : menu) o.menu.push_back(lacuna::parse_series_pattern(text));
  return out;
}

}  // namespace tasder
