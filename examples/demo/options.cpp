// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <CLI/CLI.hpp>

#include <lacuna/network/run_time_pattern.hpp>

#include "options.hpp"

namespace demo {

namespace {
/// Empty, or why the text is not a pattern that the demo can run.
std::string pattern_defect(const std::string& text) {
  try {
    lacuna::network::visit_pattern(lacuna::parse_pattern(text), [](auto) {});
    return {};
  } catch (const std::runtime_error& e) {
    return e.what();
  }
}
}  // namespace

parsed parse_command_line(int argc, char** argv) {
  parsed out;
  options& o = out.given;
  std::vector<std::string> patterns;
  CLI::App app(
      "Trains a small residual network on Fashion-MNIST, prunes it, trains it again under the "
      "fixed "
      "mask with the same recipe, and compares accuracy, size and speed with the dense network. "
      "The same seed gives the same accuracies for any number of threads.",
      "lacuna-demo");
  app.add_option("--data", o.data,
                 "Folder of the four IDX files (Debian package dataset-fashion-mnist)")
      ->capture_default_str();
  app.add_option("--pattern", patterns,
                 "Pattern to prune to; repeat for several (default: 8x8 and 2:4)")
      ->check(CLI::Validator(pattern_defect, "PATTERN"))
      ->take_all();
  app.add_option("--keep", o.keep.fraction,
                 "Fraction of weights kept by blocks and unstructured; N:M keeps N / M")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--epochs", o.epochs, "Epochs of each training")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--batch", o.batch, "Images a step")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--train-images", o.train_images, "Train on the first N images (default: all)")
      ->check(CLI::PositiveNumber);
  app.add_option("--seed", o.seed, "Of the first weights and the order of images")
      ->capture_default_str();
  app.add_option("--threads", o.threads, "Threads that train (default: all)")
      ->check(CLI::Range(1, 1024));
  app.add_option(
         "--save", o.save,
         "Write the dense weights to FILE.safetensors and each retrained network's beside it, "
         "as FILE.8x8.safetensors")
      ->type_name("FILE.safetensors");
  app.add_option("--load", o.load, "Start from these dense weights instead of training")
      ->type_name("FILE.safetensors");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    out.proceed = false;
    out.exit_code = app.exit(e);
    return out;
  }
  if (patterns.empty()) patterns = {"8x8", "2:4"};
  for (const std::string& text : patterns) o.patterns.push_back(lacuna::parse_pattern(text));
  if (o.threads == 0)
    o.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return out;
}

}  // namespace demo
