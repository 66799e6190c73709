// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <lacuna/network/models/fashion_cnn.hpp>
#include <lacuna/train/gradual.hpp>
#include <lacuna/train/prune.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "train/toy_images.hpp"

namespace prune_test {

using namespace lacuna;

TEST_CASE("neither the first convolution nor what is smaller than a pattern is pruned") {
  const auto g = network::fashion_cnn<float>();
  const auto names = [&](const std::string& p) {
    std::vector<std::string> out;
    for (const auto id : train::prunable(g, parse_pattern(p))) out.push_back(g[id].name);
    return out;
  };
  const auto all = names("2:4");
  CHECK(std::find(all.begin(), all.end(), "stem.conv") == all.end());
  CHECK(all.back() == "fc");
  const auto blocks = names("8x8");  // ten outputs are not two blocks of eight
  CHECK(std::vector<std::string>(all.begin(), all.end() - 1) == blocks);
  CHECK(names("dense").empty());
  CHECK(names("512x8").empty());
}

TEST_CASE("a gradual schedule takes most first, ends early and reaches its target") {
  const train::gradual_schedule s{0.1, 0.5, 5, 0.5};
  CHECK(s.due(0.0) == 0);
  CHECK(s.due(0.1) == 1);
  CHECK(s.due(0.19) == 1);
  CHECK(s.due(0.31) == 3);
  CHECK(s.due(0.5) == 5);
  CHECK(s.due(1.0) == 5);
  // Half of what is left of the 60 % each time, the last takes the rest.
  CHECK(s.after(0, keep{0.4}).fraction == Approx(1.0));
  CHECK(s.after(1, keep{0.4}).fraction == Approx(0.7));
  CHECK(s.after(2, keep{0.4}).fraction == Approx(0.55));
  CHECK(s.after(5, keep{0.4}).fraction == 0.4);
}

TEST_CASE("gradual pruning only ever drops blocks, down to the target") {
  auto g = lacuna_test::toy_network();
  const auto data = lacuna_test::squares(256, 6);
  const pattern p = parse_pattern("4x4");
  train::recipe r;
  r.epochs = 4;
  r.batch = 32;
  r.chunk = 16;
  train::trainer<float> t(g, r);
  const auto zeros = [&] {
    std::vector<bool> out;
    for (const auto id : train::prunable(g, p)) {
      std::visit(
          [&](const auto& layer) {
            if constexpr (requires { layer.weight; }) {
              for (const float v : layer.weight.matrix.reshaped()) out.push_back(v == 0);
            }
          },
          g[id].layer);
    }
    return out;
  };
  auto before = zeros();
  bool monotonic = true;
  std::vector<std::ptrdiff_t> counts;
  const auto fixed = train::fit_gradually(
      t, g, data, p, keep{0.5}, {0.0, 0.5, 6, 0.3}, [&](const train::progress&) {
        const auto now = zeros();
        for (std::size_t i = 0; i < now.size(); ++i)
          monotonic = monotonic && (now[i] || !before[i]);
        before = now;
        counts.push_back(std::count(now.begin(), now.end(), true));
      });
  CHECK(monotonic);
  CHECK(counts.front() > 0);
  CHECK(counts.front() < counts[8]);
  CHECK(counts.back() == static_cast<std::ptrdiff_t>(before.size()) / 2);
  CHECK(fixed.find(train::prunable(g, p).front()) != nullptr);
  CHECK_THROWS_AS(train::fit_gradually(t, g, data, parse_pattern("2:4"), keep{0.5}, {},
                                       [](const train::progress&) {}),
                  unsupported_error);
  CHECK_THROWS_AS(train::fit_gradually(t, g, data, p, keep{0.5}, {0.5, 0.4, 3, 0.2},
                                       [](const train::progress&) {}),
                  shape_error);
}

}  // namespace prune_test
