// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <lacuna/network/inference.hpp>
#include <lacuna/network/quantized_inference.hpp>

#include "end_to_end/engine.hpp"

namespace bench {
namespace {

/// Inference in floats or in int8.
template <class Inference>
class lacuna_engine final : public engine {
 public:
  lacuna_engine(Inference inference, int threads)
      : inference_(std::move(inference)), pool_(threads), threads_(threads) {}

  void run(const lacuna::tensor<float>& image, lacuna::tensor<float>& scores) override {
    if (threads_ == 1) {
      inference_(image, scores);
    } else {
      inference_(image, scores, pool_);
    }
  }
  [[nodiscard]] std::vector<std::pair<std::string, double>> time_layers(
      const lacuna::tensor<float>& image) override {
    using clock = std::chrono::steady_clock;
    std::vector<std::pair<std::string, double>> out;
    lacuna::tensor<float> scores(inference_.output_extents(image.extents()));
    auto last = clock::now();
    inference_.observe([&](const std::string& layer) {
      const auto now = clock::now();
      out.emplace_back(layer, std::chrono::duration<double>(now - last).count());
      last = now;
    });
    run(image, scores);
    inference_.observe({});
    return out;
  }

 private:
  Inference inference_;
  lacuna::thread_pool pool_;
  int threads_;
};

}  // namespace

std::unique_ptr<engine> make_lacuna_engine(const lacuna::network::graph<float>& g,
                                           const std::string& pattern,
                                           const std::vector<lacuna::network::node_id>& pruned,
                                           int threads) {
  using lacuna::network::inference;
  return std::make_unique<lacuna_engine<inference>>(
      inference(g, lacuna::parse_pattern(pattern), pruned), threads);
}

std::unique_ptr<engine> make_lacuna_int8_engine(const lacuna::network::graph<float>& g,
                                                const std::string& pattern,
                                                const std::vector<lacuna::network::node_id>& pruned,
                                                const lacuna::tensor<float>& image, int threads) {
  using lacuna::network::quantized_inference;
  return std::make_unique<lacuna_engine<quantized_inference>>(
      quantized_inference(g, lacuna::parse_pattern(pattern), pruned,
                          lacuna::network::calibrate(g, image)),
      threads);
}

}  // namespace bench
