// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <lacuna/network/inference.hpp>

#include "end_to_end/engine.hpp"

namespace bench {
namespace {

class lacuna_engine final : public engine {
 public:
  lacuna_engine(const lacuna::network::graph<float>& g, const lacuna::pattern& p,
                const std::vector<lacuna::network::node_id>& pruned, int threads)
      : inference_(g, p, pruned), pool_(threads), threads_(threads) {}

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
  lacuna::network::inference inference_;
  lacuna::thread_pool pool_;
  int threads_;
};

}  // namespace

std::unique_ptr<engine> make_lacuna_engine(const lacuna::network::graph<float>& g,
                                           const std::string& pattern,
                                           const std::vector<lacuna::network::node_id>& pruned,
                                           int threads) {
  return std::make_unique<lacuna_engine>(g, lacuna::parse_pattern(pattern), pruned, threads);
}

}  // namespace bench
